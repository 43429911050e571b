namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>Walks over the tokens of one statement.</summary>
internal sealed class TokenCursor(IReadOnlyList<Token> tokens, int position = 0)
{
    /// <summary>Index of the current token.</summary>
    public int Position { get; set; } = position;

    /// <summary>All tokens.</summary>
    public IReadOnlyList<Token> Tokens => tokens;

    /// <summary>The current token.</summary>
    public Token Current => Peek(0);

    /// <summary>Whether all tokens are used up.</summary>
    public bool AtEnd => Current.Kind == TokenKind.End;

    /// <summary>A token further on; the end token beyond the end.</summary>
    public Token Peek(int ahead) => tokens[Math.Min(Position + ahead, tokens.Count - 1)];

    /// <summary>Steps over the current token and returns it.</summary>
    public Token Take()
    {
        var token = Current;
        if (!AtEnd) Position++;
        return token;
    }

    /// <summary>Steps over those keywords if they stand here one after the other.</summary>
    public bool TryTake(params ReadOnlySpan<string> words)
    {
        for (int i = 0; i < words.Length; i++)
            if (!Peek(i).Is(words[i])) return false;
        Position += words.Length;
        return true;
    }

    /// <summary>Steps over that symbol if it stands here.</summary>
    public bool TryTakeSymbol(string symbol)
    {
        if (!Current.IsSymbol(symbol)) return false;
        Position++;
        return true;
    }

    /// <summary>Steps over those keywords.</summary>
    /// <exception cref="BackendException">Something else stands here.</exception>
    public void Expect(params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
            if (!TryTake(word)) throw Lexer.Unexpected(Current);
    }

    /// <summary>Steps over that symbol.</summary>
    /// <exception cref="BackendException">Something else stands here.</exception>
    public void ExpectSymbol(string symbol)
    {
        if (!TryTakeSymbol(symbol)) throw Lexer.Unexpected(Current);
    }

    /// <summary>Takes a name.</summary>
    /// <exception cref="BackendException">Something else stands here.</exception>
    public string TakeName() => Current.IsName ? Literal.Name(Take()) : throw Lexer.Unexpected(Current);

    /// <summary>Takes a name with an optional schema. A database before it is dropped (cross-database names aren't kept).</summary>
    public ObjectName TakeObjectName()
    {
        var start = Current;
        string name = TakeName();
        string? schema = null;
        while (TryTakeSymbol(".")) (schema, name) = (name, TakeName());
        return new ObjectName(schema, name, start);
    }

    /// <summary>Takes names in parentheses.</summary>
    public List<string> TakeNameList()
    {
        ExpectSymbol("(");
        var names = new List<string>();
        do names.Add(TakeName());
        while (TryTakeSymbol(","));
        ExpectSymbol(")");
        return names;
    }

    /// <summary>Takes an integer constant.</summary>
    public int TakeInteger()
    {
        int value = Literal.Integer(Current) ?? throw Lexer.Unexpected(Current);
        Position++;
        return value;
    }

    /// <summary>Requires the end of the statement.</summary>
    public void ExpectEnd()
    {
        if (!AtEnd) throw Lexer.Unexpected(Current);
    }

    /// <summary>Index just after the token that closes the parenthesis at <paramref name="open"/>.</summary>
    /// <exception cref="BackendException">It is never closed.</exception>
    public int AfterClosing(int open) => AfterClosing(tokens, open, tokens.Count - 1);

    /// <summary>Index just after the token that closes the parenthesis at <paramref name="open"/>, looking no further than <paramref name="to"/>.</summary>
    public static int AfterClosing(IReadOnlyList<Token> tokens, int open, int to)
    {
        int depth = 0;
        for (int i = open; i < to; i++)
        {
            if (tokens[i].IsSymbol("(")) depth++;
            else if (tokens[i].IsSymbol(")") && --depth == 0) return i + 1;
        }
        throw Lexer.Unexpected(tokens[to]);
    }
}

/// <summary>A name with an optional schema, folded.</summary>
/// <param name="Schema">The schema, or null.</param>
/// <param name="Name">The name.</param>
/// <param name="Token">Where it stands.</param>
internal sealed record ObjectName(string? Schema, string Name, Token Token)
{
    /// <summary>The name in SQL.</summary>
    public string Sql => Schema is null ? Literal.QuoteName(Name) : $"{Literal.QuoteName(Schema)}.{Literal.QuoteName(Name)}";

    /// <summary>The name as messages show it.</summary>
    public override string ToString() => Schema is null ? Name : $"{Schema}.{Name}";
}
