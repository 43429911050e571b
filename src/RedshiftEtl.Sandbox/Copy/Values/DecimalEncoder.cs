using System.Globalization;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>
/// DECIMAL(p,s): surplus decimals are cut, or rounded half away from zero with ROUNDEC (redshift-facts.md 1.4); up to 19
/// digits are stored in 8 bytes (7.2). An exponent is refused: whether COPY takes one isn't known (1.7).
/// </summary>
internal sealed class DecimalEncoder(int precision, int scale, bool round) : ValueEncoder
{
    private const string TypeName = "Decimal";
    private static readonly Int128 s_longest = Int128.Parse("99999999999999999999999999999999999999", CultureInfo.InvariantCulture);

    private readonly Int128 _greatest = Greatest(precision);

    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        int start = value[0] == (byte)'-' ? 1 : 0;
        int point = -1;
        for (int i = start; i < value.Length; i++)
        {
            if (value[i] == (byte)'.' && point < 0)
                point = i;
            else if (value[i] is < (byte)'0' or > (byte)'9')
                return ValueFault.InvalidDigit(value, i, TypeName);
        }
        ReadOnlySpan<byte> whole = value[start..(point < 0 ? value.Length : point)];
        ReadOnlySpan<byte> fraction = point < 0 ? [] : value[(point + 1)..];
        if (whole.IsEmpty && fraction.IsEmpty)
            return ValueFault.NoDigits(TypeName);
        whole = whole.TrimStart((byte)'0');
        bool up = round && fraction.Length > scale && fraction[scale] >= (byte)'5';
        fraction = fraction[..Math.Min(fraction.Length, scale)];
        if (whole.Length > precision - scale || !Fits(whole, fraction, up))
            return ValueFault.NumericOverflow(value, TypeName);
        Write(value[0] == (byte)'-', whole, fraction, up, row);
        return null;
    }

    private static Int128 Greatest(int precision)
    {
        if (precision == 19)
            return long.MaxValue;
        Int128 greatest = s_longest;
        for (int digits = 38; digits > precision; digits--)
            greatest /= 10;
        return greatest;
    }

    private bool Fits(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, bool up) =>
        (!up && precision != 19) || Unscaled(whole, fraction, up) <= _greatest;

    private Int128 Unscaled(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, bool up)
    {
        Int128 unscaled = 0;
        foreach (byte digit in whole)
            unscaled = (unscaled * 10) + (digit - '0');
        foreach (byte digit in fraction)
            unscaled = (unscaled * 10) + (digit - '0');
        for (int i = fraction.Length; i < scale; i++)
            unscaled *= 10;
        return up ? unscaled + 1 : unscaled;
    }

    private void Write(bool negative, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, bool up, RowBuffer row)
    {
        if (negative)
            row.Append((byte)'-');
        if (!up)
        {
            AppendParts(whole, fraction, row);
            return;
        }
        // A carry may run through all digits, so the sum is printed and the point set afterwards.
        Span<byte> digits = stackalloc byte[40];
        Unscaled(whole, fraction, up).TryFormat(digits, out int count, $"D{scale + 1}", CultureInfo.InvariantCulture);
        AppendParts(digits[..(count - scale)], digits[(count - scale)..count], row);
    }

    private static void AppendParts(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, RowBuffer row)
    {
        if (whole.IsEmpty)
            row.Append((byte)'0');
        row.Append(whole);
        if (fraction.IsEmpty)
            return;
        row.Append((byte)'.');
        row.Append(fraction);
    }
}
