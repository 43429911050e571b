using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>Views that are bound to their tables only when they are read (redshift-facts 4): around every change of tables they are taken away and made anew.</summary>
internal static class LateViews
{
    private static readonly string[] s_endOfTables = ["where", "group", "having", "order", "limit", "union", "except", "intersect", "minus", "window", "offset"];

    /// <summary>The plan, with the late-binding views that it concerns bound anew when it is done.</summary>
    public static Plan Around(Statement statement, Plan plan)
    {
        var cursor = statement.Cursor();
        var verb = cursor.Take();
        var what = cursor.Take();
        while (what.IsAny("or", "replace", "temp", "temporary", "local")) what = cursor.Take();
        if (!what.IsAny("table", "view", "schema") || plan is LocalPlan { Detached: true }) return plan;
        if (plan is not (LocalPlan or ForwardPlan)) return plan;
        var names = what.Is("schema") ? [] : Names(cursor);
        string before = !what.Is("schema") && !verb.Is("create") ? string.Join(", ", names.Select(name => $"rs_internal.unbind_late_views(to_regclass({Literal.Quote(name.Sql)}))"))
            : verb.Is("create") ? "NULL"
            : "rs_internal.unbind_late_views(NULL)";
        string changed = names.Count == 1 && !verb.Is("drop") ? $"to_regclass({Literal.Quote(names[0].Sql)})" : "NULL";
        var run = plan switch
        {
            LocalPlan local => local.Run,
            ForwardPlan forward => async (context, cancel) =>
            {
                await TableCreation.RunAsync(context, forward.Sql, statement, cancel).ConfigureAwait(false);
                return $"{verb.Raw.ToString().ToUpperInvariant()} {what.Raw.ToString().ToUpperInvariant()}";
            },
            _ => throw new InvalidOperationException("There are two kinds of plans."),
        };
        return (plan as LocalPlan ?? new LocalPlan(run)) with
        {
            Run = async (context, cancel) =>
            {
                bool isAny = (await context.Backend.QueryAsync("SELECT 1 FROM rs_internal.late_view LIMIT 1", cancel).ConfigureAwait(false)).Count > 0;
                string relation = changed;
                if (isAny && !verb.Is("create"))
                {
                    // By number, since the statement may rename it.
                    var rows = await context.Backend.QueryAsync($"SELECT {changed}::oid, {before}", cancel).ConfigureAwait(false);
                    relation = rows[0][0] is { } oid ? $"{oid}::oid::regclass" : "NULL";
                }
                string tag = await run(context, cancel).ConfigureAwait(false);
                if (isAny) await context.Backend.QueryAsync($"SELECT rs_internal.bind_late_views({relation})", cancel).ConfigureAwait(false);
                return tag;
            },
        };
    }

    /// <summary>Refuses a table without its schema: a late-binding view has no search path.</summary>
    public static void CheckQualified(IReadOnlyList<Token> tokens, int from, int to)
    {
        var common = new HashSet<string>(StringComparer.Ordinal);
        for (int i = from; i + 2 < to; i++)
            if (tokens[i].IsName && tokens[i + 1].Is("as") && tokens[i + 2].IsSymbol("(")) common.Add(Literal.Name(tokens[i]));
        var inTables = new Stack<bool>();
        bool isTable = false;
        for (int i = from; i < to; i++)
        {
            if (tokens[i].IsSymbol("("))
            {
                inTables.Push(isTable);
                isTable = false;
            }
            else if (tokens[i].IsSymbol(")")) isTable = inTables.Count > 0 && inTables.Pop();
            else if (tokens[i].IsAny("from", "join") || (isTable && tokens[i].IsSymbol(",")))
            {
                isTable = true;
                // EXTRACT(… FROM x) and the like have no table behind FROM.
                if (i + 1 < to && tokens[i + 1].IsName && !IsQualifiedOrCall(tokens, i + 1, to) && !common.Contains(Literal.Name(tokens[i + 1])) && !IsInCall(tokens, i, from))
                    throw new BackendException("42P01", "All the relation names inside should be qualified when creating views with no schema binding.", position: Lexer.CharacterPosition(tokens[i + 1].Source, tokens[i + 1].Start));
            }
            else if (tokens[i].IsAny(s_endOfTables)) isTable = false;
        }
    }

    private static bool IsQualifiedOrCall(IReadOnlyList<Token> tokens, int i, int to) => i + 1 < to && (tokens[i + 1].IsSymbol(".") || tokens[i + 1].IsSymbol("("));

    private static bool IsInCall(IReadOnlyList<Token> tokens, int i, int from)
    {
        int depth = 0;
        for (int k = i - 1; k > from; k--)
        {
            if (tokens[k].IsSymbol(")")) depth++;
            else if (tokens[k].IsSymbol("(") && depth-- == 0) return tokens[k - 1].IsAny("extract", "trim", "substring", "overlay");
        }
        return false;
    }

    private static List<ObjectName> Names(TokenCursor cursor)
    {
        if (!cursor.TryTake("if", "exists")) cursor.TryTake("if", "not", "exists");
        var names = new List<ObjectName>();
        do names.Add(cursor.TakeObjectName());
        while (cursor.TryTakeSymbol(","));
        return names;
    }
}
