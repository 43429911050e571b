namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>Checks the values of one column by Redshift's rules and writes them for PostgreSQL.</summary>
internal abstract class ValueEncoder
{
    /// <summary>Whether empty fields stay what they are (CHAR, VARCHAR) or are NULL (all others; redshift-facts.md 1.5 rule 2).</summary>
    public virtual bool IsText => false;

    /// <summary>Writes one value that isn't NULL.</summary>
    /// <returns>Null, or why the value doesn't fit; what was written so far is then dropped by the caller.</returns>
    public abstract ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row);
}
