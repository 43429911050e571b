namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>VARBYTE(n): pairs of hex digits, no prefix (redshift-facts.md 1.7).</summary>
internal sealed class VarbyteEncoder(int maxBytes) : ValueEncoder
{
    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        for (int i = 0; i < value.Length; i++)
        {
            if (!char.IsAsciiHexDigit((char)value[i]))
                return new ValueFault(1219, "Invalid hexadecimal digit for VARBYTE", i);
        }
        if (value.Length % 2 != 0)
            return new ValueFault(1219, "Odd number of hexadecimal digits for VARBYTE", value.Length);
        if (value.Length / 2 > maxBytes)
            return new ValueFault(1204, "Varbyte length exceeds DDL length");
        row.Append("\\\\x"u8);
        row.Append(value);
        return null;
    }
}
