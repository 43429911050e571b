using System.Globalization;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>REAL and DOUBLE PRECISION. NaN and Infinity are refused: whether COPY takes them isn't known (redshift-facts.md 1.7).</summary>
/// <param name="single">REAL.</param>
internal sealed class FloatEncoder(bool single) : ValueEncoder
{
    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        if (!IsNumber(value))
            return new ValueFault(1208, "Invalid FLOAT format or value");
        double parsed = single
            ? float.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture)
            : double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsInfinity(parsed) || (parsed == 0 && HasDigits(value)))
            return ValueFault.NumericOverflow(value, single ? "Float4" : "Float8");
        row.Append(value);
        return null;
    }

    private static bool IsNumber(ReadOnlySpan<byte> value)
    {
        int at = value[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        int whole = Digits(value, at);
        at += whole;
        int fraction = 0;
        if (at < value.Length && value[at] == (byte)'.')
        {
            fraction = Digits(value, at + 1);
            at += fraction + 1;
        }
        if (whole + fraction == 0)
            return false;
        if (at < value.Length && (value[at] | 0x20) == 'e')
        {
            at++;
            if (at < value.Length && value[at] is (byte)'-' or (byte)'+')
                at++;
            int exponent = Digits(value, at);
            if (exponent == 0)
                return false;
            at += exponent;
        }
        return at == value.Length;
    }

    private static int Digits(ReadOnlySpan<byte> value, int at)
    {
        int other = value[at..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return other < 0 ? value.Length - at : other;
    }

    /// <summary>Whether the part before the exponent has a digit other than 0.</summary>
    private static bool HasDigits(ReadOnlySpan<byte> value)
    {
        int exponent = value.IndexOfAny((byte)'e', (byte)'E');
        return (exponent < 0 ? value : value[..exponent]).ContainsAnyInRange((byte)'1', (byte)'9');
    }
}
