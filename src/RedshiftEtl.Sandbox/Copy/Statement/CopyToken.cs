namespace RedshiftEtl.Sandbox.Copy.Statement;

/// <summary>What a token of a COPY statement is.</summary>
internal enum CopyTokenKind
{
    /// <summary>A keyword or an unquoted identifier; the text keeps its case.</summary>
    Word,

    /// <summary>A double-quoted identifier, its inner quotes undone.</summary>
    QuotedName,

    /// <summary>A string literal; the text is what stands between the quotes with '' undone and backslashes kept.</summary>
    Literal,

    /// <summary>An integer.</summary>
    Number,

    /// <summary>One other character.</summary>
    Symbol,

    /// <summary>The end of the statement.</summary>
    End,
}

/// <summary>A token of a COPY statement.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text, as the kind says.</param>
/// <param name="Offset">Where it begins in the statement, 0-based, in characters.</param>
internal readonly record struct CopyToken(CopyTokenKind Kind, string Text, int Offset)
{
    /// <summary>Whether the token is that keyword.</summary>
    public bool Is(string keyword) => Kind == CopyTokenKind.Word && string.Equals(Text, keyword, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the token is that symbol.</summary>
    public bool IsSymbol(char symbol) => Kind == CopyTokenKind.Symbol && Text[0] == symbol;
}
