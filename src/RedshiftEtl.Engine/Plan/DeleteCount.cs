using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Plan;

/// <summary>Turns a DELETE into the SELECT that counts its rows, for a plan that touches nothing.</summary>
internal static class DeleteCount
{
    /// <summary>The query; null for a statement that is no DELETE of the known form: <c>[WITH …] DELETE [FROM] table [[AS] alias] [USING …] [WHERE …]</c>.</summary>
    /// <param name="sql">The statement, in Redshift's dialect; places for values stay where they are.</param>
    public static string? Of(string sql)
    {
        string bare = SqlScanner.Blank(sql, SqlDialect.Redshift);
        List<(string Word, int Start, int End)> words = TopWords(bare);
        int delete = words.FindIndex(word => word.Word == "DELETE");
        if (delete < 0 || (delete > 0 && words[0].Word != "WITH"))
        {
            return null;
        }

        int start = delete + 1 < words.Count && words[delete + 1].Word == "FROM" ? words[delete + 1].End : words[delete].End;
        (string Word, int Start, int End)? where = Find(words, delete, "WHERE");
        (string Word, int Start, int End)? @using = Find(words, delete, "USING");
        if (@using?.Start > where?.Start)
        {
            return null;
        }

        int end = @using?.Start ?? where?.Start ?? sql.Length;
        string with = sql[..words[delete].Start];
        string table = sql[start..end].Trim();
        string condition = where is { } clause ? sql[clause.End..] : "";
        if (table.Length == 0)
        {
            return null;
        }

        if (@using is not { } list)
        {
            return $"{with}SELECT COUNT(*) FROM {table}{(where is null ? "" : $" WHERE{condition}")}";
        }

        // A row that several rows of the other tables fit is deleted once.
        string others = sql[list.End..(where?.Start ?? sql.Length)];
        return $"{with}SELECT COUNT(*) FROM {table} WHERE EXISTS (SELECT 1 FROM{others}{(where is null ? "" : $" WHERE{condition}\n")})";
    }

    private static (string Word, int Start, int End)? Find(List<(string Word, int Start, int End)> words, int from, string word)
    {
        int index = words.FindIndex(from, candidate => candidate.Word == word);
        return index < 0 ? null : words[index];
    }

    /// <summary>The words outside of brackets, in upper case.</summary>
    private static List<(string Word, int Start, int End)> TopWords(string bare)
    {
        var words = new List<(string, int, int)>();
        int depth = 0;
        for (int i = 0; i < bare.Length; i++)
        {
            depth += bare[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (char.IsLetter(bare[i]) || bare[i] == '_')
            {
                int start = i;
                while (i + 1 < bare.Length && (char.IsLetterOrDigit(bare[i + 1]) || bare[i + 1] is '_' or '$'))
                {
                    i++;
                }

                // A name behind a point is no keyword.
                if (depth == 0 && (start == 0 || bare[start - 1] != '.'))
                {
                    words.Add((bare[start..(i + 1)].ToUpperInvariant(), start, i + 1));
                }
            }
        }

        return words;
    }
}
