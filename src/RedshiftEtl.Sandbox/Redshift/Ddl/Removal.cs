using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>DROP of anything.</summary>
internal static class Removal
{
    /// <summary>The plan for a DROP statement.</summary>
    public static Plan Plan(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        var what = cursor.Take();
        if (what.IsAny("table", "view", "schema")) return Objects(statement, what, cursor);
        if (what.Is("database"))
        {
            string name = cursor.TakeName();
            cursor.ExpectEnd();
            return new LocalPlan(async (context, cancel) =>
            {
                await context.Backend.QueryAsync($"DROP DATABASE {Literal.QuoteName(name)}", cancel).ConfigureAwait(false);
                return "DROP DATABASE";
            })
            { Alone = "DROP DATABASE" };
        }
        if (what.IsAny("user", "group", "role")) return Principal(what, cursor);
        if (what.IsAny("index", "sequence", "trigger", "rule", "type", "domain", "operator", "aggregate", "extension", "tablespace"))
            throw new BackendException("0A000", $"DROP {what.Raw.ToString().ToUpperInvariant()} is not supported");
        if (what.IsAny("function", "procedure", "materialized", "external", "library", "model", "datashare")) throw Rewriter.Lacking(what, $"DROP {what.Raw.ToString().ToUpperInvariant()}");
        throw Lexer.Unexpected(what);
    }

    private static LocalPlan Objects(Statement statement, Token what, TokenCursor cursor)
    {
        bool ifExists = cursor.TryTake("if", "exists");
        var names = new List<ObjectName>();
        do names.Add(cursor.TakeObjectName());
        while (cursor.TryTakeSymbol(","));
        bool cascade = cursor.TryTake("cascade");
        if (!cascade) cursor.TryTake("restrict");
        cursor.ExpectEnd();
        string kind = what.Raw.ToString().ToUpperInvariant();
        string sql = $"DROP {kind} {(ifExists ? "IF EXISTS " : "")}{string.Join(", ", names.Select(name => name.Sql))}{(cascade ? " CASCADE" : "")}";
        return new LocalPlan(async (context, cancel) =>
        {
            if (kind == "VIEW")
            {
                var bound = new List<ObjectName>();
                foreach (var name in names)
                {
                    string schema = name.Schema is not null ? Literal.Quote(name.Schema) : "rs_internal.creation_schema()";
                    var rows = await context.Backend.QueryAsync($"SELECT rs_internal.forget_late_view({schema}, {Literal.Quote(name.Name)}, current_user)", cancel).ConfigureAwait(false);
                    if (rows[0][0] != "t") bound.Add(name);
                }
                if (bound.Count == 0) return "DROP VIEW";
                if (bound.Count < names.Count) sql = sql.Replace(string.Join(", ", names.Select(name => name.Sql)), string.Join(", ", bound.Select(name => name.Sql)), StringComparison.Ordinal);
            }
            if (kind == "SCHEMA" && !cascade)
                foreach (var name in names)
                    await context.Backend.QueryAsync($"SELECT rs_internal.check_schema_drop({Literal.Quote(name.Name)})", cancel).ConfigureAwait(false);
            if (kind == "TABLE")
                foreach (var name in names)
                    await context.Backend.QueryAsync($"SELECT rs_internal.check_table_drop(to_regclass({Literal.Quote(name.Sql)}), {(cascade ? "true" : "false")})", cancel).ConfigureAwait(false);
            await TableCreation.RunAsync(context, new SqlText().Add(sql, statement.Tokens[0].Start), statement, cancel).ConfigureAwait(false);
            return $"DROP {kind}";
        });
    }

    private static LocalPlan Principal(Token what, TokenCursor cursor)
    {
        string kind = Literal.Fold(what.Raw.ToString()).ToUpperInvariant();
        bool ifExists = cursor.TryTake("if", "exists");
        var names = new List<string>();
        do names.Add(cursor.TakeName());
        while (cursor.TryTakeSymbol(","));
        cursor.TryTake("force");
        cursor.ExpectEnd();
        return new LocalPlan(async (context, cancel) =>
        {
            await context.Backend.QueryAsync($"DROP ROLE {(ifExists ? "IF EXISTS " : "")}{string.Join(", ", names.Select(Literal.QuoteName))}", cancel).ConfigureAwait(false);
            await context.Backend.QueryAsync($"DELETE FROM rs_internal.principal WHERE name IN ({string.Join(", ", names.Select(Literal.Quote))})", cancel).ConfigureAwait(false);
            return $"DROP {kind}";
        });
    }
}
