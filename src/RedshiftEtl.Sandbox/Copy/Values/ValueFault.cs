using System.Globalization;
using System.Text;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>Why a value doesn't fit its column: a code of the load error reference and Redshift's words for it (redshift-facts.md 6).</summary>
/// <param name="Code">The code, 1200 to 1224.</param>
/// <param name="Reason">The words.</param>
/// <param name="Position">Byte in the field where it goes wrong, 0-based.</param>
internal sealed record ValueFault(int Code, string Reason, int Position = 0)
{
    /// <summary>A character string that is longer than its column.</summary>
    public static ValueFault TooLong { get; } = new(1204, "String length exceeds DDL length");

    /// <summary>NULL for a NOT NULL column.</summary>
    public static ValueFault MissingNotNull { get; } = new(1213, "Missing data for not-null field");

    /// <summary>A character that no number of that type has.</summary>
    public static ValueFault InvalidDigit(ReadOnlySpan<byte> value, int position, string type)
    {
        byte b = value[position];
        string shown = b is >= 0x20 and < 0x7f ? ((char)b).ToString() : string.Create(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        return new ValueFault(1207, string.Create(CultureInfo.InvariantCulture, $"Invalid digit, Value '{shown}', Pos {position}, Type: {type}"), position);
    }

    /// <summary>A number that lacks its digits.</summary>
    public static ValueFault NoDigits(string type) => new(1207, $"Invalid digit, no digits, Type: {type}");

    /// <summary>A whole number beyond its type.</summary>
    public static ValueFault IntegerOverflow(ReadOnlySpan<byte> value, string type) =>
        new(1222, $"Overflow, Value '{Shown(value)}', Type: {type}");

    /// <summary>A number with a fraction beyond its type.</summary>
    public static ValueFault NumericOverflow(ReadOnlySpan<byte> value, string type) =>
        new(1204, $"Numeric overflow, Value '{Shown(value)}', Type: {type}");

    /// <summary>The value for a message: ASCII, at most 32 characters.</summary>
    private static string Shown(ReadOnlySpan<byte> value) => Encoding.ASCII.GetString(value[..Math.Min(value.Length, 32)]);
}
