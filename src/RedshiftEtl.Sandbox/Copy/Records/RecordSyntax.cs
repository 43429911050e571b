using System.Buffers;
using System.Text;
using RedshiftEtl.Sandbox.Copy.Statement;

namespace RedshiftEtl.Sandbox.Copy.Records;

/// <summary>How records look in the data files of one COPY (redshift-facts.md 1.4, 1.6).</summary>
internal sealed class RecordSyntax
{
    /// <summary>One record may be at most 4 MB (redshift-facts.md 1.6).</summary>
    public const int MaxRecordBytes = 4 << 20;

    /// <summary>Takes the syntax from the statement.</summary>
    public RecordSyntax(CopyStatement statement)
    {
        Csv = statement.Csv;
        Delimiter = statement.Delimiter ?? (byte)(statement.Csv ? ',' : '|');
        Quote = statement.Quote ?? (byte)'"';
        Escape = statement.Escape;
        RemoveQuotes = statement.RemoveQuotes;
        NulIsData = statement.NullAs == "\0";
        NullAs = Encoding.UTF8.GetBytes(statement.NullAs ?? "\\N");
        HeaderLines = statement.IgnoreHeader;
        SkipBlankLines = statement.IgnoreBlankLines;
        List<byte> stops = [Delimiter, (byte)'\n'];
        if (Csv)
            stops.Add(Quote);
        if (Escape)
            stops.Add((byte)'\\');
        if (!NulIsData)
            stops.Add(0);
        Stops = SearchValues.Create(stops.ToArray());
        QuoteStops = NulIsData ? SearchValues.Create([Quote]) : SearchValues.Create([Quote, 0]);
    }

    /// <summary>CSV, or delimited text.</summary>
    public bool Csv { get; }

    /// <summary>What separates fields.</summary>
    public byte Delimiter { get; }

    /// <summary>The quote of CSV.</summary>
    public byte Quote { get; }

    /// <summary>A backslash protects the next byte of delimited text.</summary>
    public bool Escape { get; }

    /// <summary>Surrounding quotes of delimited text are dropped.</summary>
    public bool RemoveQuotes { get; }

    /// <summary>NULL AS '\0' makes NUL an ordinary byte; without it NUL is an error, the strict one of the readings in redshift-facts.md 1.6.</summary>
    public bool NulIsData { get; }

    /// <summary>The string that stands for NULL, in UTF-8.</summary>
    public byte[] NullAs { get; }

    /// <summary>Lines to skip at the beginning of each file.</summary>
    public long HeaderLines { get; }

    /// <summary>Lines that hold only their line end are skipped.</summary>
    public bool SkipBlankLines { get; }

    /// <summary>The bytes that end or interrupt an unquoted field.</summary>
    public SearchValues<byte> Stops { get; }

    /// <summary>The bytes that end or interrupt a quoted CSV field.</summary>
    public SearchValues<byte> QuoteStops { get; }
}
