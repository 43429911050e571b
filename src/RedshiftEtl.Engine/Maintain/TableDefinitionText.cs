namespace RedshiftEtl.Engine.Maintain;

/// <summary>What only SHOW TABLE tells: collations and BACKUP NO (fact sheet 4.1). The rest of its text is not relied on: its form is not documented.</summary>
/// <param name="Collations">The collation of each column that names one.</param>
/// <param name="IsBackedUp">Whether the text does not say BACKUP NO.</param>
internal sealed record TableDefinitionText(IReadOnlyDictionary<string, string> Collations, bool IsBackedUp)
{
    /// <summary>Reads the text of SHOW TABLE.</summary>
    /// <returns>Null when a column is not found in it: then nothing of the text can be trusted.</returns>
    public static TableDefinitionText? Parse(string text, IReadOnlyList<string> columns)
    {
        var collations = new Dictionary<string, string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var tail = new List<string>();
        int depth = 0;
        bool isTail = false;
        List<(string Text, bool IsQuoted)> element = [];
        foreach ((string token, bool isQuoted) in Tokens(text))
        {
            bool ends = !isQuoted && ((token == "," && depth == 1) || (token == ")" && depth == 1));
            if (isTail)
            {
                tail.Add(token);
            }
            else if (ends)
            {
                Take(element, columns, seen, collations);
                element = [];
                isTail = token == ")";
            }
            else if (depth == 1 || (depth == 0 && token != "("))
            {
                element.Add((token, isQuoted));
            }

            if (!isQuoted && token == "(")
            {
                if (depth == 0 && !isTail)
                {
                    element = [];
                }

                depth++;
            }
            else if (!isQuoted && token == ")")
            {
                depth--;
            }
        }

        if (!isTail || columns.Any(column => !seen.Contains(column)))
        {
            return null;
        }

        int backup = tail.FindIndex(word => word.Equals("BACKUP", StringComparison.OrdinalIgnoreCase));
        bool isBackedUp = backup < 0 || backup + 1 >= tail.Count || !tail[backup + 1].Equals("NO", StringComparison.OrdinalIgnoreCase);
        return new TableDefinitionText(collations, isBackedUp);
    }

    private static void Take(
        List<(string Text, bool IsQuoted)> element, IReadOnlyList<string> columns, HashSet<string> seen, Dictionary<string, string> collations)
    {
        if (element.Count == 0 || !columns.Contains(element[0].Text, StringComparer.Ordinal) || !seen.Add(element[0].Text))
        {
            return;
        }

        int collate = element.FindIndex(1, word => !word.IsQuoted && word.Text.Equals("COLLATE", StringComparison.OrdinalIgnoreCase));
        if (collate > 0 && collate + 1 < element.Count)
        {
            collations[element[0].Text] = element[collate + 1].Text.ToUpperInvariant();
        }
    }

    /// <summary>Words, signs and quoted texts; the quotes are taken off, and the text of a string is one token.</summary>
    private static IEnumerable<(string Text, bool IsQuoted)> Tokens(string text)
    {
        int i = 0;
        while (i < text.Length)
        {
            char c = text[i];
            if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (c is '"' or '\'')
            {
                int end = i + 1;
                while (end < text.Length && (text[end] != c || (end + 1 < text.Length && text[end + 1] == c)))
                {
                    end += text[end] == c || (c == '\'' && text[end] == '\\') ? 2 : 1;
                }

                int stop = Math.Min(end, text.Length);
                yield return (text[(i + 1)..stop].Replace(new string(c, 2), c.ToString(), StringComparison.Ordinal), true);
                i = stop + 1;
            }
            else if (char.IsLetterOrDigit(c) || c is '_' or '$' || c >= 128)
            {
                int end = i + 1;
                while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '$' || text[end] >= 128))
                {
                    end++;
                }

                yield return (text[i..end], false);
                i = end;
            }
            else
            {
                yield return (c.ToString(), false);
                i++;
            }
        }
    }
}
