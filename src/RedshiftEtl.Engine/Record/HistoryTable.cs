using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Record;

/// <summary>The tables that the module keeps in the warehouse: made on first use; columns that an older version did not know are added.</summary>
internal sealed class HistoryTable
{
    private const int Attempts = 5;

    private readonly string _name;
    private readonly (string Name, string Type)[] _columns;

    private HistoryTable(string name, (string Name, string Type)[] columns)
    {
        _name = name;
        _columns = columns;
    }

    /// <summary>One row for each run. Only ever inserted into, so that loads of different jobs never conflict on it (fact sheet 3).</summary>
    public static HistoryTable Run { get; } = new("run",
    [
        ("run_id", "VARCHAR(64) NOT NULL"), ("job", "VARCHAR(512) NOT NULL"), ("load", "VARCHAR(16) NOT NULL"), ("mode", "VARCHAR(16) NOT NULL"),
        ("status", "VARCHAR(16) NOT NULL"), ("source", "VARCHAR(512)"), ("target", "VARCHAR(512)"),
        ("started_at", "TIMESTAMP NOT NULL"), ("ended_at", "TIMESTAMP"),
        ("rows_read", "BIGINT"), ("rows_written", "BIGINT"), ("rows_loaded", "BIGINT"), ("rows_deleted", "BIGINT"),
        ("csv_bytes", "BIGINT"), ("staged_bytes", "BIGINT"), ("part_count", "INTEGER"), ("manifest", "VARCHAR(4096)"), ("parameters", "VARCHAR(65535)"),
        ("extract_ms", "BIGINT"), ("load_ms", "BIGINT"), ("host", "VARCHAR(512)"), ("os_user", "VARCHAR(512)"),
        ("module_version", "VARCHAR(32)"), ("error", "VARCHAR(65535)"),
        ("job_sequence", "BIGINT"), ("watermark_column", "VARCHAR(512)"), ("watermark_type", "VARCHAR(64)"),
        ("watermark_before", "VARCHAR(65535)"), ("watermark_after", "VARCHAR(65535)"), ("watermark_nulls", "BIGINT"),
        ("plan_ms", "BIGINT"), ("delete_ms", "BIGINT"), ("copy_ms", "BIGINT"), ("sql_hashes", "VARCHAR(1024)"),
        ("rows_inserted", "BIGINT"), ("rows_replaced", "BIGINT"), ("maintenance", "VARCHAR(4096)"),
    ]);

    /// <summary>One row for each job that is under way.</summary>
    public static HistoryTable Lease { get; } = new("lease",
    [
        ("job", "VARCHAR(1100) NOT NULL"), ("run_id", "VARCHAR(64) NOT NULL"), ("host", "VARCHAR(512)"), ("os_user", "VARCHAR(512)"),
        ("process_id", "BIGINT"), ("process_started", "VARCHAR(64)"), ("acquired_at", "TIMESTAMP NOT NULL"), ("expires_at", "TIMESTAMP NOT NULL"),
    ]);

    /// <summary>Quoted schema and table in a warehouse.</summary>
    public string In(RedshiftConnection warehouse) => $"{SqlLiteral.Identifier(TableName.Fold(warehouse.HistorySchema))}.{SqlLiteral.Identifier(_name)}";

    /// <summary>Makes the schema and the table, or adds what an older table lacks.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SqlDenied"/>: the user may not.</exception>
    public async Task EnsureAsync(WarehouseSession session, CancellationToken cancel)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                if (await ExtendAsync(session, cancel))
                {
                    return;
                }
            }
            catch (EtlException e) when (e.Fault == Fault.SqlDenied)
            {
                throw new EtlException(Fault.SqlDenied, $"The table {In(session.Target)} cannot be made or extended: {e.Message}", session.Target.Name, e,
                    $"GRANT CREATE ON DATABASE {session.Target.Database} TO the user, or make the schema and grant CREATE and USAGE on it; HistorySchema names another one. An existing table must belong to the user once after an update of the module.");
            }
            catch (EtlException e) when (e.Fault != Fault.ConnectionFailed && attempt < Attempts)
            {
                // Another run may be doing the same in this very moment; what it has done by the next attempt need not be done again.
                await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), cancel);
            }
        }
    }

    /// <summary>Makes what is missing; true when there was nothing, false when it is to be looked at again.</summary>
    private async Task<bool> ExtendAsync(WarehouseSession session, CancellationToken cancel)
    {
        string[] columns = await ColumnsAsync(session, cancel);
        if (columns.Length == 0)
        {
            await session.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {SqlLiteral.Identifier(TableName.Fold(session.Target.HistorySchema))}", [], cancel);
            await session.ExecuteAsync(
                $"CREATE TABLE IF NOT EXISTS {In(session.Target)} ({string.Join(", ", _columns.Select(column => $"{column.Name} {column.Type}"))})", [], cancel);
            return false;
        }

        // Redshift adds one column at a time (fact sheet 7.1). What a newer version added is left alone: every INSERT names its columns.
        (string Name, string Type)[] missing = _columns.Where(column => !columns.Contains(column.Name, StringComparer.Ordinal)).ToArray();
        foreach ((string name, string type) in missing)
        {
            await session.ExecuteAsync($"ALTER TABLE {In(session.Target)} ADD COLUMN {name} {type}", [], cancel);
        }

        return missing.Length == 0;
    }

    /// <summary>Whether the table is there.</summary>
    public async Task<bool> ExistsAsync(WarehouseSession session, CancellationToken cancel) => (await ColumnsAsync(session, cancel)).Length > 0;

    private async Task<string[]> ColumnsAsync(WarehouseSession session, CancellationToken cancel) =>
        (await session.QueryAsync(
            "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            + $" WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relname = {SqlLiteral.Text(_name, SqlDialect.Redshift)} AND n.nspname = "
            + SqlLiteral.Text(TableName.Fold(session.Target.HistorySchema), SqlDialect.Redshift), [], cancel))
        .Select(row => (string)row[0]!).ToArray();
}
