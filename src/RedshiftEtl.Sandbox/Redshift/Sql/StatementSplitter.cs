namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>One statement of a request.</summary>
/// <param name="Source">The whole request that it stands in, to which token positions refer.</param>
/// <param name="Tokens">Its tokens, ended by an end token, without the semicolon.</param>
internal sealed record Statement(string Source, IReadOnlyList<Token> Tokens)
{
    /// <summary>The comments before it, by which clients label their statements; "" for none.</summary>
    public string Comment { get; init; } = "";

    /// <summary>The statement's own text.</summary>
    public string Text => Tokens.Count == 1 ? "" : Source[Tokens[0].Start..Tokens[^2].End];

    /// <summary>A cursor on its first token.</summary>
    public TokenCursor Cursor() => new(Tokens);
}

/// <summary>Splits a request at its semicolons.</summary>
internal static class StatementSplitter
{
    /// <summary>The statements of <paramref name="sql"/>; empty ones are left out.</summary>
    public static List<Statement> Split(string sql)
    {
        var statements = new List<Statement>();
        var current = new List<Token>();
        int start = 0;
        foreach (var token in Lexer.Tokenize(sql))
        {
            if (token.Kind != TokenKind.End && !token.IsSymbol(";"))
            {
                current.Add(token);
                continue;
            }
            int begin = start;
            start = token.Start + 1;
            if (current.Count == 0) continue;
            current.Add(new Token(TokenKind.End, sql, token.Start, 0));
            statements.Add(new Statement(sql, current) { Comment = sql[begin..current[0].Start].Trim() });
            current = [];
        }
        return statements;
    }
}
