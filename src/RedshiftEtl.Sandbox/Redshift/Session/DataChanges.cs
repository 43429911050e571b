using RedshiftEtl.Sandbox.Redshift.Ddl;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>INSERT, UPDATE, DELETE and MERGE: refused where Redshift refuses, else the private PostgreSQL's, behind the
/// lock that makes writers of one table wait for each other (redshift-facts 3).</summary>
internal static class DataChanges
{
    /// <summary>The plan for INSERT.</summary>
    public static Plan Insert(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        cursor.Expect("into");
        var target = cursor.TakeObjectName();
        RefuseConflict(statement);
        return Write(statement, target, state);
    }

    /// <summary>The plan for UPDATE. The target takes no alias (redshift-facts 2.1).</summary>
    public static Plan Update(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        var target = cursor.TakeObjectName();
        if (!cursor.Current.Is("set")) throw Lexer.Unexpected(cursor.Current);
        return Write(statement, target, state);
    }

    /// <summary>The plan for DELETE, with or without FROM. The target takes no alias (redshift-facts 2.1).</summary>
    public static Plan Delete(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        bool from = cursor.TryTake("from");
        var target = cursor.TakeObjectName();
        if (!cursor.AtEnd && !cursor.Current.IsAny("using", "where")) throw Lexer.Unexpected(cursor.Current);
        if (from) return Write(statement, target, state);
        var text = new SqlText().Add("DELETE FROM ", statement.Tokens[0].Start);
        new Rewriter(statement.Tokens, state.CaseSensitive).Emit(1, statement.Tokens.Count - 1, text);
        return new ForwardPlan(text) { Writes = target };
    }

    /// <summary>The plan for MERGE, held to redshift-facts 10.</summary>
    public static Plan Merge(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        cursor.Expect("into");
        var target = cursor.TakeObjectName();
        cursor.Expect("using");
        if (cursor.Current.IsSymbol("(")) throw new BackendException("0A000", "MERGE source must be a table: subqueries are not supported");
        var source = cursor.TakeObjectName();
        if (source.Name == target.Name && source.Schema == target.Schema) throw new BackendException("0A000", "MERGE source and target must be different tables");
        if (!cursor.Current.Is("on"))
        {
            cursor.TryTake("as");
            cursor.TakeName();
        }
        int on = cursor.Position;
        cursor.Expect("on");
        int body = FindFirst(statement, on, "when", "remove");
        if (statement.Tokens[body].Is("remove")) return RemoveDuplicates(statement, target, source, on, body, state);
        CheckClauses(statement, body);
        return Write(statement, target, state);
    }

    /// <summary>The simple mode: the target's rows that match make way for the source's, and rows that are the same in all columns are kept once.
    /// What becomes of duplicates that match nothing is not documented, so a target that has some is refused (redshift-facts 10: UNVERIFIED).</summary>
    private static LocalPlan RemoveDuplicates(Statement statement, ObjectName target, ObjectName source, int on, int body, SessionState state)
    {
        var cursor = new TokenCursor(statement.Tokens, body);
        cursor.Expect("remove", "duplicates");
        cursor.ExpectEnd();
        int at = statement.Tokens[0].Start;
        var condition = new SqlText();
        new Rewriter(statement.Tokens, state.CaseSensitive).Emit(on + 1, body, condition);
        var fromSource = new SqlText();
        int usingAt = statement.Tokens.ToList().FindIndex(token => token.Is("using"));
        new Rewriter(statement.Tokens, state.CaseSensitive).Emit(usingAt + 1, on, fromSource);
        return new LocalPlan(async (context, cancel) =>
        {
            var doubled = await context.Backend.QueryAsync($"SELECT 1 FROM (SELECT t::text AS line FROM {target.Sql} t) l GROUP BY line HAVING count(*) > 1 LIMIT 1", cancel).ConfigureAwait(false);
            if (doubled.Count > 0) throw Rewriter.Lacking(statement.Tokens[body], "MERGE … REMOVE DUPLICATES into a table that has duplicates already");
            await TableCreation.RunAsync(context, new SqlText().Add($"DELETE FROM {target.Sql} USING ", at).Add(fromSource).Add(" WHERE ", at).Add(condition), statement, cancel).ConfigureAwait(false);
            await TableCreation.RunAsync(context, new SqlText().Add($"INSERT INTO {target.Sql} SELECT DISTINCT * FROM {source.Sql}", at), statement, cancel).ConfigureAwait(false);
            return "MERGE";
        })
        { Writes = target };
    }

    private static void CheckClauses(Statement statement, int body)
    {
        var cursor = new TokenCursor(statement.Tokens, body);
        cursor.Expect("when", "matched", "then");
        if (!cursor.TryTake("delete")) cursor.Expect("update", "set");
        cursor.Position = FindFirst(statement, cursor.Position, "when");
        cursor.Expect("when", "not", "matched", "then", "insert");
        int again = cursor.Position;
        for (; !cursor.AtEnd; cursor.Take())
            if (cursor.Position > again && cursor.Current.Is("when") && cursor.Peek(1).IsAny("matched", "not") && cursor.Peek(-1).IsSymbol(")")) throw Lexer.Unexpected(cursor.Current);
    }

    private static int FindFirst(Statement statement, int from, params ReadOnlySpan<string> words)
    {
        int depth = 0;
        for (int i = from; i < statement.Tokens.Count - 1; i++)
        {
            var token = statement.Tokens[i];
            if (token.IsSymbol("(")) depth++;
            else if (token.IsSymbol(")")) depth--;
            else if (token.Is("case")) depth++;
            else if (token.Is("end")) depth--;
            else if (depth == 0 && token.IsAny(words)) return i;
        }
        throw Lexer.Unexpected(statement.Tokens[^1]);
    }

    private static void RefuseConflict(Statement statement)
    {
        for (int i = 0; i + 1 < statement.Tokens.Count; i++)
            if (statement.Tokens[i].Is("on") && statement.Tokens[i + 1].Is("conflict")) throw Lexer.Unexpected(statement.Tokens[i]);
    }

    private static ForwardPlan Write(Statement statement, ObjectName target, SessionState state) =>
        new(Rewriter.Rewrite(statement, state.CaseSensitive)) { Writes = target };
}
