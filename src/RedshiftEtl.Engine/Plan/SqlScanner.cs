namespace RedshiftEtl.Engine.Plan;

/// <summary>Walks over SQL once and notes parameters and statement ends outside of strings, quoted names and comments.</summary>
internal sealed class SqlScanner(string text, SqlDialect dialect)
{
    private readonly List<ParameterReference> _references = [];
    private readonly List<SqlStatement> _statements = [];
    private int _statementStart;
    private bool _statementHasContent;

    /// <summary>The parameters found.</summary>
    public IReadOnlyList<ParameterReference> References => _references;

    /// <summary>The statements found.</summary>
    public IReadOnlyList<SqlStatement> Statements => _statements;

    /// <summary>Scans the whole text.</summary>
    public void Scan()
    {
        int i = 0;
        while (i < text.Length)
        {
            int next = Skip(i, out bool isContent);
            if (next == i)
            {
                if (text[i] == ';')
                {
                    EndStatement(i);
                    _statementStart = i + 1;
                }

                next = i + 1;
            }
            else if (isContent)
            {
                _statementHasContent = true;
            }

            i = next;
        }

        EndStatement(text.Length);
    }

    /// <summary>The text, as long as it is, with blanks instead of comments, and instead of what stands in quotes zeros.</summary>
    public static string Blank(string text, SqlDialect dialect)
    {
        var scanner = new SqlScanner(text, dialect);
        char[] bare = text.ToCharArray();
        for (int i = 0; i < text.Length;)
        {
            int next = Math.Max(scanner.Skip(i, out bool isContent), i + 1);
            if (!isContent || text[next - 1] is '\'' or '"')
            {
                Array.Fill(bare, isContent ? '0' : ' ', i, next - i);
            }

            i = next;
        }

        return new string(bare);
    }

    /// <summary>The index behind the element that starts at <paramref name="i"/>; the same index for a semicolon.</summary>
    private int Skip(int i, out bool isContent)
    {
        isContent = true;
        char c = text[i];
        char following = i + 1 < text.Length ? text[i + 1] : '\0';
        switch (c)
        {
            case ';':
                return i;
            case '\'':
                return SkipQuoted(i, '\'', dialect.BackslashEscapes);
            case '"':
                return SkipQuoted(i, '"', dialect.IsMySql);
            case '`' when dialect.Backticks:
                return SkipQuoted(i, '`', false);
            case '[' when dialect.Brackets:
                return SkipQuoted(i, ']', false);
            case '-' when following == '-' && (!dialect.IsMySql || i + 2 >= text.Length || char.IsWhiteSpace(text[i + 2])):
            case '#' when dialect.IsMySql:
                isContent = false;
                return SkipLine(i);
            case '/' when following == '*':
                isContent = false;
                return SkipComment(i);
            case '$' when dialect.DollarQuotes:
                return SkipDollarQuoted(i);
            case '@' when following == '@':
                return SkipWord(i + 2);
            case '@' when IsNameStart(following):
                int end = SkipWord(i + 1);
                _references.Add(new ParameterReference(text[(i + 1)..end], i, end - i));
                return end;
        }

        if (IsNameStart(c))
        {
            int end = SkipWord(i);
            bool isEscapeString = dialect.EscapeStrings && end == i + 1 && c is 'E' or 'e' && end < text.Length && text[end] == '\'';
            return isEscapeString ? SkipQuoted(end, '\'', true) : end;
        }

        isContent = !char.IsWhiteSpace(c) && c != '\uFEFF';
        return i + 1;
    }

    private int SkipQuoted(int i, char close, bool backslash)
    {
        for (int k = i + 1; k < text.Length; k++)
        {
            if (backslash && text[k] == '\\')
            {
                k++;
            }
            else if (text[k] == close)
            {
                if (k + 1 < text.Length && text[k + 1] == close && (close != ']' || dialect.DoubledBrackets))
                {
                    k++;
                }
                else
                {
                    return k + 1;
                }
            }
        }

        return text.Length;
    }

    private int SkipLine(int i)
    {
        int end = text.IndexOf('\n', i);
        return end < 0 ? text.Length : end + 1;
    }

    private int SkipComment(int i)
    {
        int depth = 1;
        int k = i + 2;
        while (k < text.Length)
        {
            if (text[k] == '*' && k + 1 < text.Length && text[k + 1] == '/')
            {
                k += 2;
                if (--depth == 0)
                {
                    return k;
                }
            }
            else if (dialect.NestedComments && text[k] == '/' && k + 1 < text.Length && text[k + 1] == '*')
            {
                depth++;
                k += 2;
            }
            else
            {
                k++;
            }
        }

        return text.Length;
    }

    private int SkipDollarQuoted(int i)
    {
        int k = i + 1;
        while (k < text.Length && (char.IsLetter(text[k]) || text[k] == '_' || (k > i + 1 && char.IsDigit(text[k]))))
        {
            k++;
        }

        if (k >= text.Length || text[k] != '$')
        {
            return i + 1;
        }

        string tag = text[i..(k + 1)];
        int end = text.IndexOf(tag, k + 1, StringComparison.Ordinal);
        return end < 0 ? text.Length : end + tag.Length;
    }

    private int SkipWord(int i)
    {
        while (i < text.Length && (IsNameStart(text[i]) || char.IsDigit(text[i]) || (text[i] == '$' && dialect.DollarQuotes)))
        {
            i++;
        }

        return i;
    }

    private void EndStatement(int end)
    {
        int from = _statementStart;
        if (_statementHasContent)
        {
            while (char.IsWhiteSpace(text[from]) || text[from] == '\uFEFF')
            {
                from++;
            }

            while (char.IsWhiteSpace(text[end - 1]))
            {
                end--;
            }

            _statements.Add(new SqlStatement(text[from..end], from));
        }

        _statementHasContent = false;
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';
}
