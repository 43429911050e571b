using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Writes rows of CSV into pooled blocks, without an allocation per value or row.</summary>
internal sealed partial class CsvRowWriter : IDisposable
{
    private readonly IReadOnlyList<EtlColumn> _columns;
    private readonly byte[] _null;
    private byte[] _buffer;
    private int _length;
    private int _rowStart;
    private int _field;
    private int _rows;
    private long _row = 1;

    /// <summary>Prepares the first row.</summary>
    /// <param name="columns">The columns, for messages.</param>
    /// <param name="dialect">How NULL is written.</param>
    /// <param name="rules">What becomes of values that Redshift cannot hold.</param>
    public CsvRowWriter(IReadOnlyList<EtlColumn> columns, CsvDialect dialect, ValueRules rules)
    {
        _repairs = new ValueRepairs(columns, rules);
        _columns = columns;
        _null = Encoding.UTF8.GetBytes(dialect.NullMarker);
        _buffer = Rent();
    }

    /// <summary>Whether the block should be taken.</summary>
    public bool IsFull => _length >= CsvBlock.TargetBytes;

    /// <summary>Whether there is something to take.</summary>
    public bool HasRows => _rows > 0;

    /// <summary>NULL.</summary>
    public void WriteNull() => WriteRaw(_null);

    /// <summary>A whole number.</summary>
    public void WriteInteger(long value)
    {
        Utf8Formatter.TryFormat(value, BeginField(20), out int written);
        _length += written;
    }

    /// <summary>A number in its shortest form that reads back the same.</summary>
    public void WriteDouble(double value)
    {
        value.TryFormat(BeginField(32), out int written, "R", CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>A number without an exponent: COPY into DECIMAL may not read one (fact sheet 1.7).</summary>
    public void WriteDecimal(double value)
    {
        // The longest without an exponent has 17 digits behind 323 zeros.
        Span<byte> target = BeginField(352);
        value.TryFormat(target, out int written, "R", CultureInfo.InvariantCulture);
        if (target[..written].Contains((byte)'E'))
        {
            written = Expand(target, written);
        }

        _length += written;
    }

    /// <summary>A date, or a date and time with as many decimals as it has, at most six.</summary>
    public void WriteTime(DateTime value, bool isDate)
    {
        value.TryFormat(BeginField(32), out int written, isDate ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
        _length += written;
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
        if (value.Length > RedshiftLimits.RowBytes / 2)
        {
            throw RefusedValue.RowTooLong(_row);
        }

        CsvText.WriteHex(value, BeginField(value.Length * 2));
        _length += value.Length * 2;
    }

    /// <summary>Text in UTF-8, quoted where it must be.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: broken UTF-8, NUL, over 65,535 bytes, or equal to the NULL marker.</exception>
    public void WriteText(ReadOnlySpan<byte> value)
    {
        if (CsvText.IsPlain(value) && value.Length <= RedshiftLimits.TextBytes && !value.SequenceEqual(_null))
        {
            WriteRaw(value);
            return;
        }

        if (!TryRepair(ref value, RedshiftLimits.TextBytes))
        {
            return;
        }

        if (!CsvText.NeedsQuotes(value))
        {
            WriteRaw(value);
            return;
        }

        Span<byte> target = BeginField((value.Length * 2) + 2);
        _length += CsvText.WriteQuoted(value, target);
    }

    /// <summary>Ends the row.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: the row is over 4 MB.</exception>
    public void EndRow()
    {
        Reserve(1);
        _buffer[_length++] = CsvDialect.RowEnd;
        if (_length - _rowStart > RedshiftLimits.RowBytes)
        {
            throw RefusedValue.RowTooLong(_row);
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
        _buffer = Rent();
        _length = _rowStart = _rows = 0;
        return block;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>An error about the value that is to be written next.</summary>
    public EtlException Refuse(string what, ReadOnlySpan<byte> value, string? advice = null) =>
        RefusedValue.Create(_columns[_field].Name, _row, what, value, advice);

    /// <summary>Writes d.ddddE±xx without its exponent, in place.</summary>
    private static int Expand(Span<byte> number, int length)
    {
        Span<byte> digits = stackalloc byte[24];
        int count = 0, point = 0;
        bool isNegative = number[0] == (byte)'-';
        int e = number[..length].IndexOf((byte)'E');
        for (int i = isNegative ? 1 : 0; i < e; i++)
        {
            if (number[i] == (byte)'.')
            {
                point = count;
            }
            else
            {
                digits[count++] = number[i];
            }
        }

        _ = Utf8Parser.TryParse(number[(e + 1)..length], out int exponent, out _);
        point = (point == 0 ? count : point) + exponent;
        int written = isNegative ? 1 : 0;
        if (point <= 0)
        {
            "0."u8.CopyTo(number[written..]);
            written += 2;
            number.Slice(written, -point).Fill((byte)'0');
            written += -point;
            digits[..count].CopyTo(number[written..]);
            return written + count;
        }

        // "R" uses an exponent from 1E+15 on; what has decimals then has them written behind the point.
        for (int i = 0; i < Math.Max(point, count); i++)
        {
            if (i == point)
            {
                number[written++] = (byte)'.';
            }

            number[written++] = i < count ? digits[i] : (byte)'0';
        }

        return written;
    }

    private static byte[] Rent() => ArrayPool<byte>.Shared.Rent(CsvBlock.TargetBytes + (64 * 1024));

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
