namespace RedshiftEtl.Sandbox.Copy;

/// <summary>The outcome of a COPY that succeeded.</summary>
/// <param name="QueryId">The statement's number, as pg_last_copy_id() tells it.</param>
/// <param name="RowsLoaded">Rows in the table by this COPY; 0 with NOLOAD.</param>
/// <param name="RowsFailed">Rows that were skipped under MAXERROR or IGNOREALLERRORS.</param>
/// <param name="Notices">Texts of the INFO messages for the client, in order (redshift-facts.md 6).</param>
/// <param name="RefreshesStatistics">Whether Redshift would have run ANALYZE at the end, by STATUPDATE (redshift-facts.md 1.4).</param>
internal sealed record CopyResult(long QueryId, long RowsLoaded, long RowsFailed, IReadOnlyList<string> Notices, bool RefreshesStatistics);
