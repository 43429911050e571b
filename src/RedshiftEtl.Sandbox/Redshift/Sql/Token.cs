namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>An unquoted identifier or keyword.</summary>
    Word,

    /// <summary>A double-quoted identifier.</summary>
    QuotedName,

    /// <summary>A string constant: '…', E'…', N'…', B'…', X'…' or dollar-quoted.</summary>
    Text,

    /// <summary>A numeric constant.</summary>
    Number,

    /// <summary>A parameter, $n.</summary>
    Parameter,

    /// <summary>An operator or punctuation mark.</summary>
    Symbol,

    /// <summary>What follows the last token.</summary>
    End,
}

/// <summary>One token of a statement.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Source">The text that it lies in.</param>
/// <param name="Start">Where it starts, in UTF-16 units.</param>
/// <param name="Length">Its length in UTF-16 units.</param>
internal readonly record struct Token(TokenKind Kind, string Source, int Start, int Length)
{
    /// <summary>Where the token ends.</summary>
    public int End => Start + Length;

    /// <summary>The token as it was written.</summary>
    public ReadOnlySpan<char> Raw => Source.AsSpan(Start, Length);

    /// <summary>Whether this is that keyword, written in lower case here and in any case there.</summary>
    public bool Is(string word) => Kind == TokenKind.Word && Raw.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether this is one of those keywords.</summary>
    public bool IsAny(params ReadOnlySpan<string> words)
    {
        if (Kind != TokenKind.Word) return false;
        foreach (string word in words)
            if (Raw.Equals(word, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>Whether this is that symbol.</summary>
    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Raw.SequenceEqual(symbol);

    /// <summary>Whether this can name something: a word or a quoted name.</summary>
    public bool IsName => Kind is TokenKind.Word or TokenKind.QuotedName;
}
