using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>BEGIN, COMMIT, ROLLBACK, TRUNCATE and LOCK (redshift-facts 3).</summary>
internal static class TransactionStatements
{
    /// <summary>The plan for what opens or ends a transaction.</summary>
    public static Plan Plan(Statement statement)
    {
        var cursor = statement.Cursor();
        var first = cursor.Take();
        if (first.IsAny("begin", "start"))
        {
            if (first.Is("start")) cursor.Expect("transaction");
            else if (!cursor.TryTake("transaction")) cursor.TryTake("work");
            return Forward(TakeModes(cursor) ? "BEGIN READ ONLY" : "BEGIN", first, TransactionEffect.Begin);
        }
        if (!cursor.TryTake("transaction")) cursor.TryTake("work");
        if (cursor.Current.Is("to")) throw new BackendException("0A000", $"SQL command \"{statement.Text}\" not supported.");
        cursor.ExpectEnd();
        return first.IsAny("commit", "end") ? Forward("COMMIT", first, TransactionEffect.Commit) : Forward("ROLLBACK", first, TransactionEffect.Rollback);
    }

    /// <summary>TRUNCATE commits what came before it and itself.</summary>
    public static Plan Truncate(Statement statement)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        cursor.TryTake("table");
        var table = cursor.TakeObjectName();
        cursor.ExpectEnd();
        return new LocalPlan(async (context, cancel) =>
        {
            await context.Backend.QueryAsync($"TRUNCATE TABLE {table.Sql}", cancel).ConfigureAwait(false);
            return "TRUNCATE TABLE";
        })
        { Commits = true };
    }

    /// <summary>LOCK takes the whole table, readers too.</summary>
    public static Plan Lock(Statement statement)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        cursor.TryTake("table");
        var tables = new List<ObjectName> { cursor.TakeObjectName() };
        while (cursor.TryTakeSymbol(",")) tables.Add(cursor.TakeObjectName());
        cursor.ExpectEnd();
        return new LocalPlan(async (context, cancel) =>
        {
            string list = string.Join(", ", tables.Select(table => table.Sql));
            await context.Backend.QueryAsync($"LOCK TABLE {list} IN ACCESS EXCLUSIVE MODE", cancel).ConfigureAwait(false);
            return "LOCK TABLE";
        });
    }

    private static bool TakeModes(TokenCursor cursor)
    {
        bool readOnly = false;
        while (!cursor.AtEnd)
        {
            if (cursor.TryTake("read", "only")) readOnly = true;
            else if (!cursor.TryTake("read", "write"))
            {
                // Accepted without effect: isolation is a property of the database.
                cursor.Expect("isolation", "level");
                if (!cursor.TryTake("serializable") && !cursor.TryTake("snapshot") && !cursor.TryTake("repeatable", "read") && !cursor.TryTake("read", "committed")) cursor.Expect("read", "uncommitted");
            }
            cursor.TryTakeSymbol(",");
        }
        return readOnly;
    }

    private static ForwardPlan Forward(string sql, Token at, TransactionEffect effect) => new(new SqlText().Add(sql, at.Start)) { Effect = effect };
}
