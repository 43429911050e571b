namespace RedshiftEtl.Sandbox.Copy;

/// <summary>
/// What pg_last_copy_id() and pg_last_copy_count() tell a session (redshift-facts.md 6). COPY changes it when the load
/// begins (id, count 0) and when it succeeds (count); a syntax, privilege or credential error leaves it alone. When an
/// explicit transaction is rolled back, the session puts back the values of before.
/// </summary>
internal sealed class LastCopy
{
    /// <summary>Query id of the last COPY that began to load, or -1.</summary>
    public long QueryId { get; set; } = -1;

    /// <summary>Rows that it loaded; 0 if it failed while loading.</summary>
    public long Count { get; set; }
}
