using System.Globalization;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Plan;

/// <summary>A watermark's value exactly as the extract wrote it, with the type that says how to compare and bind it.</summary>
/// <param name="Text">The value as CSV has it: every digit that the source gave.</param>
/// <param name="Type">The column's Redshift type.</param>
public sealed record WatermarkValue(string Text, string Type)
{
    private const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
    private static readonly string[] s_timeFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFFzz", "yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz"];

    /// <summary>How values of the type are ordered; null when it cannot be a watermark.</summary>
    internal static WatermarkKind? KindOf(string redshiftType)
    {
        string name = redshiftType.Split('(')[0].Trim().ToUpperInvariant();
        return name switch
        {
            "SMALLINT" or "INTEGER" or "INT" or "BIGINT" or "DECIMAL" or "NUMERIC" => WatermarkKind.Number,
            "DATE" or "TIMESTAMP" => WatermarkKind.Time,
            "TIMESTAMPTZ" => WatermarkKind.Instant,
            "VARBYTE" => WatermarkKind.Bytes,
            "CHAR" or "VARCHAR" => WatermarkKind.Text,
            _ => null,
        };
    }

    /// <summary>@watermark for a source and for the delete: this value less the lag.</summary>
    /// <param name="definition">The job's watermark.</param>
    /// <param name="dialect">The source's; SQLite keeps times as text, so they are compared as text there.</param>
    /// <exception cref="EtlException"><see cref="Fault.WatermarkInvalid"/>: the text is none of the type, or the lag does not go with it.</exception>
    public EtlParameter ToParameter(WatermarkDefinition definition, SqlDialect dialect)
    {
        WatermarkKind kind = KindOf(Type) ?? throw Invalid();
        bool hasWrongLag = kind switch
        {
            WatermarkKind.Number => definition.LagTime is not null,
            WatermarkKind.Time or WatermarkKind.Instant => definition.LagAmount is not null,
            _ => definition.LagTime is not null || definition.LagAmount is not null,
        };
        if (hasWrongLag)
        {
            throw new EtlException(Fault.WatermarkInvalid, $"The Lag of watermark '{definition.Column}' does not go with its type {Type}.", definition.Column, null,
                "A date or timestamp takes a length of time such as '00:10:00', a number takes a number; text and binary take none.");
        }

        if (kind == WatermarkKind.Number)
        {
            return ToNumber(definition.LagAmount);
        }

        object value = kind switch
        {
            WatermarkKind.Time => ToTime(definition.LagTime, dialect),
            WatermarkKind.Instant => ToInstant(definition.LagTime),
            WatermarkKind.Bytes => ToBytes(),
            _ => Text,
        };
        return new EtlParameter(WatermarkDefinition.ParameterName, value);
    }

    /// <summary>Reads a value that a user gives for a column of the type.</summary>
    /// <exception cref="EtlException"><see cref="Fault.WatermarkInvalid"/>.</exception>
    public static WatermarkValue Parse(string text, string type)
    {
        var value = new WatermarkValue(text.Trim(), type);
        value.ToParameter(new WatermarkDefinition("value"), SqlDialect.Redshift);
        return value;
    }

    /// <summary>The value.</summary>
    public override string ToString() => Text;

    private EtlParameter ToNumber(decimal? lag)
    {
        if (!decimal.TryParse(Text, Number, CultureInfo.InvariantCulture, out decimal number))
        {
            throw Invalid();
        }

        number -= lag ?? 0;
        return decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue
            ? new EtlParameter(WatermarkDefinition.ParameterName, (long)number)
            : new EtlParameter(WatermarkDefinition.ParameterName, number);
    }

    private object ToTime(TimeSpan? lag, SqlDialect dialect)
    {
        if (dialect == SqlDialect.Sqlite && lag is null)
        {
            return Text;
        }

        DateTime time = ParseInstant().DateTime - (lag ?? TimeSpan.Zero);
        return Type.StartsWith("DATE", StringComparison.OrdinalIgnoreCase) ? DateOnly.FromDateTime(time) : DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
    }

    private object ToInstant(TimeSpan? lag) => ParseInstant().ToUniversalTime() - (lag ?? TimeSpan.Zero);

    private DateTimeOffset ParseInstant() =>
        DateTimeOffset.TryParseExact(Text, s_timeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : throw Invalid();

    private byte[] ToBytes()
    {
        try
        {
            return Convert.FromHexString(Text);
        }
        catch (FormatException)
        {
            throw Invalid();
        }
    }

    private EtlException Invalid() => new(Fault.WatermarkInvalid, $"The watermark '{Text}' is no value of type {Type}.", Text);
}

/// <summary>How a watermark's values are ordered.</summary>
internal enum WatermarkKind
{
    /// <summary>By value.</summary>
    Number,

    /// <summary>As ISO text, which orders dates and timestamps of one form rightly.</summary>
    Time,

    /// <summary>As ISO text in UTC.</summary>
    Instant,

    /// <summary>By bytes, as hexadecimal digits of one case.</summary>
    Bytes,

    /// <summary>By UTF-8 bytes.</summary>
    Text,
}
