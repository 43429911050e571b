namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>Puts expressions and queries into PostgreSQL's words, token by token: names folded, Redshift's functions and
/// types replaced, what Redshift lacks refused.</summary>
internal sealed class Rewriter(IReadOnlyList<Token> tokens, bool keepCase)
{
    private readonly string _source = tokens[0].Source;
    private readonly Stack<(int At, string Text)> _limits = new();

    /// <summary>All tokens of the statement.</summary>
    public IReadOnlyList<Token> Tokens => tokens;

    /// <summary>Tokens that are left out, from and to.</summary>
    public (int From, int To) Omitted { get; init; } = (-1, -1);

    /// <summary>Rewrites a whole statement.</summary>
    public static SqlText Rewrite(Statement statement, bool keepCase)
    {
        var text = new SqlText();
        new Rewriter(statement.Tokens, keepCase).Emit(0, statement.Tokens.Count - 1, text);
        return text;
    }

    /// <summary>Writes the tokens from <paramref name="from"/> up to <paramref name="to"/>, with the comments and blanks between them.</summary>
    public void Emit(int from, int to, SqlText text)
    {
        for (int i = from; i < to;)
        {
            if (i == Omitted.From)
            {
                i = Omitted.To;
                continue;
            }
            while (_limits.TryPeek(out var limit) && limit.At == i) text.Add(_limits.Pop().Text, tokens[i].Start);
            if (i > from) text.Copy(_source, tokens[i - 1].End, tokens[i].Start);
            i = EmitOne(i, to, text);
        }
        while (_limits.TryPeek(out var limit) && limit.At == to) text.Add(_limits.Pop().Text, tokens[to].Start);
    }

    /// <summary>Splits the arguments between the parenthesis at <paramref name="open"/> and its partner.</summary>
    public List<(int From, int To)> Arguments(int open, int close)
    {
        var arguments = new List<(int, int)>();
        int start = open + 1;
        int depth = 0;
        for (int i = open + 1; i < close; i++)
        {
            if (tokens[i].IsSymbol("(")) depth++;
            else if (tokens[i].IsSymbol(")")) depth--;
            else if (depth == 0 && tokens[i].IsSymbol(","))
            {
                arguments.Add((start, i));
                start = i + 1;
            }
        }
        if (close > open + 1) arguments.Add((start, close));
        return arguments;
    }

    /// <summary>Rewrites a part into a text of its own, for functions that need it more than once.</summary>
    public SqlText Part((int From, int To) range)
    {
        var text = new SqlText();
        Emit(range.From, range.To, text);
        return text;
    }

    private int EmitOne(int i, int to, SqlText text)
    {
        var token = tokens[i];
        switch (token.Kind)
        {
            case TokenKind.QuotedName:
                text.Add(Literal.QuoteName(Literal.Name(token, keepCase)), token.Start);
                return i + 1;
            case TokenKind.Word:
                return EmitWord(i, to, text);
            case TokenKind.Symbol when token.IsSymbol("::"):
                text.Add("::", token.Start);
                return EmitType(i + 1, text);
            case TokenKind.Symbol when token.IsSymbol("["):
                throw new BackendException("0A000", "the sandbox lacks navigation with [ ]", "Redshift has no arrays; for SUPER values see docs of the sandbox.",
                    position: Lexer.CharacterPosition(_source, token.Start));
            default:
                text.Copy(_source, token.Start, token.End);
                return i + 1;
        }
    }

    private int EmitWord(int i, int to, SqlText text)
    {
        var token = tokens[i];
        bool qualified = i > 0 && tokens[i - 1].IsSymbol(".");
        bool called = i + 1 < to && tokens[i + 1].IsSymbol("(");
        if (!qualified)
        {
            if (called && FunctionRules.Find(token) is { } rule) return rule(this, i, CloseOf(i + 1, to), text);
            if (token.Is("pg_catalog") && i + 2 < to && tokens[i + 1].IsSymbol(".") && CatalogNames.SchemaOf(Literal.Fold(tokens[i + 2].Raw.ToString())) is { } schema)
            {
                text.Add(schema, token.Start);
                return i + 1;
            }
            if (EmitKeyword(i, to, called, text) is { } next) return next;
        }
        if (token.Raw[0] == '#') text.Add(Literal.QuoteName(Literal.Name(token)), token.Start);
        else
        {
            if (token.Length > 20) Literal.Name(token);
            text.Copy(_source, token.Start, token.End);
        }
        return i + 1;
    }

    private int? EmitKeyword(int i, int to, bool called, SqlText text)
    {
        var token = tokens[i];
        if (token.Is("select"))
        {
            text.Copy(_source, token.Start, token.End);
            return TakeTop(i, to, text);
        }
        if (token.Is("minus") && i > 0 && i + 1 < to && (tokens[i + 1].IsAny("select", "all", "distinct") || tokens[i + 1].IsSymbol("(")))
        {
            text.Add("EXCEPT", token.Start);
            return i + 1;
        }
        if (!called && token.IsAny("sysdate", "current_user_id"))
        {
            text.Add($"rs_catalog.{Literal.Fold(token.Raw.ToString())}()", token.Start);
            return i + 1;
        }
        if (token.Is("current_schema"))
        {
            text.Add("rs_catalog.\"current_schema\"()", token.Start);
            return called ? i + 3 : i + 1;
        }
        if (token.Is("approximate") && i + 1 < to && tokens[i + 1].Is("count")) return i + 1;
        if (token.IsAny("pivot", "unpivot", "qualify") && i > 0 && !tokens[i - 1].IsSymbol(",") && !tokens[i - 1].Is("as"))
            throw Lacking(token, Literal.Fold(token.Raw.ToString()).ToUpperInvariant());
        if (token.Is("returning")) throw Lexer.Unexpected(token);
        if (token.Is("for") && i + 1 < to && tokens[i + 1].IsAny("update", "share"))
            throw new BackendException("0A000", "SELECT FOR UPDATE is not supported");
        return null;
    }

    /// <summary>Writes the type that starts at <paramref name="i"/> as PostgreSQL's; returns the index after it.</summary>
    public int EmitType(int i, SqlText text)
    {
        var cursor = new TokenCursor(tokens, i);
        if (cursor.Current.IsAny("regclass", "oid", "name", "interval", "regproc", "regtype", "regnamespace", "information_schema", "pg_catalog", "rs_catalog") || cursor.Peek(1).IsSymbol("."))
        {
            text.Copy(_source, tokens[i].Start, tokens[i].End);
            return i + 1;
        }
        var type = RedshiftType.Take(cursor, inCast: true);
        text.Add(type.Storage, tokens[i].Start);
        return cursor.Position;
    }

    /// <summary>The refusal of something that Redshift has and the sandbox hasn't.</summary>
    public static BackendException Lacking(Token token, string what) =>
        new("0A000", $"the sandbox lacks {what}", "Redshift has it; this stand-in doesn't.", position: Lexer.CharacterPosition(token.Source, token.Start));

    private int CloseOf(int open, int to) => TokenCursor.AfterClosing(tokens, open, to) - 1;

    private int TakeTop(int select, int to, SqlText text)
    {
        int at = select + 1;
        if (at < to && tokens[at].IsAny("distinct", "all"))
        {
            text.Copy(_source, tokens[select].End, tokens[at].End);
            at++;
        }
        if (at + 1 >= to || !tokens[at].Is("top") || tokens[at + 1].Kind is not (TokenKind.Number or TokenKind.Parameter)) return at;
        int end = EndOfSelect(at + 2, to);
        _limits.Push((end, $" LIMIT {tokens[at + 1].Raw}"));
        return at + 2;
    }

    private int EndOfSelect(int from, int to)
    {
        int depth = 0;
        for (int i = from; i < to; i++)
        {
            if (tokens[i].IsSymbol("(")) depth++;
            else if (tokens[i].IsSymbol(")") && --depth < 0) return i;
            else if (depth == 0 && tokens[i].IsAny("union", "except", "intersect", "minus")) throw Lacking(tokens[i], "TOP together with set operators");
            else if (depth == 0 && tokens[i].Is("limit")) throw Lexer.Unexpected(tokens[i]);
        }
        return to;
    }
}
