using System.Globalization;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>Redshift types with facets that hold every value of a source's (fact sheet 7.2 and 7.4).</summary>
internal static class RedshiftTypes
{
    /// <summary>Text of any length that Redshift holds.</summary>
    public const string AnyText = "VARCHAR(65535)";

    /// <summary>Binary data of any length that Redshift holds.</summary>
    public const string AnyBinary = "VARBYTE(16777216)";

    /// <summary>A decimal. 19 digits need precision 20; over 38 digits, or 38 after the point, only text holds.</summary>
    /// <param name="precision">Digits; null when the source does not limit them.</param>
    /// <param name="scale">Digits after the point; may be negative.</param>
    public static string Decimal(int? precision, int? scale)
    {
        if (precision is not > 0)
        {
            return "DECIMAL(38,10)";
        }

        int digits = Math.Max(precision.Value, scale ?? 0) - Math.Min(scale ?? 0, 0);
        int decimals = Math.Max(scale ?? 0, 0);
        return digits > 38 || decimals > 37
            ? Format("VARCHAR({0})", digits + 3)
            : Format("DECIMAL({0},{1})", digits == 19 ? 20 : digits, decimals);
    }

    /// <summary>Text of at most so many characters.</summary>
    /// <param name="characters">Characters (or UTF-16 units); null or not positive when there is no limit.</param>
    /// <param name="bytesPerCharacter">Bytes of UTF-8 that each takes at most.</param>
    public static string Text(long? characters, int bytesPerCharacter) =>
        characters is > 0 ? Format("VARCHAR({0})", Math.Min(characters.Value * bytesPerCharacter, RedshiftLimits.TextBytes)) : AnyText;

    /// <summary>Binary data of at most so many bytes.</summary>
    public static string Binary(long? bytes) => bytes is > 0 and < 16_777_216 ? Format("VARBYTE({0})", bytes.Value) : AnyBinary;

    private static string Format(string format, params object[] facets) => string.Format(CultureInfo.InvariantCulture, format, facets);
}
