using System.Globalization;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>COPY, carried out by the sandbox's loader.</summary>
internal static class CopyStatements
{
    /// <summary>The plan for COPY. What pg_last_copy_id() and pg_last_copy_count() say afterwards follows redshift-facts 6:
    /// a load that fails on its data counts, one that never started doesn't, one rolled back by its block doesn't.</summary>
    public static Plan Plan(Statement statement)
    {
        var table = TakeTarget(statement);
        return new LocalPlan(async (context, cancel) =>
        {
            var outcome = await context.State.Copy(statement.Text, context, cancel).ConfigureAwait(false);
            string? remember = outcome.QueryId is { } id ? string.Create(CultureInfo.InvariantCulture,
                $"SELECT set_config('rs.last_copy_id', '{id}', false), set_config('rs.last_copy_count', '{(outcome.Failure is null ? outcome.RowsLoaded : 0)}', false)") : null;
            if (outcome.Failure is { } failure)
            {
                if (remember is not null) context.AfterBatch(remember);
                throw failure;
            }
            if (remember is not null) await context.Backend.QueryAsync(remember, cancel).ConfigureAwait(false);
            if (outcome.RefreshesStatistics)
            {
                // Afterwards, as PostgreSQL would count the rows of the running transaction as changed since.
                var rows = await context.Backend.QueryAsync($"SELECT {Literal.Quote(table.Sql)}::regclass::oid", cancel).ConfigureAwait(false);
                context.AfterTransaction($"SELECT rs_internal.refresh_statistics({rows[0][0]})");
            }
            return "COPY";
        })
        { Writes = table };
    }

    private static ObjectName TakeTarget(Statement statement)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        if (cursor.Current.IsSymbol("(")) throw Lexer.Unexpected(cursor.Current);
        var table = cursor.TakeObjectName();
        if (cursor.Current.IsSymbol("(")) cursor.TakeNameList();
        if (cursor.TryTake("to")) throw new BackendException("0A000", "COPY TO is not supported; use UNLOAD");
        cursor.Expect("from");
        if (cursor.Current.IsAny("stdin", "stdout")) throw new BackendException("0A000", "COPY FROM STDIN is not supported");
        if (cursor.Current.Kind != TokenKind.Text) throw Lexer.Unexpected(cursor.Current);
        return table;
    }
}
