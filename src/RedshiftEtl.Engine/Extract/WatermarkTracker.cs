using System.Globalization;
using System.Text;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Finds a column's greatest value in the rows as they were written, so that not a digit of it is lost.</summary>
internal sealed class WatermarkTracker
{
    private readonly int _column;
    private readonly string _name;
    private readonly string _type;
    private readonly WatermarkKind _kind;
    private readonly byte[] _marker;
    private byte[] _greatest = [];
    private bool _hasValue;

    private WatermarkTracker(int column, EtlColumn definition, WatermarkKind kind, CsvDialect dialect)
    {
        _column = column;
        _name = definition.Name;
        _type = definition.RedshiftType;
        _kind = kind;
        _marker = Encoding.UTF8.GetBytes(dialect.NullMarker);
    }

    /// <summary>Rows without a value in the column.</summary>
    public long Nulls { get; private set; }

    /// <summary>The greatest value; null when no row had one.</summary>
    public WatermarkValue? Greatest => _hasValue ? new WatermarkValue(Encoding.UTF8.GetString(_greatest), _type) : null;

    /// <summary>A tracker of one of the query's columns.</summary>
    /// <exception cref="EtlException"><see cref="Fault.WatermarkInvalid"/>: there is no such column, or its values have no order that the source and we would agree on.</exception>
    public static WatermarkTracker Of(string column, IReadOnlyList<EtlColumn> columns, CsvDialect dialect, SqlDialect source)
    {
        int index = columns.Select(candidate => candidate.Name).ToList().FindIndex(name => name.Equals(column, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            throw new EtlException(Fault.WatermarkInvalid,
                $"The query has no column '{column}', which is the job's watermark.{NearestName.Hint(column, columns.Select(candidate => candidate.Name).ToArray())}", column);
        }

        WatermarkKind? kind = WatermarkValue.KindOf(columns[index].RedshiftType);
        bool isOrdered = kind is not null && (kind != WatermarkKind.Text || source == SqlDialect.Sqlite);
        return isOrdered ? new WatermarkTracker(index, columns[index], kind!.Value, dialect) : throw new EtlException(Fault.WatermarkInvalid,
            $"Column '{column}' of type {columns[index].RedshiftType} cannot be a watermark.", column, null,
            "A watermark is a number without exponent, a date, a timestamp or binary (a rowversion); text has the source's own order, and floating point no exact one.");
    }

    /// <summary>Takes a block's rows into account.</summary>
    public void Add(ReadOnlySpan<byte> rows)
    {
        while (rows.Length > 0)
        {
            for (int i = 0; i < _column; i++)
            {
                rows = rows[(FieldLength(rows) + 1)..];
            }

            int length = FieldLength(rows);
            Take(rows[..length]);
            while (length < rows.Length && rows[length] != CsvDialect.RowEnd)
            {
                rows = rows[(length + 1)..];
                length = FieldLength(rows);
            }

            rows = length < rows.Length ? rows[(length + 1)..] : [];
        }
    }

    /// <summary>Takes what another tracker of the column found.</summary>
    public void Add(WatermarkTracker other)
    {
        Nulls += other.Nulls;
        if (other._hasValue)
        {
            Take(other._greatest);
        }
    }

    /// <summary>The greater one of two values of the same type; null when their types have no common order.</summary>
    public static WatermarkValue? Greater(WatermarkValue one, WatermarkValue other)
    {
        WatermarkKind? kind = WatermarkValue.KindOf(one.Type);
        return kind is null || kind != WatermarkValue.KindOf(other.Type) ? null
            : Compare(kind.Value, Encoding.UTF8.GetBytes(one.Text), Encoding.UTF8.GetBytes(other.Text)) >= 0 ? one : other;
    }

    private static int FieldLength(ReadOnlySpan<byte> rows)
    {
        int at = 0;
        while (at < rows.Length && rows[at] == CsvDialect.Quote)
        {
            // To the closing quote; a doubled one opens the field again.
            int close = rows[(at + 1)..].IndexOf(CsvDialect.Quote);
            at = close < 0 ? rows.Length : at + close + 2;
        }

        int end = rows[at..].IndexOfAny(CsvDialect.Delimiter, CsvDialect.RowEnd);
        return end < 0 ? rows.Length : at + end;
    }

    private void Take(ReadOnlySpan<byte> field)
    {
        if (field.SequenceEqual(_marker))
        {
            Nulls++;
            return;
        }

        ReadOnlySpan<byte> value = field.Length > 0 && field[0] == CsvDialect.Quote
            ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(field[1..^1]).Replace("\"\"", "\"", StringComparison.Ordinal))
            : field;
        if (_kind == WatermarkKind.Instant && !IsUtc(value))
        {
            value = ToUtc(value);
        }

        if (!_hasValue || Compare(_kind, value, _greatest) > 0)
        {
            _greatest = value.ToArray();
            _hasValue = true;
        }
    }

    private static bool IsUtc(ReadOnlySpan<byte> value) => value.EndsWith("+00"u8) || value.EndsWith("+00:00"u8);

    private byte[] ToUtc(ReadOnlySpan<byte> value)
    {
        string text = Encoding.UTF8.GetString(value);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? Encoding.UTF8.GetBytes(time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "+00")
            : throw new EtlException(Fault.WatermarkInvalid, $"'{text}' in the watermark column '{_name}' is no timestamp.", _name);
    }

    private static int Compare(WatermarkKind kind, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        kind == WatermarkKind.Number ? CompareNumbers(one, other) : one.SequenceCompareTo(other);

    /// <summary>Compares decimals of any length without converting them.</summary>
    private static int CompareNumbers(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        bool isNegative = one[0] == '-';
        if (isNegative != (other[0] == '-'))
        {
            return isNegative ? -1 : 1;
        }

        int order = isNegative ? CompareMagnitudes(other[1..], one[1..]) : CompareMagnitudes(one, other);
        return order;
    }

    private static int CompareMagnitudes(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        int onePoint = one.IndexOf((byte)'.');
        int otherPoint = other.IndexOf((byte)'.');
        ReadOnlySpan<byte> oneWhole = (onePoint < 0 ? one : one[..onePoint]).TrimStart((byte)'0');
        ReadOnlySpan<byte> otherWhole = (otherPoint < 0 ? other : other[..otherPoint]).TrimStart((byte)'0');
        int order = oneWhole.Length != otherWhole.Length ? oneWhole.Length.CompareTo(otherWhole.Length) : oneWhole.SequenceCompareTo(otherWhole);
        ReadOnlySpan<byte> oneRest = onePoint < 0 ? [] : one[(onePoint + 1)..].TrimEnd((byte)'0');
        ReadOnlySpan<byte> otherRest = otherPoint < 0 ? [] : other[(otherPoint + 1)..].TrimEnd((byte)'0');
        return order != 0 ? order : oneRest.SequenceCompareTo(otherRest);
    }
}
