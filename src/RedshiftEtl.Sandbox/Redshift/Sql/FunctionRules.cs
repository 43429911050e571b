namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>Writes the call at <paramref name="at"/>, whose parenthesis closes at <paramref name="close"/>; returns the index after it.</summary>
internal delegate int FunctionRule(Rewriter rewriter, int at, int close, SqlText text);

/// <summary>The functions whose syntax PostgreSQL doesn't have. Those that differ only in meaning are functions in rs_catalog.</summary>
internal static class FunctionRules
{
    private static readonly Dictionary<string, FunctionRule> s_rules = new(StringComparer.OrdinalIgnoreCase)
    {
        ["dateadd"] = DatePartFirst,
        ["datediff"] = DatePartFirst,
        ["date_add"] = DatePartFirst,
        ["date_diff"] = DatePartFirst,
        ["date_part"] = DatePartFirst,
        ["date_part_year"] = static (rewriter, at, close, text) => Renamed("rs_catalog.date_part_year", rewriter, at, close, text),
        ["nvl"] = static (rewriter, at, close, text) => Renamed("COALESCE", rewriter, at, close, text),
        ["isnull"] = static (rewriter, at, close, text) => Renamed("COALESCE", rewriter, at, close, text),
        ["ifnull"] = static (rewriter, at, close, text) => Renamed("COALESCE", rewriter, at, close, text),
        ["nvl2"] = Nvl2,
        ["decode"] = Decode,
        ["convert"] = Convert,
        ["cast"] = Cast,
        ["try_cast"] = static (rewriter, at, _, _) => throw Rewriter.Lacking(rewriter.Tokens[at], "TRY_CAST"),
        ["extract"] = Extract,
        ["listagg"] = ListAgg,
        ["median"] = Median,
        ["concat"] = static (rewriter, at, close, text) => Renamed("rs_catalog.concat", rewriter, at, close, text),
    };

    /// <summary>The rule for the function that this word names, if there is one.</summary>
    public static FunctionRule? Find(Token word)
    {
        if (s_rules.TryGetValue(word.Raw.ToString(), out var rule)) return rule;
        return CatalogNames.IsForeignFunction(word.Raw.ToString()) ? Refuse : null;
    }

    private static int Refuse(Rewriter rewriter, int at, int close, SqlText text)
    {
        var token = rewriter.Tokens[at];
        throw new BackendException("42883", $"function {Literal.Fold(token.Raw.ToString())} does not exist",
            hint: "PostgreSQL has it, Redshift hasn't.", position: Lexer.CharacterPosition(token.Source, token.Start));
    }

    private static int Renamed(string name, Rewriter rewriter, int at, int close, SqlText text)
    {
        text.Add(name, rewriter.Tokens[at].Start);
        rewriter.Emit(at + 1, close + 1, text);
        return close + 1;
    }

    private static int DatePartFirst(Rewriter rewriter, int at, int close, SqlText text)
    {
        var tokens = rewriter.Tokens;
        text.Add($"rs_catalog.{Literal.Fold(tokens[at].Raw.ToString())}", tokens[at].Start);
        var arguments = rewriter.Arguments(at + 1, close);
        if (arguments.Count < 2 || arguments[0].To != arguments[0].From + 1 || !tokens[arguments[0].From].IsName)
        {
            rewriter.Emit(at + 1, close + 1, text);
            return close + 1;
        }
        text.Add($"({Literal.Quote(Literal.Name(tokens[arguments[0].From]))}", tokens[arguments[0].From].Start);
        rewriter.Emit(arguments[0].To, close + 1, text);
        return close + 1;
    }

    private static int Extract(Rewriter rewriter, int at, int close, SqlText text)
    {
        var tokens = rewriter.Tokens;
        if (at + 3 > close || !tokens[at + 3].Is("from") || !(tokens[at + 2].IsName || tokens[at + 2].Kind == TokenKind.Text)) throw Lexer.Unexpected(tokens[at + 2]);
        string part = tokens[at + 2].IsName ? Literal.Name(tokens[at + 2]) : Literal.Value(tokens[at + 2]);
        text.Add($"rs_catalog.extract_part({Literal.Quote(part)}, ", tokens[at].Start);
        rewriter.Emit(at + 4, close + 1, text);
        return close + 1;
    }

    private static int Nvl2(Rewriter rewriter, int at, int close, SqlText text)
    {
        var arguments = Require(rewriter, at, close, 3, 3);
        int source = rewriter.Tokens[at].Start;
        text.Add("(CASE WHEN (", source).Add(rewriter.Part(arguments[0])).Add(") IS NOT NULL THEN ", source).Add(rewriter.Part(arguments[1]));
        text.Add(" ELSE ", source).Add(rewriter.Part(arguments[2])).Add(" END)", source);
        return close + 1;
    }

    private static int Decode(Rewriter rewriter, int at, int close, SqlText text)
    {
        var arguments = Require(rewriter, at, close, 3, int.MaxValue);
        int source = rewriter.Tokens[at].Start;
        var subject = rewriter.Part(arguments[0]);
        text.Add("(CASE", source);
        int next = 1;
        // DECODE takes NULL for equal to NULL, which CASE x WHEN y doesn't.
        for (; next + 1 < arguments.Count; next += 2)
        {
            text.Add(" WHEN (", source).Add(subject).Add(") IS NOT DISTINCT FROM (", source).Add(rewriter.Part(arguments[next]));
            text.Add(") THEN ", source).Add(rewriter.Part(arguments[next + 1]));
        }
        if (next < arguments.Count) text.Add(" ELSE ", source).Add(rewriter.Part(arguments[next]));
        text.Add(" END)", source);
        return close + 1;
    }

    private static int Convert(Rewriter rewriter, int at, int close, SqlText text)
    {
        var arguments = Require(rewriter, at, close, 2, 2);
        int source = rewriter.Tokens[at].Start;
        text.Add("CAST(", source).Add(rewriter.Part(arguments[1])).Add(" AS ", source);
        int after = rewriter.EmitType(arguments[0].From, text);
        if (after != arguments[0].To) throw Lexer.Unexpected(rewriter.Tokens[after]);
        text.Add(")", source);
        return close + 1;
    }

    private static int Cast(Rewriter rewriter, int at, int close, SqlText text)
    {
        var tokens = rewriter.Tokens;
        int depth = 0;
        for (int i = at + 1; i < close; i++)
        {
            if (tokens[i].IsSymbol("(")) depth++;
            else if (tokens[i].IsSymbol(")")) depth--;
            else if (depth == 1 && tokens[i].Is("as"))
            {
                text.Add("CAST", tokens[at].Start);
                rewriter.Emit(at + 1, i + 1, text);
                text.Add(" ", tokens[i].End);
                int after = rewriter.EmitType(i + 1, text);
                if (after != close) throw Lexer.Unexpected(tokens[after]);
                text.Add(")", tokens[close].Start);
                return close + 1;
            }
        }
        throw Lexer.Unexpected(tokens[close]);
    }

    private static int ListAgg(Rewriter rewriter, int at, int close, SqlText text)
    {
        var tokens = rewriter.Tokens;
        int source = tokens[at].Start;
        bool distinct = tokens[at + 2].Is("distinct");
        var arguments = Require(rewriter, at, close, 1, 2);
        if (distinct) arguments[0] = (arguments[0].From + 1, arguments[0].To);
        text.Add(distinct ? "string_agg(DISTINCT (" : "string_agg((", source).Add(rewriter.Part(arguments[0])).Add(")::text, ", source);
        if (arguments.Count > 1) text.Add("(", source).Add(rewriter.Part(arguments[1])).Add(")::text", source);
        else text.Add("''", source);
        int end = close + 1;
        var order = new SqlText();
        if (tokens[end].Is("within"))
        {
            int open = end + 2;
            if (!tokens[end + 1].Is("group") || !tokens[open].IsSymbol("(")) throw Lexer.Unexpected(tokens[end + 1]);
            end = TokenCursor.AfterClosing(tokens, open, tokens.Count - 1);
            order.Add(" ", source);
            rewriter.Emit(open + 1, end - 1, order);
        }
        if (!tokens[end].Is("over"))
        {
            text.Add(order).Add(")", source);
            return end;
        }
        // As a window function it takes PARTITION BY only; the order within is that of the list.
        if (distinct) throw Rewriter.Lacking(tokens[end], "LISTAGG(DISTINCT …) as a window function");
        int after = TokenCursor.AfterClosing(tokens, end + 1, tokens.Count - 1);
        text.Add(") OVER (", source);
        rewriter.Emit(end + 2, after - 1, text);
        text.Add(order).Add(" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)", source);
        return after;
    }

    private static int Median(Rewriter rewriter, int at, int close, SqlText text)
    {
        int source = rewriter.Tokens[at].Start;
        if (rewriter.Tokens[close + 1].Is("over"))
        {
            text.Add("rs_internal.median((", source).Add(rewriter.Part((at + 2, close))).Add(")::double precision)", source);
            return close + 1;
        }
        text.Add("percentile_cont(0.5) WITHIN GROUP (ORDER BY ", source).Add(rewriter.Part((at + 2, close))).Add(")", source);
        return close + 1;
    }

    private static List<(int From, int To)> Require(Rewriter rewriter, int at, int close, int least, int most)
    {
        var arguments = rewriter.Arguments(at + 1, close);
        if (arguments.Count >= least && arguments.Count <= most) return arguments;
        var token = rewriter.Tokens[at];
        throw new BackendException("42883", $"function {Literal.Fold(token.Raw.ToString())} with {arguments.Count} arguments does not exist",
            position: Lexer.CharacterPosition(token.Source, token.Start));
    }
}
