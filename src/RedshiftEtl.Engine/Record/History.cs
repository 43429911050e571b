using System.Text;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Record;

/// <summary>The table <c>run</c> in the warehouse's history schema: one row a run, written in the transaction that loads the rows.</summary>
internal static class History
{
    /// <summary>The history table of a warehouse.</summary>
    public static string TableOf(RedshiftConnection warehouse) => $"{SqlLiteral.Identifier(TableName.Fold(warehouse.HistorySchema))}.\"run\"";

    /// <summary>Makes schema and table on first use.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SqlDenied"/>: the user may not create them.</exception>
    public static async Task EnsureAsync(WarehouseSession session, CancellationToken cancel)
    {
        if (await ExistsAsync(session, cancel))
        {
            return;
        }

        string schema = SqlLiteral.Identifier(TableName.Fold(session.Target.HistorySchema));
        try
        {
            await session.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {schema}", [], cancel);
            await session.ExecuteAsync(
                $"CREATE TABLE IF NOT EXISTS {TableOf(session.Target)} ("
                + "run_id VARCHAR(64) NOT NULL, job VARCHAR(512) NOT NULL, load VARCHAR(16) NOT NULL, mode VARCHAR(16) NOT NULL, "
                + "status VARCHAR(16) NOT NULL, source VARCHAR(512), target VARCHAR(512), "
                + "started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP, "
                + "rows_read BIGINT, rows_written BIGINT, rows_loaded BIGINT, rows_deleted BIGINT, "
                + "csv_bytes BIGINT, staged_bytes BIGINT, part_count INTEGER, manifest VARCHAR(4096), parameters VARCHAR(65535), "
                + "extract_ms BIGINT, load_ms BIGINT, host VARCHAR(512), os_user VARCHAR(512), module_version VARCHAR(32), error VARCHAR(65535))",
                [], cancel);
        }
        catch (EtlException e) when (e.Fault == Fault.SqlDenied)
        {
            throw new EtlException(Fault.SqlDenied, $"The history table {TableOf(session.Target)} does not exist and cannot be made: {e.Message}", session.Target.Name, e,
                $"GRANT CREATE ON DATABASE {session.Target.Database} TO the user, or make the schema and grant CREATE and USAGE on it; HistorySchema names another one.");
        }
        catch (EtlException e) when (e.Fault != Fault.ConnectionFailed)
        {
            // Another run may have made it in this very moment.
            if (!await ExistsAsync(session, cancel))
            {
                throw;
            }
        }
    }

    /// <summary>Whether an initial load of the job was ever committed.</summary>
    public static async Task<bool> HasInitialAsync(WarehouseSession session, string job, CancellationToken cancel) =>
        await ExistsAsync(session, cancel)
        && await session.ScalarAsync(
            $"SELECT 1 FROM {TableOf(session.Target)} WHERE job = {SqlLiteral.Text(job, SqlDialect.Redshift)} AND load = 'Initial' AND status = 'Succeeded' LIMIT 1",
            [], cancel) is not null;

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
            ("csv_bytes", run.CsvBytes), ("staged_bytes", run.StagedBytes), ("part_count", (long)run.PartCount),
            ("manifest", run.Manifest), ("parameters", Cut(run.Parameters, 65_535)),
            ("extract_ms", (long)run.ExtractDuration.TotalMilliseconds), ("load_ms", (long)run.LoadDuration.TotalMilliseconds),
            ("host", Cut(run.Host, 512)), ("os_user", Cut(run.User, 512)), ("module_version", run.ModuleVersion), ("error", Cut(run.Error, 65_535)),
        ];
        string columns = string.Join(", ", values.Select(value => value.Column));
        string places = string.Join(", ", Enumerable.Range(1, values.Length).Select(i => $"${i}"));
        return ($"INSERT INTO {TableOf(warehouse)} ({columns}) VALUES ({places})",
            values.Select(value => new EtlParameter(value.Column, value.Value)).ToArray());
    }

    private static async Task<bool> ExistsAsync(WarehouseSession session, CancellationToken cancel) =>
        await session.ScalarAsync(
            "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'run' AND n.nspname = "
            + SqlLiteral.Text(TableName.Fold(session.Target.HistorySchema), SqlDialect.Redshift), [], cancel) is not null;

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
