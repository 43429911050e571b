using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>CREATE of anything (redshift-facts 7.1, 8.1).</summary>
internal static class Creation
{
    /// <summary>The plan for a CREATE statement.</summary>
    public static Plan Plan(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        var create = cursor.Take();
        bool replace = cursor.TryTake("or", "replace");
        cursor.TryTake("local");
        bool temporary = cursor.TryTake("temp") || cursor.TryTake("temporary");
        var what = cursor.Take();
        if (what.Is("table") && !replace) return TableCreation.Plan(statement, cursor, temporary, state);
        if (temporary) throw Lexer.Unexpected(what);
        if (what.Is("view")) return ViewCreation.Plan(statement, cursor, replace, state);
        if (what.IsAny("index", "sequence", "trigger", "rule", "type", "domain", "operator", "aggregate", "extension", "tablespace", "conversion", "cast", "unlogged", "foreign", "server"))
            throw new BackendException("0A000", $"CREATE {what.Raw.ToString().ToUpperInvariant()} is not supported", position: Lexer.CharacterPosition(what.Source, what.Start));
        if (what.Is("unique")) throw new BackendException("0A000", "CREATE INDEX is not supported");
        if (replace && !what.IsAny("function", "procedure")) throw Lexer.Unexpected(what);
        if (what.Is("schema")) return Schema(statement, cursor);
        if (what.Is("database")) return Database(statement, cursor);
        if (what.IsAny("user", "group", "role")) return Principals.Create(what, cursor);
        if (what.IsAny("function", "procedure", "materialized", "external", "library", "model", "datashare", "masking", "rls")) throw Rewriter.Lacking(what, $"CREATE {what.Raw.ToString().ToUpperInvariant()}");
        throw Lexer.Unexpected(what.Kind == TokenKind.End ? create : what);
    }

    private static ForwardPlan Schema(Statement statement, TokenCursor cursor)
    {
        bool ifNotExists = cursor.TryTake("if", "not", "exists");
        string? owner = null;
        string? name = null;
        if (!cursor.Current.Is("authorization")) name = cursor.TakeName();
        if (cursor.TryTake("authorization")) owner = cursor.TakeName();
        if (cursor.TryTake("quota"))
        {
            // Accepted; nothing here runs out of space.
            if (!cursor.TryTake("unlimited"))
            {
                cursor.TakeInteger();
                cursor.TakeName();
            }
        }
        cursor.ExpectEnd();
        string authorization = owner is null ? "" : $" AUTHORIZATION {Literal.QuoteName(owner)}";
        return new ForwardPlan(new SqlText().Add($"CREATE SCHEMA {(ifNotExists ? "IF NOT EXISTS " : "")}{(name is null ? "" : Literal.QuoteName(name))}{authorization}", statement.Tokens[0].Start));
    }

    /// <summary>Reads SNAPSHOT or SERIALIZABLE; returns the private PostgreSQL's word for it (redshift-facts 3).</summary>
    internal static string TakeIsolation(TokenCursor cursor) =>
        cursor.TryTake("snapshot") ? "repeatable read" : cursor.TryTake("serializable") ? "serializable" : throw Lexer.Unexpected(cursor.Current);

    private static LocalPlan Database(Statement statement, TokenCursor cursor)
    {
        var name = cursor.TakeName();
        string owner = "";
        string isolation = "repeatable read";
        cursor.TryTake("with");
        while (!cursor.AtEnd)
        {
            if (cursor.TryTake("owner"))
            {
                cursor.TryTakeSymbol("=");
                owner = $" OWNER {Literal.QuoteName(cursor.TakeName())}";
            }
            else if (cursor.TryTake("connection", "limit")) cursor.Take();
            else if (cursor.TryTake("collate")) cursor.Take();
            else if (cursor.TryTake("isolation", "level")) isolation = TakeIsolation(cursor);
            else throw Lexer.Unexpected(cursor.Current);
        }
        return new LocalPlan(async (context, cancel) =>
        {
            await context.Backend.QueryAsync($"CREATE DATABASE {Literal.QuoteName(name)}{owner} TEMPLATE template1", cancel).ConfigureAwait(false);
            await context.Backend.SyncAsync().ConfigureAwait(false);
            await context.Backend.QueryAsync($"ALTER DATABASE {Literal.QuoteName(name)} SET default_transaction_isolation TO {Literal.Quote(isolation)}", cancel).ConfigureAwait(false);
            return "CREATE DATABASE";
        })
        { Alone = "CREATE DATABASE" };
    }
}
