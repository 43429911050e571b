namespace RedshiftEtl.Sandbox.Copy.Records;

/// <summary>How a look at the bytes of a record ended.</summary>
internal enum ScanOutcome
{
    /// <summary>A whole record.</summary>
    Record,

    /// <summary>The record goes on behind the bytes at hand.</summary>
    Unfinished,

    /// <summary>A CSV quote where none may be, or one that isn't closed.</summary>
    BadQuote,

    /// <summary>A beginning quote of REMOVEQUOTES without its end.</summary>
    UnmatchedQuote,

    /// <summary>A NUL byte.</summary>
    Nul,

    /// <summary>Longer than the 4 MB that a record may have.</summary>
    TooLong,
}

/// <summary>Finds the fields of one record.</summary>
internal sealed class RecordScan(RecordSyntax syntax)
{
    private Field[] _fields = new Field[64];

    /// <summary>The fields found.</summary>
    public ReadOnlySpan<Field> Fields => _fields.AsSpan(0, FieldCount);

    /// <summary>How many fields were found.</summary>
    public int FieldCount { get; private set; }

    /// <summary>Bytes of the record without its line end; with a fault, where the fault is.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the record with its line end.</summary>
    public int Consumed { get; private set; }

    /// <summary>Looks at the record that begins the bytes.</summary>
    /// <param name="data">From the record's first byte on.</param>
    /// <param name="final">Whether the file ends with these bytes.</param>
    public ScanOutcome Scan(ReadOnlySpan<byte> data, bool final)
    {
        FieldCount = 0;
        int at = 0;
        while (true)
        {
            ScanOutcome? end = syntax.Csv && QuoteFollows(data, at) is var quote and >= 0 ? ScanQuoted(data, final, quote, ref at)
                : syntax.RemoveQuotes && at < data.Length && data[at] is (byte)'"' or (byte)'\'' ? ScanSurrounded(data, final, ref at)
                : ScanPlain(data, final, ref at);
            if (end is { } outcome)
                return outcome;
        }
    }

    /// <summary>The position of the opening quote behind optional white space, or -1.</summary>
    private int QuoteFollows(ReadOnlySpan<byte> data, int at)
    {
        while (at < data.Length && IsIgnored(data[at]))
            at++;
        return at < data.Length && data[at] == syntax.Quote ? at : -1;
    }

    private bool IsIgnored(byte b) => b is (byte)' ' or (byte)'\t' && b != syntax.Delimiter && b != syntax.Quote;

    private ScanOutcome? ScanPlain(ReadOnlySpan<byte> data, bool final, ref int at)
    {
        int start = at;
        var form = FieldForm.Plain;
        while (true)
        {
            int offset = data[at..].IndexOfAny(syntax.Stops);
            if (offset < 0)
            {
                at = data.Length;
                return final ? EndRecord(data, start, at, at, form) : ScanOutcome.Unfinished;
            }
            at += offset;
            byte stop = data[at];
            if (stop == syntax.Delimiter)
            {
                Add(new Field(start, at - start, form));
                at++;
                return null;
            }
            if (stop == (byte)'\n')
                return EndRecord(data, start, at, at + 1, form);
            if (stop == 0)
                return Fault(ScanOutcome.Nul, at);
            if (syntax.Csv)
                return Fault(ScanOutcome.BadQuote, at);
            form |= FieldForm.Paired;
            if (EscapesNul(data, at))
                return Fault(ScanOutcome.Nul, at + 1);
            at += 2;
            if (at > data.Length || (at == data.Length && !final))
                return final ? EndRecord(data, start, data.Length, data.Length, form) : ScanOutcome.Unfinished;
        }
    }

    private ScanOutcome? ScanQuoted(ReadOnlySpan<byte> data, bool final, int quote, ref int at)
    {
        int start = quote + 1;
        var form = FieldForm.Quoted;
        at = start;
        while (true)
        {
            int offset = data[at..].IndexOfAny(syntax.QuoteStops);
            if (offset < 0)
                return final ? Fault(ScanOutcome.BadQuote, quote) : ScanOutcome.Unfinished;
            at += offset;
            if (data[at] != syntax.Quote)
                return Fault(ScanOutcome.Nul, at);
            if (at + 1 == data.Length && !final)
                return ScanOutcome.Unfinished;
            if (at + 1 == data.Length || data[at + 1] != syntax.Quote)
                break;
            form |= FieldForm.Paired;
            at += 2;
        }
        Add(new Field(start, at - start, form));
        at++;
        return FindEndOfQuoted(data, final, ref at);
    }

    private ScanOutcome? FindEndOfQuoted(ReadOnlySpan<byte> data, bool final, ref int at)
    {
        while (at < data.Length && IsIgnored(data[at]))
            at++;
        if (at == data.Length)
            return final ? Finish(at, at) : ScanOutcome.Unfinished;
        byte next = data[at];
        if (next == syntax.Delimiter)
        {
            at++;
            return null;
        }
        if (next == (byte)'\n')
            return Finish(at, at + 1);
        if (next != (byte)'\r')
            return Fault(next == 0 ? ScanOutcome.Nul : ScanOutcome.BadQuote, at);
        if (at + 1 == data.Length)
            return final ? Finish(at, at + 1) : ScanOutcome.Unfinished;
        return data[at + 1] == (byte)'\n' ? Finish(at, at + 2) : Fault(ScanOutcome.BadQuote, at);
    }

    /// <summary>A field of delimited text in single or double quotes: it ends at the first such quote before a delimiter or line end.</summary>
    private ScanOutcome? ScanSurrounded(ReadOnlySpan<byte> data, bool final, ref int at)
    {
        int open = at;
        byte quote = data[at++];
        var form = FieldForm.Quoted;
        while (at < data.Length)
        {
            byte b = data[at];
            if (b == 0 && !syntax.NulIsData)
                return Fault(ScanOutcome.Nul, at);
            if (b == (byte)'\n')
                return Fault(ScanOutcome.UnmatchedQuote, at);
            if (b == (byte)'\\' && syntax.Escape)
            {
                form |= FieldForm.Paired;
                if (EscapesNul(data, at))
                    return Fault(ScanOutcome.Nul, at + 1);
                at += 2;
                continue;
            }
            if (b == quote && (at + 1 < data.Length ? EndsField(data, at + 1) : final))
            {
                Add(new Field(open + 1, at - open - 1, form));
                at++;
                return FindEndOfQuoted(data, final, ref at);
            }
            at++;
        }
        return final ? Fault(ScanOutcome.UnmatchedQuote, data.Length) : ScanOutcome.Unfinished;
    }

    private bool EndsField(ReadOnlySpan<byte> data, int at) =>
        data[at] == syntax.Delimiter || data[at] == (byte)'\n' || (data[at] == (byte)'\r' && (at + 1 == data.Length || data[at + 1] == (byte)'\n'));

    /// <summary>Ends a record with an unquoted field. A CR before the LF belongs to the line end (CRLF: redshift-facts.md 1.6, unverified).</summary>
    private ScanOutcome EndRecord(ReadOnlySpan<byte> data, int start, int end, int consumed, FieldForm form)
    {
        if (end > start && data[end - 1] == (byte)'\r' && !(form == FieldForm.Paired && IsEscaped(data[start..(end - 1)])))
            end--;
        Add(new Field(start, end - start, form));
        return Finish(end, consumed);
    }

    /// <summary>Whether the byte behind these is protected: an odd number of backslashes ends them.</summary>
    private static bool IsEscaped(ReadOnlySpan<byte> before) => (before.Length - 1 - before.LastIndexOfAnyExcept((byte)'\\')) % 2 == 1;

    /// <summary>A NUL can't be escaped (redshift-facts.md 1.6).</summary>
    private bool EscapesNul(ReadOnlySpan<byte> data, int backslash) =>
        !syntax.NulIsData && backslash + 1 < data.Length && data[backslash + 1] == 0;

    private void Add(Field field)
    {
        if (FieldCount == _fields.Length)
            Array.Resize(ref _fields, FieldCount * 2);
        _fields[FieldCount++] = field;
    }

    private ScanOutcome Finish(int length, int consumed)
    {
        Length = length;
        Consumed = consumed;
        return ScanOutcome.Record;
    }

    private ScanOutcome Fault(ScanOutcome outcome, int at)
    {
        Length = at;
        return outcome;
    }
}
