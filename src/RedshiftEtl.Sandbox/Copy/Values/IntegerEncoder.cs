namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>SMALLINT, INTEGER and BIGINT: an optional minus and digits, nothing else (redshift-facts.md 1.7).</summary>
/// <param name="type">The type's name in error reasons: Short, Integer or Long.</param>
/// <param name="greatest">The greatest value; the least is its negative minus one.</param>
internal sealed class IntegerEncoder(string type, long greatest) : ValueEncoder
{
    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        bool negative = value[0] == (byte)'-';
        ReadOnlySpan<byte> digits = negative ? value[1..] : value;
        if (digits.IsEmpty)
            return ValueFault.NoDigits(type);
        if (digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var bad and >= 0)
            return ValueFault.InvalidDigit(value, negative ? bad + 1 : bad, type);
        digits = digits.TrimStart((byte)'0');
        ulong magnitude = 0;
        if (digits.Length > 19)
            return ValueFault.IntegerOverflow(value, type);
        foreach (byte digit in digits)
            magnitude = (magnitude * 10) + digit - '0';
        if (magnitude > (ulong)greatest + (negative ? 1UL : 0UL))
            return ValueFault.IntegerOverflow(value, type);
        row.Append(value);
        return null;
    }
}
