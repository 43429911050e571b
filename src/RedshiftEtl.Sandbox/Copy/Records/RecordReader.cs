using System.Buffers;
using RedshiftEtl.Sandbox.Copy.Input;

namespace RedshiftEtl.Sandbox.Copy.Records;

/// <summary>Reads the records of one file, one at a time, in memory that doesn't grow with the file.</summary>
internal sealed class RecordReader : IDisposable
{
    private const int FirstBuffer = 1 << 18;

    private readonly DataFile _file;
    private readonly RecordSyntax _syntax;
    private readonly RecordScan _scan;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private byte[] _unpaired = [];
    private int _start;
    private int _end;
    private bool _final;
    private int _length;
    private int _next;
    private long _nextLine = 1;
    private long _headerLeft;

    /// <summary>Reads that file.</summary>
    public RecordReader(DataFile file, RecordSyntax syntax)
    {
        _file = file;
        _syntax = syntax;
        _scan = new RecordScan(syntax);
        _headerLeft = syntax.HeaderLines;
    }

    /// <summary>What the last read found: a record, or a fault in place of one.</summary>
    public ScanOutcome Outcome { get; private set; }

    /// <summary>The physical line on which the record begins, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Lines seen so far.</summary>
    public long Lines => _nextLine - 1;

    /// <summary>Bytes of text seen so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The record's bytes without the line end.</summary>
    public ReadOnlySpan<byte> Record => _buffer.AsSpan(_start, _length);

    /// <summary>The record's fields.</summary>
    public ReadOnlySpan<Field> Fields => _scan.Fields;

    /// <summary>Where in the record the fault is.</summary>
    public int FaultPosition => _scan.Length;

    /// <summary>Goes to the next record.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="CorruptFileException">The file can't be read on.</exception>
    public bool Read()
    {
        while (true)
        {
            _start = _next;
            if (_start == _end && !Fill())
                return false;
            if (_headerLeft > 0)
            {
                SkipHeaderLine();
                continue;
            }
            LineNumber = _nextLine;
            Outcome = ScanRecord();
            if (Outcome != ScanOutcome.Record)
            {
                if (!SkipLine())
                    Outcome = ScanOutcome.TooLong;
                return true;
            }
            _length = _scan.Length;
            Advance(_start + _scan.Consumed);
            if (!(_syntax.SkipBlankLines && _length == 0))
                return true;
        }
    }

    /// <summary>A field's value with its pairs undone; valid until the next call.</summary>
    public ReadOnlySpan<byte> Value(Field field)
    {
        ReadOnlySpan<byte> raw = _buffer.AsSpan(_start + field.Start, field.Length);
        return (field.Form & FieldForm.Paired) == 0 ? raw : UndoPairs(raw);
    }

    /// <summary>A field's bytes as they stand in the file, without quotes.</summary>
    public ReadOnlySpan<byte> RawValue(Field field) => _buffer.AsSpan(_start + field.Start, field.Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = _next = _length = 0;
    }

    private ScanOutcome ScanRecord()
    {
        while (true)
        {
            ScanOutcome outcome = _scan.Scan(_buffer.AsSpan(_start, _end - _start), _final);
            if (outcome != ScanOutcome.Unfinished)
                return outcome == ScanOutcome.Record && _scan.Length > RecordSyntax.MaxRecordBytes ? ScanOutcome.TooLong : outcome;
            if (_end - _start > RecordSyntax.MaxRecordBytes)
                return ScanOutcome.TooLong;
            Fill();
        }
    }

    /// <summary>Skips to behind the next LF, or as far as the buffer goes.</summary>
    private void SkipHeaderLine()
    {
        int offset = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        Advance(offset < 0 ? _end : _start + offset + 1);
        if (offset >= 0)
            _headerLeft--;
    }

    /// <summary>Skips to behind the next LF; where records can't be told any more, lines can. False if that line is too long, too.</summary>
    private bool SkipLine()
    {
        int searched = _start;
        while (true)
        {
            int offset = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (offset >= 0 || _final)
            {
                int end = offset >= 0 ? searched + offset : _end;
                _length = Math.Min(end - _start, RecordSyntax.MaxRecordBytes);
                Advance(Math.Min(end + 1, _end));
                return true;
            }
            if (_end - _start > RecordSyntax.MaxRecordBytes)
            {
                _length = RecordSyntax.MaxRecordBytes;
                Advance(_end);
                return false;
            }
            int done = _end - _start;
            Fill();
            searched = _start + done;
        }
    }

    private void Advance(int next)
    {
        ReadOnlySpan<byte> consumed = _buffer.AsSpan(_start, next - _start);
        _nextLine += consumed.Count((byte)'\n');
        if (_final && next == _end && consumed.Length > 0 && consumed[^1] != (byte)'\n')
            _nextLine++;
        Bytes += consumed.Length;
        _next = next;
    }

    /// <summary>Brings more bytes behind those of the current record.</summary>
    private bool Fill()
    {
        if (_final)
            return _end > _start;
        int kept = _end - _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, kept).CopyTo(_buffer);
            _start = 0;
            _next = 0;
            _end = kept;
        }
        if (_end == _buffer.Length)
            Grow();
        int count = _file.Read(_buffer.AsSpan(_end));
        _final = count == 0;
        _end += count;
        return _end > _start;
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private ReadOnlySpan<byte> UndoPairs(ReadOnlySpan<byte> raw)
    {
        if (_unpaired.Length < raw.Length)
            _unpaired = new byte[Math.Max(raw.Length, 4096)];
        byte first = _syntax.Csv ? _syntax.Quote : (byte)'\\';
        int length = 0;
        while (raw.IndexOf(first) is var at and >= 0 && at + 1 < raw.Length)
        {
            raw[..at].CopyTo(_unpaired.AsSpan(length));
            length += at;
            _unpaired[length++] = raw[at + 1];
            raw = raw[(at + 2)..];
        }
        raw.CopyTo(_unpaired.AsSpan(length));
        return _unpaired.AsSpan(0, length + raw.Length);
    }
}
