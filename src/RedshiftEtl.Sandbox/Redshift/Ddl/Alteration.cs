using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>ALTER of anything but tables' columns.</summary>
internal static class Alteration
{
    /// <summary>The plan for an ALTER statement.</summary>
    public static Plan Plan(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        var what = cursor.Take();
        if (what.Is("table")) return TableAlteration.Plan(statement, cursor, state);
        if (what.IsAny("user", "group")) return Principals.Alter(what, cursor);
        if (what.Is("schema")) return Schema(statement, cursor);
        if (what.Is("database")) return Database(statement, cursor);
        if (what.IsAny("default", "function", "procedure", "role", "materialized", "external", "datashare", "system")) throw Rewriter.Lacking(what, $"ALTER {what.Raw.ToString().ToUpperInvariant()}");
        throw Lexer.Unexpected(what);
    }

    private static ForwardPlan Schema(Statement statement, TokenCursor cursor)
    {
        string schema = Literal.QuoteName(cursor.TakeName());
        string action = cursor.TryTake("rename", "to") ? "RENAME TO " : cursor.TryTake("owner", "to") ? "OWNER TO " : throw Lexer.Unexpected(cursor.Current);
        string name = Literal.QuoteName(cursor.TakeName());
        cursor.ExpectEnd();
        return new ForwardPlan(new SqlText().Add($"ALTER SCHEMA {schema} {action}{name}", statement.Tokens[0].Start));
    }

    private static Plan Database(Statement statement, TokenCursor cursor)
    {
        string name = cursor.TakeName();
        string database = Literal.QuoteName(name);
        if (cursor.TryTake("isolation", "level"))
        {
            string level = Creation.TakeIsolation(cursor);
            cursor.ExpectEnd();
            return new LocalPlan(async (context, cancel) =>
            {
                await context.Backend.QueryAsync($"ALTER DATABASE {database} SET default_transaction_isolation TO {Literal.Quote(level)}", cancel).ConfigureAwait(false);
                return "ALTER DATABASE";
            })
            { Alone = "ALTER DATABASE ISOLATION LEVEL" };
        }
        string action = cursor.TryTake("rename", "to") ? "RENAME TO " : cursor.TryTake("owner", "to") ? "OWNER TO " : throw Lexer.Unexpected(cursor.Current);
        string other = Literal.QuoteName(cursor.TakeName());
        cursor.ExpectEnd();
        return new ForwardPlan(new SqlText().Add($"ALTER DATABASE {database} {action}{other}", statement.Tokens[0].Start));
    }
}
