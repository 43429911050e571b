using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>VACUUM and ANALYZE (redshift-facts 5).</summary>
internal static class Maintenance
{
    /// <summary>Percent of rows that are to be sorted, and live, unless TO n PERCENT says otherwise.</summary>
    private const int DefaultThreshold = 95;

    /// <summary>The plan for VACUUM, with the restrictions between its variants.</summary>
    public static Plan Vacuum(Statement statement)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        string kind = cursor.TryTake("full") ? "full" : cursor.TryTake("sort", "only") ? "sort only" : cursor.TryTake("delete", "only") ? "delete only"
            : cursor.TryTake("reindex") ? "reindex" : cursor.TryTake("recluster") ? "recluster" : "full";
        ObjectName? table = cursor.Current.IsName && !cursor.Current.IsAny("to", "boost") ? cursor.TakeObjectName() : null;
        int? percent = null;
        if (cursor.TryTake("to"))
        {
            percent = cursor.TakeInteger();
            cursor.Expect("percent");
        }
        bool boost = cursor.TryTake("boost");
        cursor.ExpectEnd();
        if (percent > 100) throw new BackendException("22023", "VACUUM threshold percentage must be between 0 and 100");
        if (table is null && (percent is not null || boost || kind is "recluster")) throw new BackendException("42601", "VACUUM with TO PERCENT, BOOST or RECLUSTER needs a table name");
        if (kind is "reindex" or "recluster" && percent is not null) throw new BackendException("42601", $"TO PERCENT cannot be used with VACUUM {kind.ToUpperInvariant()}");
        if (kind is "reindex" && boost) throw new BackendException("42601", "BOOST cannot be used with VACUUM REINDEX");
        return new LocalPlan((context, cancel) => VacuumAsync(context, kind, table, percent ?? DefaultThreshold, cancel)) { Alone = "VACUUM" };
    }

    /// <summary>The plan for ANALYZE.</summary>
    public static Plan Analyze(Statement statement)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        if (cursor.TryTake("compression")) throw Rewriter.Lacking(statement.Tokens[1], "ANALYZE COMPRESSION");
        cursor.TryTake("verbose");
        ObjectName? table = cursor.Current.IsName && !cursor.Current.IsAny("predicate", "all") ? cursor.TakeObjectName() : null;
        var columns = table is not null && cursor.Current.IsSymbol("(") ? cursor.TakeNameList() : [];
        if (!cursor.TryTake("predicate", "columns")) cursor.TryTake("all", "columns");
        cursor.ExpectEnd();
        return new LocalPlan(async (context, cancel) =>
        {
            if (table is not null)
            {
                foreach (string column in columns)
                    await context.Backend.QueryAsync($"SELECT rs_internal.column_number({Literal.Quote(table.Sql)}::regclass, {Literal.Quote(column)})", cancel).ConfigureAwait(false);
                var rows = await context.Backend.QueryAsync(
                    $"SELECT rs_internal.analyze_note({Literal.Quote(table.Sql)}::regclass, coalesce(nullif(current_setting('rs.analyze_threshold_percent', true), ''), '10')::numeric)", cancel).ConfigureAwait(false);
                if (rows[0][0] != "t")
                {
                    context.Notify("INFO", "ANALYZE SKIP");
                    return "ANALYZE";
                }
            }
            // All columns, whichever were named: PostgreSQL goes on counting a table as changed when only some were analysed.
            await context.Backend.QueryAsync($"ANALYZE {table?.Sql}", cancel).ConfigureAwait(false);
            return "ANALYZE";
        });
    }

    private static async Task<string> VacuumAsync(StatementContext context, string kind, ObjectName? table, int threshold, CancellationToken cancel)
    {
        // One VACUUM per cluster; the number is any that nobody else uses.
        const string key = "5439001";
        var rows = await context.Backend.QueryAsync($"SELECT pg_try_advisory_lock({key})", cancel).ConfigureAwait(false);
        if (rows[0][0] != "t") throw new BackendException("55006", "VACUUM is already running", "Only one VACUUM can run on a cluster at a time.");
        await context.Backend.SyncAsync().ConfigureAwait(false);
        try
        {
            await VacuumTablesAsync(context, kind, table, threshold, cancel).ConfigureAwait(false);
        }
        finally
        {
            await context.Backend.SyncAsync().ConfigureAwait(false);
            await context.Backend.QueryAsync($"SELECT pg_advisory_unlock({key})", CancellationToken.None).ConfigureAwait(false);
        }
        return "VACUUM";
    }

    private static async Task VacuumTablesAsync(StatementContext context, string kind, ObjectName? table, int threshold, CancellationToken cancel)
    {
        string chosen = table is null ? "relkind = 'r' AND relpersistence = 'p'" : $"oid = {Literal.Quote(table.Sql)}::regclass";
        var found = await context.Backend.QueryAsync(
            $"SELECT oid, quote_ident(nspname) || '.' || quote_ident(relname), rs_internal.vacuum_status(oid, {Literal.Quote(kind)}, {threshold}), clock_timestamp() AT TIME ZONE 'UTC' FROM rs_internal.relation WHERE {chosen}", cancel).ConfigureAwait(false);
        await context.Backend.SyncAsync().ConfigureAwait(false);
        foreach (string?[] row in found)
        {
            bool work = row[2] == "work";
            await NoteAsync(context, row, kind, work ? "Started" : row[2]!, cancel).ConfigureAwait(false);
            if (!work) continue;
            if (kind != "sort only") await context.Backend.QueryAsync($"VACUUM {row[1]}", cancel).ConfigureAwait(false);
            await context.Backend.SyncAsync().ConfigureAwait(false);
            await NoteAsync(context, row, kind, "Finished", cancel).ConfigureAwait(false);
        }
    }

    private static async Task NoteAsync(StatementContext context, string?[] row, string kind, string status, CancellationToken cancel)
    {
        await context.Backend.QueryAsync($"SELECT rs_internal.vacuum_note({row[0]}, {Literal.Quote(kind)}, {Literal.Quote(status)}, {Literal.Quote(row[3])}::timestamp)", cancel).ConfigureAwait(false);
        await context.Backend.SyncAsync().ConfigureAwait(false);
    }
}
