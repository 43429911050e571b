namespace RedshiftEtl.Engine.Extract;

/// <summary>Decimal numbers as text, <c>-123.450</c>: whether they fit a DECIMAL, and how they are made to.</summary>
internal static class DecimalText
{
    /// <summary>What is wrong with a number for DECIMAL(precision, scale); null if nothing is. Zeros at its end are no decimals that could be lost.</summary>
    public static ValueKind? Check(ReadOnlySpan<byte> number, int precision, int scale)
    {
        (ReadOnlySpan<byte> whole, ReadOnlySpan<byte> decimals) = Split(number);
        return whole.TrimStart((byte)'0').Length > precision - scale ? ValueKind.Digits
            : decimals.TrimEnd((byte)'0').Length > scale ? ValueKind.Scale
            : null;
    }

    /// <summary>The number with no more decimals than the scale.</summary>
    /// <param name="number">The number.</param>
    /// <param name="scale">Decimals that stay.</param>
    /// <param name="isRounded">Half away from zero, as Redshift rounds; else cut.</param>
    public static byte[] Shorten(ReadOnlySpan<byte> number, int scale, bool isRounded)
    {
        (ReadOnlySpan<byte> whole, ReadOnlySpan<byte> decimals) = Split(number);
        if (decimals.Length <= scale)
        {
            return number.ToArray();
        }

        // A zero in front takes a carry.
        byte[] digits = [(byte)'0', .. whole, .. decimals[..scale]];
        if (isRounded && decimals[scale] >= (byte)'5')
        {
            int i = digits.Length - 1;
            while (digits[i] == (byte)'9')
            {
                digits[i--] = (byte)'0';
            }

            digits[i]++;
        }

        int start = digits[0] == (byte)'0' && whole.Length > 0 ? 1 : 0;
        int point = digits.Length - scale;
        bool isNegative = number[0] == (byte)'-' && digits.AsSpan().ContainsAnyExcept((byte)'0');
        return [.. isNegative ? "-"u8 : default, .. digits.AsSpan(start, point - start), .. scale > 0 ? "."u8 : default, .. digits.AsSpan(point)];
    }

    private static Parts Split(ReadOnlySpan<byte> number)
    {
        number = number.TrimStart("+-"u8);
        int point = number.IndexOf((byte)'.');
        return point < 0 ? new Parts(number, default) : new Parts(number[..point], number[(point + 1)..]);
    }

    private readonly ref struct Parts(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> decimals)
    {
        private readonly ReadOnlySpan<byte> _whole = whole;
        private readonly ReadOnlySpan<byte> _decimals = decimals;

        public void Deconstruct(out ReadOnlySpan<byte> whole, out ReadOnlySpan<byte> decimals)
        {
            whole = _whole;
            decimals = _decimals;
        }
    }
}
