using System.Buffers;

namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>Cuts SQL into tokens as Redshift, a PostgreSQL 8.0, does: backslashes escape in every '…' (redshift-facts 1.5
/// rule 6), comments nest (7.3), #name is a name (3).</summary>
internal static class Lexer
{
    private const string OperatorCharacters = "+-*/<>=~!@#%^&|`?";

    private static readonly SearchValues<char> s_special = SearchValues.Create("~!@#%^&|`?");

    /// <summary>The tokens of <paramref name="sql"/> without comments and white space, ended by <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="BackendException">An unterminated string, quoted name or comment (42601).</exception>
    public static List<Token> Tokenize(string sql)
    {
        var tokens = new List<Token>();
        for (int at = SkipBlank(sql, 0); at < sql.Length; at = SkipBlank(sql, at))
        {
            var (kind, end) = Next(sql, at);
            tokens.Add(new Token(kind, sql, at, end - at));
            at = end;
        }
        tokens.Add(new Token(TokenKind.End, sql, sql.Length, 0));
        return tokens;
    }

    /// <summary>The error for a token that doesn't fit, as PostgreSQL words it.</summary>
    public static BackendException Unexpected(Token token) => token.Kind == TokenKind.End
        ? Error(token.Source, token.Start, "syntax error at end of input")
        : Error(token.Source, token.Start, $"syntax error at or near \"{token.Raw}\"");

    /// <summary>A syntax error (42601) at a place in the text.</summary>
    public static BackendException Error(string sql, int at, string message) => new("42601", message, position: CharacterPosition(sql, at));

    /// <summary>The 1-based position in characters, as the protocol counts, of a place in UTF-16 units.</summary>
    public static int CharacterPosition(string sql, int at)
    {
        int position = 1;
        for (int i = 0; i < at && i < sql.Length; i++)
            if (!char.IsLowSurrogate(sql[i])) position++;
        return position;
    }

    private static (TokenKind Kind, int End) Next(string sql, int at)
    {
        char c = sql[at];
        char next = at + 1 < sql.Length ? sql[at + 1] : '\0';
        if (c == '\'') return (TokenKind.Text, EndOfString(sql, at, at, escapes: true));
        if (c == '"') return (TokenKind.QuotedName, EndOfQuotedName(sql, at));
        if (next == '\'' && c is 'e' or 'E' or 'n' or 'N') return (TokenKind.Text, EndOfString(sql, at, at + 1, escapes: true));
        if (next == '\'' && c is 'b' or 'B' or 'x' or 'X') return (TokenKind.Text, EndOfString(sql, at, at + 1, escapes: false));
        if (IsNameStart(c) || (c == '#' && IsNameStart(next))) return (TokenKind.Word, EndOfWord(sql, at + 1));
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(next))) return (TokenKind.Number, EndOfNumber(sql, at));
        if (c == '$')
        {
            if (char.IsAsciiDigit(next)) return (TokenKind.Parameter, EndOfDigits(sql, at + 1));
            if (EndOfDollarQuoted(sql, at) is { } end) return (TokenKind.Text, end);
        }
        if (c == ':' && next is ':' or '=') return (TokenKind.Symbol, at + 2);
        return (TokenKind.Symbol, OperatorCharacters.Contains(c, StringComparison.Ordinal) ? EndOfOperator(sql, at) : at + 1);
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= 0x80;

    private static bool IsNamePart(char c) => IsNameStart(c) || char.IsAsciiDigit(c) || c == '$';

    private static int EndOfWord(string sql, int at)
    {
        while (at < sql.Length && IsNamePart(sql[at])) at++;
        return at;
    }

    private static int EndOfDigits(string sql, int at)
    {
        while (at < sql.Length && char.IsAsciiDigit(sql[at])) at++;
        return at;
    }

    private static int EndOfNumber(string sql, int at)
    {
        at = EndOfDigits(sql, at);
        // "1..2" is a slice, not a number.
        if (at < sql.Length && sql[at] == '.' && !(at + 1 < sql.Length && sql[at + 1] == '.')) at = EndOfDigits(sql, at + 1);
        if (at >= sql.Length || sql[at] is not ('e' or 'E')) return at;
        int digits = at + 1;
        if (digits < sql.Length && sql[digits] is '+' or '-') digits++;
        return digits < sql.Length && char.IsAsciiDigit(sql[digits]) ? EndOfDigits(sql, digits) : at;
    }

    private static int EndOfString(string sql, int start, int quote, bool escapes)
    {
        for (int at = quote + 1; at < sql.Length; at++)
        {
            if (sql[at] == '\\' && escapes) at++;
            else if (sql[at] == '\'')
            {
                if (at + 1 >= sql.Length || sql[at + 1] != '\'') return at + 1;
                at++;
            }
        }
        throw Error(sql, start, $"unterminated quoted string at or near \"{sql[start..]}\"");
    }

    private static int EndOfQuotedName(string sql, int start)
    {
        for (int at = start + 1; at < sql.Length; at++)
        {
            if (sql[at] != '"') continue;
            if (at + 1 >= sql.Length || sql[at + 1] != '"')
                return at > start + 1 ? at + 1 : throw Error(sql, start, "zero-length delimited identifier at or near \"\"\"\"");
            at++;
        }
        throw Error(sql, start, $"unterminated quoted identifier at or near \"{sql[start..]}\"");
    }

    private static int? EndOfDollarQuoted(string sql, int start)
    {
        int at = start + 1;
        while (at < sql.Length && IsNamePart(sql[at]) && sql[at] != '$') at++;
        if (at >= sql.Length || sql[at] != '$') return null;
        string tag = sql[start..(at + 1)];
        int end = sql.IndexOf(tag, at + 1, StringComparison.Ordinal);
        return end >= 0 ? end + tag.Length : throw Error(sql, start, $"unterminated dollar-quoted string at or near \"{sql[start..]}\"");
    }

    private static int EndOfOperator(string sql, int start)
    {
        int at = start;
        while (at < sql.Length && OperatorCharacters.Contains(sql[at], StringComparison.Ordinal) && !StartsComment(sql, at)) at++;
        // As in SQL, "1*-2": a trailing sign belongs to what follows unless the operator has one of the special characters.
        while (at - start > 1 && sql[at - 1] is '+' or '-' && !sql.AsSpan(start, at - start).ContainsAny(s_special)) at--;
        return at;
    }

    private static bool StartsComment(string sql, int at) =>
        at + 1 < sql.Length && ((sql[at] == '-' && sql[at + 1] == '-') || (sql[at] == '/' && sql[at + 1] == '*'));

    private static int SkipBlank(string sql, int at)
    {
        while (at < sql.Length)
        {
            if (sql[at] is ' ' or '\t' or '\n' or '\r' or '\f' or '\v') at++;
            else if (!StartsComment(sql, at)) return at;
            else if (sql[at] == '-') at = EndOfLine(sql, at);
            else at = EndOfComment(sql, at);
        }
        return at;
    }

    private static int EndOfLine(string sql, int at)
    {
        int end = sql.AsSpan(at).IndexOfAny('\n', '\r');
        return end < 0 ? sql.Length : at + end;
    }

    private static int EndOfComment(string sql, int start)
    {
        int depth = 0;
        for (int at = start; at + 1 < sql.Length; at++)
        {
            if (sql[at] == '/' && sql[at + 1] == '*') (depth, at) = (depth + 1, at + 1);
            else if (sql[at] == '*' && sql[at + 1] == '/')
            {
                (depth, at) = (depth - 1, at + 1);
                if (depth == 0) return at + 1;
            }
        }
        throw Error(sql, start, $"unterminated /* comment at or near \"{sql[start..]}\"");
    }
}
