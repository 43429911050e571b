using System.Text;

namespace RedshiftEtl.Sandbox.Copy.Statement;

/// <summary>Cuts a COPY statement into tokens (redshift-facts.md 1.5 rule 6 for literals, 7.3 for names and comments).</summary>
internal sealed class CopyLexer(string sql)
{
    private int _at;

    /// <summary>All tokens, the last of kind End. A single trailing semicolon is dropped.</summary>
    /// <exception cref="Redshift.BackendException">A literal, name or comment isn't closed.</exception>
    public static IReadOnlyList<CopyToken> Split(string sql)
    {
        var lexer = new CopyLexer(sql);
        var tokens = new List<CopyToken>();
        do
            tokens.Add(lexer.Next());
        while (tokens[^1].Kind != CopyTokenKind.End);
        if (tokens.Count > 1 && tokens[^2].IsSymbol(';'))
            tokens.RemoveAt(tokens.Count - 2);
        return tokens;
    }

    private CopyToken Next()
    {
        SkipBlanks();
        int start = _at;
        if (start == sql.Length)
            return new CopyToken(CopyTokenKind.End, "", start);
        char c = sql[start];
        if (c == '\'')
            return new CopyToken(CopyTokenKind.Literal, ReadLiteral(), start);
        if (c == '"')
            return new CopyToken(CopyTokenKind.QuotedName, ReadQuotedName(), start);
        if (char.IsAsciiDigit(c))
            return new CopyToken(CopyTokenKind.Number, ReadWhile(char.IsAsciiDigit), start);
        if (IsNameStart(c))
            return new CopyToken(CopyTokenKind.Word, ReadWhile(static c => IsNameStart(c) || char.IsAsciiDigit(c) || c == '$'), start);
        _at++;
        return new CopyToken(CopyTokenKind.Symbol, c.ToString(), start);
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c is '_' or '#' || c > '\x7f';

    private string ReadWhile(Predicate<char> accept)
    {
        int start = _at;
        while (_at < sql.Length && accept(sql[_at]))
            _at++;
        return sql[start.._at];
    }

    private void SkipBlanks()
    {
        while (_at < sql.Length)
        {
            if (char.IsWhiteSpace(sql[_at]))
                _at++;
            else if (Sees("--"))
                SkipLine();
            else if (Sees("/*"))
                SkipComment();
            else
                return;
        }
    }

    private bool Sees(string text) => string.CompareOrdinal(sql, _at, text, 0, text.Length) == 0;

    private void SkipLine()
    {
        int end = sql.AsSpan(_at).IndexOfAny('\n', '\r');
        _at = end < 0 ? sql.Length : _at + end;
    }

    private void SkipComment()
    {
        int start = _at;
        int depth = 0;
        do
        {
            if (_at >= sql.Length)
                throw CopyErrors.Syntax("unterminated /* comment", start);
            if (Sees("/*"))
            {
                depth++;
                _at += 2;
            }
            else if (Sees("*/"))
            {
                depth--;
                _at += 2;
            }
            else
            {
                _at++;
            }
        }
        while (depth > 0);
    }

    private string ReadLiteral()
    {
        int start = _at++;
        var text = new StringBuilder();
        while (_at < sql.Length)
        {
            char c = sql[_at++];
            if (c == '\'')
            {
                if (_at == sql.Length || sql[_at] != '\'')
                    return text.ToString();
                _at++;
            }
            else if (c == '\\' && _at < sql.Length)
            {
                text.Append(c);
                c = sql[_at++];
            }
            text.Append(c);
        }
        throw CopyErrors.Syntax("unterminated quoted string", start);
    }

    private string ReadQuotedName()
    {
        int start = _at++;
        var text = new StringBuilder();
        while (_at < sql.Length)
        {
            char c = sql[_at++];
            if (c == '"')
            {
                if (_at == sql.Length || sql[_at] != '"')
                    return text.Length > 0 ? text.ToString() : throw CopyErrors.Syntax("zero-length delimited identifier at or near \"\"\"\"", start);
                _at++;
            }
            text.Append(c);
        }
        throw CopyErrors.Syntax("unterminated quoted identifier", start);
    }
}
