using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Writes rows of CSV into pooled blocks, without an allocation per value or row.</summary>
/// <param name="columns">The columns, for messages.</param>
/// <param name="dialect">How NULL is written.</param>
internal sealed class CsvRowWriter(IReadOnlyList<EtlColumn> columns, CsvDialect dialect) : IDisposable
{
    /// <summary>A block is handed on when it has this many bytes.</summary>
    private const int BlockBytes = 256 * 1024;

    /// <summary>COPY takes no row over 4 MB (fact sheet 1.6).</summary>
    private const int RowLimit = 4 * 1024 * 1024;

    /// <summary>VARCHAR holds no more (fact sheet 7.2).</summary>
    private const int TextLimit = 65_535;

    private static readonly SearchValues<byte> s_quoted = SearchValues.Create(",\"\n\r"u8);
    private readonly byte[] _null = Encoding.UTF8.GetBytes(dialect.NullMarker);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BlockBytes + (64 * 1024));
    private int _length;
    private int _rowStart;
    private int _field;
    private int _rows;
    private long _row = 1;

    /// <summary>Whether the block should be taken.</summary>
    public bool IsFull => _length >= BlockBytes;

    /// <summary>NULL.</summary>
    public void WriteNull() => WriteRaw(_null);

    /// <summary>A whole number.</summary>
    public void WriteInteger(long value)
    {
        Span<byte> target = BeginField(20);
        Utf8Formatter.TryFormat(value, target, out int written);
        _length += written;
    }

    /// <summary>A number in its shortest form that reads back the same.</summary>
    public void WriteDouble(double value)
    {
        Span<byte> target = BeginField(32);
        value.TryFormat(target, out int written, "R", CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>A number without an exponent: COPY into DECIMAL may not read one (fact sheet 1.7).</summary>
    public void WriteDecimal(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        if (text.Contains('E', StringComparison.Ordinal))
        {
            text = value.ToString("0.##################################################################################################################", CultureInfo.InvariantCulture);
        }

        WriteRaw(Encoding.ASCII.GetBytes(text));
    }

    /// <summary>A value that needs no quotes.</summary>
    public void WriteRaw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(BeginField(value.Length));
        _length += value.Length;
    }

    /// <summary>Bytes as hexadecimal digits.</summary>
    public void WriteHex(ReadOnlySpan<byte> value)
    {
        const string Digits = "0123456789abcdef";
        Span<byte> target = BeginField(value.Length * 2);
        for (int i = 0; i < value.Length; i++)
        {
            target[2 * i] = (byte)Digits[value[i] >> 4];
            target[(2 * i) + 1] = (byte)Digits[value[i] & 15];
        }

        _length += value.Length * 2;
    }

    /// <summary>Text in UTF-8, quoted where it must be.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: broken UTF-8, NUL, over 65,535 bytes, or equal to the NULL marker.</exception>
    public void WriteText(ReadOnlySpan<byte> value)
    {
        Check(value);
        bool isQuoted = value.IsEmpty || value[0] <= ' ' || value[^1] <= ' ' || value.ContainsAny(s_quoted);
        if (!isQuoted)
        {
            WriteRaw(value);
            return;
        }

        Span<byte> target = BeginField((value.Length * 2) + 2);
        target[0] = CsvDialect.Quote;
        int position = 1;
        while (true)
        {
            int quote = value.IndexOf(CsvDialect.Quote);
            int length = quote < 0 ? value.Length : quote + 1;
            value[..length].CopyTo(target[position..]);
            position += length;
            if (quote < 0)
            {
                break;
            }

            target[position++] = CsvDialect.Quote;
            value = value[length..];
        }

        target[position++] = CsvDialect.Quote;
        _length += position;
    }

    /// <summary>Ends the row.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: the row is over 4 MB.</exception>
    public void EndRow()
    {
        Reserve(1);
        _buffer[_length++] = CsvDialect.RowEnd;
        if (_length - _rowStart > RowLimit)
        {
            throw new EtlException(Fault.ValueInvalid,
                string.Create(CultureInfo.InvariantCulture, $"Row {_row:N0} has {_length - _rowStart:N0} bytes; COPY takes no row over {RowLimit:N0}."), null);
        }

        _rowStart = _length;
        _field = 0;
        _rows++;
        _row++;
    }

    /// <summary>The rows so far as a block, which then is the caller's.</summary>
    public CsvBlock Take()
    {
        var block = new CsvBlock(_buffer, _length, _rows);
        _buffer = ArrayPool<byte>.Shared.Rent(BlockBytes + (64 * 1024));
        _length = _rowStart = _rows = 0;
        return block;
    }

    /// <summary>Whether there is something to take.</summary>
    public bool HasRows => _rows > 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>An error about the value that is being written.</summary>
    public EtlException Refuse(string what, ReadOnlySpan<byte> value, string? advice = null)
    {
        string shown = Encoding.UTF8.GetString(value[..Math.Min(value.Length, 60)]).Replace('\0', '␀');
        return new EtlException(Fault.ValueInvalid,
            string.Create(CultureInfo.InvariantCulture, $"Column '{columns[_field].Name}', row {_row:N0}: {what} (value '{shown}{(value.Length > 60 ? "…" : "")}')."),
            columns[_field].Name, null, advice);
    }

    private void Check(ReadOnlySpan<byte> value)
    {
        if (value.Length > TextLimit)
        {
            throw Refuse(string.Create(CultureInfo.InvariantCulture, $"the text has {value.Length:N0} bytes; Redshift holds {TextLimit:N0}"), value);
        }

        if (value.Contains((byte)0))
        {
            throw Refuse("the text has a NUL character in it, which Redshift cannot hold", value);
        }

        if (!Utf8.IsValid(value))
        {
            throw Refuse("the text is not valid UTF-8", value);
        }

        if (value.SequenceEqual(_null))
        {
            throw Refuse("the text is equal to the marker that stands for NULL", value, "Choose another NullMarker, one that is in no text value.");
        }
    }

    private Span<byte> BeginField(int bytes)
    {
        Reserve(bytes + 1);
        if (_field++ > 0)
        {
            _buffer[_length++] = CsvDialect.Delimiter;
        }

        return _buffer.AsSpan(_length);
    }

    private void Reserve(int bytes)
    {
        if (_length + bytes > _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + bytes));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
