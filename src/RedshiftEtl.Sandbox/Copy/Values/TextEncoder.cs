using System.Text.Unicode;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>VARCHAR(n): valid UTF-8 of up to n bytes (redshift-facts.md 1.6).</summary>
internal sealed class TextEncoder(TextRules rules, int maxBytes) : ValueEncoder
{
    /// <inheritdoc/>
    public override bool IsText => true;

    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        if (rules.TrimBlanks)
            value = TextRules.TrimEnd(value);
        if (rules.Replacement is { } replacement && Utf8Check.NeedsReplacement(value))
            value = rules.Replace(value, replacement);
        else if (!Utf8.IsValid(value))
            return Utf8Check.Fault(value);
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
