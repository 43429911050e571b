namespace RedshiftEtl.Engine.Define;

/// <summary>Finds what somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>The candidate with the fewest edits to <paramref name="name"/>, or null when none is near (more than a third of it differs).</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string folded = name.ToUpperInvariant();
        return candidates
            .Select(candidate => (Candidate: candidate, Distance: Distance(folded, candidate.ToUpperInvariant())))
            .Where(pair => IsNear(folded, pair.Candidate, pair.Distance))
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .Select(pair => pair.Candidate)
            .FirstOrDefault();
    }

    /// <summary>« Did you mean 'x'?» or, when nothing is near, « It can be: a, b, c.».</summary>
    public static string Hint(string name, IReadOnlyCollection<string> candidates)
    {
        string? nearest = Find(name, candidates);
        return nearest is not null ? $" Did you mean '{nearest}'?"
            : candidates.Count == 0 ? ""
            : $" It can be: {string.Join(", ", candidates)}.";
    }

    /// <summary>Near is a third of the letters at most, but for a word of one or two letters only a longer one that begins so.</summary>
    private static bool IsNear(string folded, string candidate, int distance) =>
        (folded.Length > 0 && candidate.StartsWith(folded, StringComparison.OrdinalIgnoreCase))
        || (folded.Length > 2 && distance <= Math.Max(1, Math.Max(folded.Length, candidate.Length) / 3));

    /// <summary>Edits between two words; a swap of neighbours counts as one (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (int j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
