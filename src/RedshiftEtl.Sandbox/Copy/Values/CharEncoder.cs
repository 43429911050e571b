namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>CHAR(n): ASCII of up to n bytes (redshift-facts.md 1.6).</summary>
internal sealed class CharEncoder(TextRules rules, int maxBytes) : ValueEncoder
{
    /// <inheritdoc/>
    public override bool IsText => true;

    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        if (value.IndexOfAnyExceptInRange((byte)0, (byte)0x7f) is var bad and >= 0)
            return new ValueFault(1220, $"Multibyte character not supported for CHAR (Hint: try using VARCHAR). Invalid char: {Utf8Check.Hex(value.Slice(bad, Utf8Check.SequenceLength(value[bad..], out _)))}", bad);
        if (value.Contains((byte)0))
            return rules.NulFault;
        if (value.Length > maxBytes && TextRules.Fit(value, maxBytes, rules.Truncate) is var kept and >= 0)
            value = value[..kept];
        if (value.Length > maxBytes)
            return ValueFault.TooLong;
        row.AppendText(value);
        return null;
    }
}
