using System.Text;
using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>Users, groups and roles, as far as logins, owners and grants need them.</summary>
internal static class Principals
{
    /// <summary>The plan for CREATE USER, GROUP or ROLE; the cursor stands behind that word.</summary>
    public static Plan Create(Token what, TokenCursor cursor)
    {
        string name = cursor.TakeName();
        cursor.TryTake("with");
        string kind = Literal.Fold(what.Raw.ToString());
        string options = kind == "user" ? UserOptions(cursor, name) : "";
        var members = kind == "group" && cursor.TryTake("user") ? TakeNames(cursor) : [];
        cursor.ExpectEnd();
        return new LocalPlan(async (context, cancel) =>
        {
            RequireSuperuser(context);
            await context.Backend.QueryAsync($"CREATE ROLE {Literal.QuoteName(name)} {(kind == "user" ? "LOGIN" : "NOLOGIN")}{options}", cancel).ConfigureAwait(false);
            await context.Backend.QueryAsync($"INSERT INTO rs_internal.principal VALUES ({Literal.Quote(name)}, {Literal.Quote(kind)}) ON CONFLICT (name) DO UPDATE SET kind = excluded.kind", cancel).ConfigureAwait(false);
            foreach (string member in members)
                await context.Backend.QueryAsync($"GRANT {Literal.QuoteName(name)} TO {Literal.QuoteName(member)}", cancel).ConfigureAwait(false);
            return $"CREATE {kind.ToUpperInvariant()}";
        });
    }

    /// <summary>The plan for ALTER USER or ALTER GROUP; the cursor stands behind that word.</summary>
    public static Plan Alter(Token what, TokenCursor cursor)
    {
        string name = cursor.TakeName();
        string role = Literal.QuoteName(name);
        string kind = Literal.Fold(what.Raw.ToString());
        string sql;
        if (cursor.TryTake("rename", "to")) sql = $"ALTER ROLE {role} RENAME TO {Literal.QuoteName(cursor.TakeName())}";
        else if (kind == "group" && cursor.TryTake("add", "user")) sql = $"GRANT {role} TO {string.Join(", ", TakeNames(cursor).Select(Literal.QuoteName))}";
        else if (kind == "group" && cursor.TryTake("drop", "user")) sql = $"REVOKE {role} FROM {string.Join(", ", TakeNames(cursor).Select(Literal.QuoteName))}";
        else if (kind == "user")
        {
            cursor.TryTake("with");
            sql = $"ALTER ROLE {role}{UserOptions(cursor, name)}";
        }
        else throw Lexer.Unexpected(cursor.Current);
        cursor.ExpectEnd();
        return new LocalPlan(async (context, cancel) =>
        {
            await context.Backend.QueryAsync(sql, cancel).ConfigureAwait(false);
            return $"ALTER {kind.ToUpperInvariant()}";
        });
    }

    private static string UserOptions(TokenCursor cursor, string user)
    {
        var options = new StringBuilder();
        while (!cursor.AtEnd)
        {
            if (cursor.TryTake("password")) options.Append(Password(cursor, user));
            else if (cursor.TryTake("createuser")) options.Append(" SUPERUSER");
            else if (cursor.TryTake("nocreateuser")) options.Append(" NOSUPERUSER");
            else if (cursor.TryTake("createdb")) options.Append(" CREATEDB");
            else if (cursor.TryTake("nocreatedb")) options.Append(" NOCREATEDB");
            else if (cursor.TryTake("in", "group")) options.Append(" IN ROLE ").AppendJoin(", ", TakeNames(cursor).Select(Literal.QuoteName));
            else if (cursor.TryTake("valid", "until")) options.Append(" VALID UNTIL ").Append(Literal.Quote(Literal.Value(cursor.Take())));
            else if (cursor.TryTake("connection", "limit") || cursor.TryTake("session", "timeout")) cursor.Take();
            else if (cursor.TryTake("syslog", "access")) cursor.Take();
            else throw Lexer.Unexpected(cursor.Current);
        }
        return options.ToString();
    }

    private static string Password(TokenCursor cursor, string user)
    {
        if (cursor.TryTake("disable")) return " PASSWORD NULL";
        var token = cursor.Take();
        if (token.Kind != TokenKind.Text) throw Lexer.Unexpected(token);
        string password = Literal.Value(token);
        // redshift-facts 8.1: clients of PostgreSQL can't answer Redshift's own digest.
        if (password.StartsWith("sha256|", StringComparison.Ordinal)) throw Rewriter.Lacking(token, "SHA-256 password digests");
        bool hashed = password.Length == 35 && password.StartsWith("md5", StringComparison.Ordinal);
        return $" PASSWORD {Literal.Quote(hashed ? password : Md5Password.Stored(user, password))}";
    }

    private static List<string> TakeNames(TokenCursor cursor)
    {
        var names = new List<string>();
        do names.Add(cursor.TakeName());
        while (cursor.TryTakeSymbol(","));
        return names;
    }

    private static void RequireSuperuser(StatementContext context)
    {
        if (!context.State.IsSuperuser) throw new BackendException("42501", "must be superuser to create users, groups and roles");
    }
}
