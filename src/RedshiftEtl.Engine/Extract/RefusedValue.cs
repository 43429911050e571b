using System.Globalization;
using System.Text;

namespace RedshiftEtl.Engine.Extract;

/// <summary>The one sentence in which every source refuses a value that Redshift would not hold unbent: column, row, what is wrong, and the value.</summary>
internal static class RefusedValue
{
    /// <summary>Bytes of a value that a message shows.</summary>
    private const int Shown = 60;

    /// <summary>What is said of a text that is the NULL marker (fact sheet 1.5 rule 4).</summary>
    public const string IsMarker = "the text is equal to the marker that stands for NULL";

    /// <summary>What to do then.</summary>
    public const string MarkerAdvice = "Choose another NullMarker, one that is in no text value.";

    /// <summary>What is said of binary data without a byte (fact sheet 1.5 rule 2).</summary>
    public const string IsEmptyBinary = "binary data without a byte, which COPY would load as NULL";

    /// <summary>What to do about something empty that is not text.</summary>
    public const string EmptyAdvice = "Make it NULL in the query with NULLIF, or give it a value.";

    /// <summary>The error.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="row">The row's number, from 1.</param>
    /// <param name="what">What is wrong with it.</param>
    /// <param name="value">The value, in UTF-8 or not.</param>
    /// <param name="advice">What to do, when more is known than the fault's own advice.</param>
    public static EtlException Create(string column, long row, string what, ReadOnlySpan<byte> value, string? advice = null)
    {
        string shown = Encoding.UTF8.GetString(value[..Math.Min(value.Length, Shown)]).Replace('\0', '␀');
        return new EtlException(Fault.ValueInvalid,
            string.Create(CultureInfo.InvariantCulture, $"Column '{column}', row {row:N0}: {what} (value '{shown}{(value.Length > Shown ? "…" : "")}')."),
            column, null, advice);
    }

    /// <summary>The error for a row that COPY cannot take.</summary>
    public static EtlException RowTooLong(long row) => new(Fault.ValueInvalid, string.Create(CultureInfo.InvariantCulture,
        $"Row {row:N0} has over {RedshiftLimits.RowBytes:N0} bytes of CSV; COPY takes no longer row."));
}

/// <summary>What Redshift takes at most.</summary>
internal static class RedshiftLimits
{
    /// <summary>Bytes of a row in COPY: 4 MB (fact sheet 1.6).</summary>
    public const int RowBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of a text (fact sheet 7.2).</summary>
    public const int TextBytes = 65_535;

    /// <summary>Bytes of a name (fact sheet 7.3).</summary>
    public const int NameBytes = 127;
}
