using System.Buffers;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>The options of one COPY for its character columns (redshift-facts.md 1.4, 1.6).</summary>
/// <param name="TrimBlanks">Trailing white space of VARCHAR is dropped.</param>
/// <param name="Truncate">Strings that are too long are cut.</param>
/// <param name="Replacement">What stands in for invalid bytes, or null.</param>
/// <param name="Replaced">Called when a value was changed by <paramref name="Replacement"/>.</param>
internal sealed record TextRules(bool TrimBlanks, bool Truncate, byte? Replacement, Action? Replaced)
{
    private static readonly SearchValues<byte> s_white = SearchValues.Create(" \t\n\r\f\v"u8);

    /// <summary>A NUL can only come here under NULL AS '\0', where a longer field with one is an error.</summary>
    public ValueFault NulFault { get; } = new(1218, "NUL field longer than one byte with NULL AS '\\0'");

    /// <summary>Whether the value has nothing but white space.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> value) => value[0] <= (byte)' ' && !value.ContainsAnyExcept(s_white);

    /// <summary>The value without white space at its end.</summary>
    public static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> value)
    {
        int last = value.LastIndexOfAnyExcept(s_white);
        return value[..(last + 1)];
    }

    /// <summary>The bytes to keep of a value that is too long: surplus blanks at the end are always cut, the rest only with TRUNCATECOLUMNS and between characters. -1 if it can't be cut.</summary>
    public static int Fit(ReadOnlySpan<byte> value, int maxBytes, bool truncate)
    {
        if (!value[maxBytes..].ContainsAnyExcept((byte)' '))
            return maxBytes;
        if (!truncate)
            return -1;
        int kept = maxBytes;
        while (kept > 0 && (value[kept] & 0xc0) == 0x80)
            kept--;
        return kept;
    }

    /// <summary>Puts one replacement byte in the place of each byte of an invalid or non-character sequence.</summary>
    public ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> value, byte replacement)
    {
        byte[] changed = value.ToArray();
        for (int at = 0; at < changed.Length;)
        {
            int length = Utf8Check.SequenceLength(value[at..], out bool valid);
            if (!valid || Utf8Check.IsNonCharacter(value.Slice(at, length)))
                changed.AsSpan(at, length).Fill(replacement);
            at += length;
        }
        Replaced?.Invoke();
        return changed;
    }
}
