using System.Globalization;
using System.Text;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Record;

/// <summary>The table <c>run</c> in the warehouse's history schema: one row a run, written in the transaction that loads the rows.</summary>
internal static class History
{
    /// <summary>The history table of a warehouse.</summary>
    public static string TableOf(RedshiftConnection warehouse) => HistoryTable.Run.In(warehouse);

    /// <summary>Makes schema and table on first use, and extends one of an older version.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SqlDenied"/>: the user may not create them.</exception>
    public static Task EnsureAsync(WarehouseSession session, CancellationToken cancel) => HistoryTable.Run.EnsureAsync(session, cancel);

    /// <summary>What the history says of a job; of one that never ran, when there is no history yet.</summary>
    public static async Task<JobState> ReadStateAsync(WarehouseSession session, JobKey job, CancellationToken cancel)
    {
        if (!await HistoryTable.Run.ExistsAsync(session, cancel))
        {
            return JobState.None;
        }

        await EnsureAsync(session, cancel);
        string ofJob = $"FROM {TableOf(session.Target)} WHERE status = 'Succeeded' AND {Of(job)}";
        List<object?[]> last = await session.QueryAsync(
            $"SELECT COALESCE(job_sequence, 0), watermark_after, watermark_type {ofJob} ORDER BY COALESCE(job_sequence, 0) DESC, ended_at DESC LIMIT 1", [], cancel);
        if (last.Count == 0)
        {
            return JobState.None;
        }

        bool hasInitial = await session.ScalarAsync($"SELECT 1 {ofJob} AND load = 'Initial' LIMIT 1", [], cancel) is not null;
        WatermarkValue? watermark = last[0][1] is string text && last[0][2] is string type ? new WatermarkValue(text, type) : null;
        return new JobState(Convert.ToInt64(last[0][0], CultureInfo.InvariantCulture), hasInitial, watermark);
    }

    /// <summary>Whether the run's rows are in the table already.</summary>
    public static async Task<bool> HasRunAsync(WarehouseSession session, string runId, TableName table, CancellationToken cancel) =>
        await session.ScalarAsync(
            $"SELECT 1 FROM {TableOf(session.Target)} WHERE run_id = {SqlLiteral.Text(runId, SqlDialect.Redshift)}"
            + $" AND target = {SqlLiteral.Text(table.ToString(), SqlDialect.Redshift)} AND status = 'Succeeded'",
            [], cancel) is not null;

    /// <summary>Whether the run was committed. Takes the table's lock first, so that a COMMIT that is still under way has ended when it answers.</summary>
    public static async Task<bool> WasCommittedAsync(WarehouseSession session, string runId, TableName table, CancellationToken cancel)
    {
        await session.ExecuteAsync("BEGIN", [], cancel);
        try
        {
            await session.ExecuteAsync($"LOCK TABLE {TableOf(session.Target)}", [], cancel);
            return await HasRunAsync(session, runId, table, cancel);
        }
        finally
        {
            await session.RollbackQuietlyAsync();
        }
    }

    /// <summary>The statement that writes a run's row, with its values.</summary>
    public static (string Sql, IReadOnlyList<EtlParameter> Values) Insert(RedshiftConnection warehouse, EtlRun run)
    {
        (string Column, object? Value)[] values =
        [
            ("run_id", run.RunId), ("job", Cut(run.Job, 512)), ("load", run.Load.ToString()), ("mode", run.Mode.ToString()),
            ("status", run.Status.ToString()), ("source", Cut(run.Source, 512)), ("target", Cut(run.Table, 512)),
            ("started_at", Timestamp(run.StartedAt)), ("ended_at", Timestamp(run.EndedAt)),
            ("rows_read", run.RowsRead), ("rows_written", run.RowsWritten), ("rows_loaded", run.RowsLoaded), ("rows_deleted", run.RowsDeleted),
            ("rows_inserted", run.RowsInserted), ("rows_replaced", run.RowsReplaced),
            ("csv_bytes", run.CsvBytes), ("staged_bytes", run.StagedBytes), ("part_count", (long)run.PartCount),
            ("manifest", run.Manifest), ("parameters", Cut(run.Parameters, 65_535)),
            ("extract_ms", (long)run.ExtractDuration.TotalMilliseconds), ("load_ms", (long)run.LoadDuration.TotalMilliseconds),
            ("plan_ms", (long)run.PlanDuration.TotalMilliseconds), ("delete_ms", (long)run.DeleteDuration.TotalMilliseconds),
            ("copy_ms", (long)run.CopyDuration.TotalMilliseconds), ("job_sequence", run.Sequence), ("watermark_column", Cut(run.WatermarkColumn, 512)),
            ("watermark_type", (run.WatermarkAfter ?? run.WatermarkBefore)?.Type),
            ("watermark_before", run.WatermarkBefore?.Text), ("watermark_after", run.WatermarkAfter?.Text), ("watermark_nulls", run.WatermarkNulls),
            ("sql_hashes", run.SqlHashes), ("host", Cut(run.Host, 512)), ("os_user", Cut(run.User, 512)), ("module_version", run.ModuleVersion), ("error", Cut(run.Error, 65_535)),
            ("maintenance", Cut(run.Maintenance, 4096)),
        ];
        string columns = string.Join(", ", values.Select(value => value.Column));
        string places = string.Join(", ", Enumerable.Range(1, values.Length).Select(i => $"${i}"));
        return ($"INSERT INTO {TableOf(warehouse)} ({columns}) VALUES ({places})",
            values.Select(value => new EtlParameter(value.Column, value.Value)).ToArray());
    }

    private static string Of(JobKey job) =>
        $"job = {SqlLiteral.Text(job.Name, SqlDialect.Redshift)} AND target = {SqlLiteral.Text(job.Table.ToString(), SqlDialect.Redshift)}";

    private static DateTime Timestamp(DateTimeOffset time) => DateTime.SpecifyKind(time.UtcDateTime, DateTimeKind.Unspecified);

    /// <summary>The text cut to so many bytes of UTF-8, never within a character, and without NUL, which Redshift does not hold.</summary>
    private static string? Cut(string? text, int bytes)
    {
        if (text is null)
        {
            return null;
        }

        var cut = new StringBuilder();
        int size = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            size += rune.Utf8SequenceLength;
            if (size > bytes)
            {
                break;
            }

            cut.Append(rune.Value == 0 ? "\uFFFD" : rune.ToString());
        }

        return cut.ToString();
    }
}
