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
        if (statement.Tokens[body].Is("remove")) throw Rewriter.Lacking(statement.Tokens[body], "MERGE … REMOVE DUPLICATES");
        CheckClauses(statement, body);
        return Write(statement, target, state);
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
