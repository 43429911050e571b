using System.Globalization;
using System.Text;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract.Files;

/// <summary>Writes the fields of a file by their columns' types.</summary>
internal sealed class FileValues(FileConnection connection, CsvRowWriter writer)
{
    private static readonly string[] s_isoDates = ["yyyy-MM-dd"];

    private static readonly string[] s_isoTimes =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:sszz", "yyyy-MM-dd HH:mm:ss.FFFFFFFzz",
    ];

    private readonly CultureInfo _culture = CultureInfo.GetCultureInfo(connection.Culture);
    private byte[] _scratch = new byte[1024];

    /// <summary>Writes a field.</summary>
    /// <returns>False when it is no value of the type; nothing was written then.</returns>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: Redshift cannot hold it, and the rule is to fail.</exception>
    public bool TryWrite(string text, FileType type)
    {
        if (connection.NullTexts.Contains(text, StringComparer.Ordinal) || (text.Length == 0 && type.Kind != FileKind.Text))
        {
            writer.WriteNull();
            return true;
        }

        string trimmed = type.Kind == FileKind.Text ? text : text.Trim();
        switch (type.Kind)
        {
            case FileKind.Text:
                WriteText(text);
                return true;
            case FileKind.Boolean:
                return TryWriteBoolean(trimmed);
            case FileKind.Integer:
                if (!long.TryParse(trimmed, NumberStyles.AllowLeadingSign | Groups, _culture, out long number))
                {
                    return false;
                }

                writer.WriteInteger(number);
                return true;
            case FileKind.Double:
                return TryWriteDouble(trimmed);
            case FileKind.Decimal:
                return TryWriteDecimal(trimmed, type);
            case FileKind.Time:
                if (!TimeOnly.TryParse(trimmed, _culture, DateTimeStyles.None, out TimeOnly time))
                {
                    return false;
                }

                WriteTime(DateTime.MinValue + time.ToTimeSpan(), trimmed, "HH:mm:ss.FFFFFF");
                return true;
            default:
                return TryWriteDate(trimmed, type.Kind);
        }
    }

    // Grouped digits are a culture's custom; without one, «1,5» is no number and not 15.
    private NumberStyles Groups => connection.Culture.Length > 0 ? NumberStyles.AllowThousands : NumberStyles.None;

    private void WriteText(string text)
    {
        int room = text.Length * 3;
        if (_scratch.Length < room)
        {
            _scratch = new byte[room];
        }

        int length = Encoding.UTF8.GetBytes(text, _scratch);
        if (text.Contains(FileEncoding.Broken, StringComparison.Ordinal))
        {
            if (writer.Repair(ValueKind.Encoding, $"the text is not valid {connection.Encoding}", _scratch.AsSpan(0, length)) == ValueAction.Null)
            {
                return;
            }

            length = Encoding.UTF8.GetBytes(text.Replace(FileEncoding.Broken, '\uFFFD'), _scratch);
        }

        writer.WriteText(_scratch.AsSpan(0, length));
    }

    private bool TryWriteBoolean(string text)
    {
        bool? value = text.ToUpperInvariant() switch
        {
            "T" or "TRUE" or "Y" or "YES" or "1" => true,
            "F" or "FALSE" or "N" or "NO" or "0" => false,
            _ => null,
        };
        if (value is { } flag)
        {
            writer.WriteRaw(flag ? "t"u8 : "f"u8);
        }

        return value is not null;
    }

    private bool TryWriteDouble(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float | Groups, _culture, out double number))
        {
            return false;
        }

        if (double.IsFinite(number))
        {
            writer.WriteDouble(number);
        }
        else
        {
            writer.Repair(double.IsNaN(number) ? ValueKind.NaN : ValueKind.Infinity, "Redshift's COPY takes no NaN and no infinity", Encoding.UTF8.GetBytes(text));
        }

        return true;
    }

    /// <summary>By its digits: a .NET decimal holds 28 of Redshift's 38.</summary>
    private bool TryWriteDecimal(string text, FileType type)
    {
        NumberFormatInfo format = _culture.NumberFormat;
        string plain = Groups == NumberStyles.None ? text : text.Replace(format.NumberGroupSeparator, "", StringComparison.Ordinal);
        plain = plain.Replace(format.NumberDecimalSeparator, ".", StringComparison.Ordinal).TrimStart('+');
        string digits = plain.StartsWith('-') ? plain[1..] : plain;
        if (digits.Length == 0 || digits == "." || digits.Count(sign => sign == '.') > 1 || !digits.All(sign => char.IsAsciiDigit(sign) || sign == '.'))
        {
            return false;
        }

        byte[] number = Encoding.ASCII.GetBytes(plain);
        ValueKind? wrong = DecimalText.Check(number, type.Precision, type.Scale);
        if (wrong == ValueKind.Scale)
        {
            ValueAction action = writer.Repair(ValueKind.Scale, $"the number has more decimals than {type.RedshiftType}", number);
            if (action == ValueAction.Null)
            {
                return true;
            }

            number = DecimalText.Shorten(number, type.Scale, action == ValueAction.Round);
            wrong = DecimalText.Check(number, type.Precision, type.Scale);
        }

        if (wrong == ValueKind.Digits)
        {
            writer.Repair(ValueKind.Digits, $"the number has more digits than {type.RedshiftType}", number);
            return true;
        }

        writer.WriteRaw(number);
        return true;
    }

    private bool TryWriteDate(string text, FileKind kind)
    {
        // A time without an offset is the column's own: UTC where it has one.
        const DateTimeStyles Style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        string[] iso = kind == FileKind.Date ? s_isoDates : s_isoTimes;
        bool hasOffset = kind == FileKind.TimestampTz;
        DateTimeStyles style = hasOffset ? Style : DateTimeStyles.None;
        if (!DateTime.TryParseExact(text, iso, CultureInfo.InvariantCulture, style, out DateTime value)
            && (connection.Culture.Length == 0 || !DateTime.TryParse(text, _culture, style, out value)))
        {
            return false;
        }

        if ((!hasOffset && value.Kind != DateTimeKind.Unspecified) || (kind == FileKind.Date && value.TimeOfDay != TimeSpan.Zero))
        {
            return false;
        }

        WriteTime(value, text, kind == FileKind.Date ? "yyyy-MM-dd" : hasOffset ? "yyyy-MM-dd HH:mm:ss.FFFFFF+00" : "yyyy-MM-dd HH:mm:ss.FFFFFF");
        return true;
    }

    private void WriteTime(DateTime value, string text, string format)
    {
        long beyond = value.Ticks % TimeSpan.TicksPerMicrosecond;
        if (beyond != 0)
        {
            ValueAction action = writer.Repair(ValueKind.Fraction, "the time has a seventh decimal of a second, and Redshift holds six", Encoding.UTF8.GetBytes(text));
            if (action == ValueAction.Null)
            {
                return;
            }

            bool isUp = action == ValueAction.Round && beyond >= 5 && value <= DateTime.MaxValue.AddMicroseconds(-1);
            value = value.AddTicks(isUp ? TimeSpan.TicksPerMicrosecond - beyond : -beyond);
        }

        Span<byte> target = stackalloc byte[40];
        value.TryFormat(target, out int written, format, CultureInfo.InvariantCulture);
        writer.WriteRaw(target[..written]);
    }
}
