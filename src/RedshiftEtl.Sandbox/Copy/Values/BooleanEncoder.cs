using System.Text;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>BOOLEAN: t, true, y, yes, 1 and f, false, n, no, 0 in any case (redshift-facts.md 1.7).</summary>
internal sealed class BooleanEncoder : ValueEncoder
{
    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        if (Is(value, "t"u8) || Is(value, "true"u8) || Is(value, "1"u8) || Is(value, "y"u8) || Is(value, "yes"u8))
            row.Append((byte)'t');
        else if (Is(value, "f"u8) || Is(value, "false"u8) || Is(value, "0"u8) || Is(value, "n"u8) || Is(value, "no"u8))
            row.Append((byte)'f');
        else
            return new ValueFault(1210, "Unknown boolean format");
        return null;
    }

    private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> form) => Ascii.EqualsIgnoreCase(value, form);
}
