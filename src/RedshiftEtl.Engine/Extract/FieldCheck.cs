using System.Globalization;
using System.Text;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Looks closely at single fields of a server's CSV, and finds what the rules make of those that Redshift cannot hold.</summary>
/// <param name="columns">The columns.</param>
/// <param name="dialect">How NULL is written.</param>
/// <param name="repairs">The rules.</param>
/// <param name="edits">Where changes are noted.</param>
internal sealed class FieldCheck(IReadOnlyList<EtlColumn> columns, CsvDialect dialect, ValueRepairs repairs, FieldEdits edits)
{
    /// <summary>Precision and scale of the DECIMAL that stands for a number without either.</summary>
    public static (int Precision, int Scale) AnyDecimal => (38, 10);

    private readonly byte[] _marker = Encoding.UTF8.GetBytes(dialect.NullMarker);
    private readonly byte[] _quotedMarker = [CsvDialect.Quote, .. Encoding.UTF8.GetBytes(dialect.NullMarker), CsvDialect.Quote];

    /// <summary>Looks at a field.</summary>
    /// <param name="rule">What it is checked for.</param>
    /// <param name="csv">The CSV it is in.</param>
    /// <param name="start">Its first byte.</param>
    /// <param name="end">The byte behind its last.</param>
    /// <param name="column">Its column.</param>
    /// <param name="row">Its row's number, from 1.</param>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>.</exception>
    public void Look(FieldRule rule, ReadOnlySpan<byte> csv, int start, int end, int column, long row)
    {
        ReadOnlySpan<byte> field = csv[start..end];
        if (field.SequenceEqual(_marker))
        {
            return;
        }

        ValueKind kind;
        string what;
        switch (rule)
        {
            case FieldRule.Decimal when (field[^1] & 0xF0) == 0x30:
                if (DecimalText.Check(field, AnyDecimal.Precision, AnyDecimal.Scale) is not { } wrong)
                {
                    return;
                }

                kind = wrong;
                what = wrong == ValueKind.Scale
                    ? $"the number has more than {AnyDecimal.Scale} decimals, and its type is DECIMAL({AnyDecimal.Precision},{AnyDecimal.Scale})"
                    : $"the number has more than {AnyDecimal.Precision - AnyDecimal.Scale} digits before the point, and its type is DECIMAL({AnyDecimal.Precision},{AnyDecimal.Scale})";
                break;
            case FieldRule.Number or FieldRule.Decimal:
                kind = field[^1] == (byte)'N' ? ValueKind.NaN : ValueKind.Infinity;
                what = "Redshift's COPY takes no NaN and no infinity";
                break;
            case FieldRule.Date:
                kind = ValueKind.Year;
                what = "the date is not in the years 1 to 9999, which Redshift's COPY reads";
                break;
            case FieldRule.Time:
                kind = ValueKind.Time;
                what = "Redshift's TIME ends before 24:00";
                break;
            case FieldRule.Binary:
                kind = ValueKind.Empty;
                what = RefusedValue.IsEmptyBinary;
                break;
            case FieldRule.Text when field.SequenceEqual(_quotedMarker):
                throw RefusedValue.Create(columns[column].Name, row, RefusedValue.IsMarker, Unquote(field), RefusedValue.MarkerAdvice);
            case FieldRule.Text when field.Length > RedshiftLimits.TextBytes:
                LookAtLong(field, start, column, row);
                return;
            default:
                return;
        }

        string? advice = kind switch
        {
            ValueKind.Empty => RefusedValue.EmptyAdvice,
            ValueKind.Scale or ValueKind.Digits => "Cast it in the query to a numeric(p,s), which then is the column's type.",
            _ => null,
        };
        ValueAction action = repairs.Decide(column, kind, row, what, field, advice);
        byte[] text = Repair(kind, action, field, columns[column].RedshiftType);
        if (kind == ValueKind.Scale && action == ValueAction.Round && DecimalText.Check(text, AnyDecimal.Precision, AnyDecimal.Scale) == ValueKind.Digits)
        {
            // 9999….99 becomes one digit longer.
            repairs.Decide(column, ValueKind.Digits, row, "the number, rounded, has too many digits", field);
            (kind, text) = (ValueKind.Digits, _marker);
        }

        edits.Add(start, end, text, column, kind);
    }

    private void LookAtLong(ReadOnlySpan<byte> field, int start, int column, long row)
    {
        byte[] text = Unquote(field);
        if (text.Length <= RedshiftLimits.TextBytes)
        {
            return;
        }

        ValueAction action = repairs.Decide(column, ValueKind.Length, row, string.Create(CultureInfo.InvariantCulture,
            $"the text has {text.Length:N0} bytes; Redshift holds {RedshiftLimits.TextBytes:N0}"), text);
        byte[] written = _marker;
        if (action == ValueAction.Truncate)
        {
            ReadOnlySpan<byte> cut = TextRepair.Cut(text, RedshiftLimits.TextBytes);
            written = new byte[(cut.Length * 2) + 2];
            written = written[..CsvText.WriteQuoted(cut, written)];
        }

        edits.Add(start, start + field.Length, written, column, ValueKind.Length);
    }

    private byte[] Repair(ValueKind kind, ValueAction action, ReadOnlySpan<byte> field, string type) => (kind, action) switch
    {
        (ValueKind.Scale, ValueAction.Round or ValueAction.Truncate) => DecimalText.Shorten(field, AnyDecimal.Scale, action == ValueAction.Round),
        (ValueKind.Year, ValueAction.Replace) => NearestDate(field, type),
        // Only 24:00 is over the end; its offset stays.
        (ValueKind.Time, ValueAction.Replace) => [.. "23:59:59.999999"u8, .. field[8..].TrimStart(".0123456789"u8)],
        _ => _marker,
    };

    private static byte[] NearestDate(ReadOnlySpan<byte> field, string type)
    {
        bool isEarly = field[^1] == (byte)'C' || field[0] == (byte)'-';
        return (type, isEarly) switch
        {
            ("DATE", true) => "0001-01-01"u8.ToArray(),
            ("DATE", false) => "9999-12-31"u8.ToArray(),
            ("TIMESTAMPTZ", true) => "0001-01-01 00:00:00+00"u8.ToArray(),
            ("TIMESTAMPTZ", false) => "9999-12-31 23:59:59.999999+00"u8.ToArray(),
            (_, true) => "0001-01-01 00:00:00"u8.ToArray(),
            _ => "9999-12-31 23:59:59.999999"u8.ToArray(),
        };
    }

    private static byte[] Unquote(ReadOnlySpan<byte> field)
    {
        if (field.Length < 2 || field[0] != CsvDialect.Quote)
        {
            return field.ToArray();
        }

        field = field[1..^1];
        byte[] text = new byte[field.Length];
        int length = 0;
        for (int i = 0; i < field.Length; i++)
        {
            text[length++] = field[i];
            if (field[i] == CsvDialect.Quote)
            {
                i++;
            }
        }

        return text[..length];
    }
}
