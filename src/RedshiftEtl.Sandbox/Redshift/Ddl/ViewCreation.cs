using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>CREATE VIEW, bound to its tables or late-binding (redshift-facts 4).</summary>
internal static class ViewCreation
{
    /// <summary>The plan for CREATE VIEW; the cursor stands behind VIEW.</summary>
    public static Plan Plan(Statement statement, TokenCursor cursor, bool replace, SessionState state)
    {
        var name = cursor.TakeObjectName();
        var columns = cursor.Current.IsSymbol("(") ? cursor.TakeNameList() : [];
        cursor.Expect("as");
        int from = cursor.Position;
        int end = statement.Tokens.Count - 1;
        bool late = end - from > 4 && statement.Tokens[end - 4].Is("with") && statement.Tokens[end - 3].Is("no") && statement.Tokens[end - 2].Is("schema") && statement.Tokens[end - 1].Is("binding");
        int bodyEnd = late ? end - 4 : end;
        if (late) LateViews.CheckQualified(statement.Tokens, from, bodyEnd);
        var query = new SqlText();
        new Rewriter(statement.Tokens, state.CaseSensitive).Emit(from, bodyEnd, query);
        string list = columns.Count == 0 ? "" : $" ({string.Join(", ", columns.Select(Literal.QuoteName))})";
        return new LocalPlan(async (context, cancel) =>
        {
            string schema = name.Schema ?? (await context.Backend.QueryAsync("SELECT rs_internal.creation_schema()", cancel).ConfigureAwait(false))[0][0]!;
            if (late)
            {
                await context.Backend.QueryAsync($"SELECT rs_internal.add_late_view({Literal.Quote(schema)}, {Literal.Quote(name.Name)}, {Literal.Quote(list)}, {Literal.Quote(query.ToString())}, {(replace ? "true" : "false")}, current_user)", cancel).ConfigureAwait(false);
                return "CREATE VIEW";
            }
            if (replace) await context.Backend.QueryAsync($"SELECT rs_internal.forget_late_view({Literal.Quote(schema)}, {Literal.Quote(name.Name)}, current_user)", cancel).ConfigureAwait(false);
            string target = $"{Literal.QuoteName(schema)}.{Literal.QuoteName(name.Name)}";
            await TableCreation.RunAsync(context, new SqlText().Add($"CREATE {(replace ? "OR REPLACE " : "")}VIEW {target}{list} AS ", statement.Tokens[0].Start).Add(query), statement, cancel).ConfigureAwait(false);
            return "CREATE VIEW";
        });
    }
}
