namespace RedshiftEtl.Bench;

/// <summary>Puts the tables of a run into bench/README.md, behind its marker.</summary>
internal static class Readme
{
    private const string Marker = "<!-- the last run -->";

    /// <summary>Replaces what stands behind the marker; does nothing outside of a checkout.</summary>
    public static void Write(string report)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "bench", "README.md")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        if (folder is null)
        {
            return;
        }

        string file = Path.Combine(folder, "bench", "README.md");
        string text = File.ReadAllText(file);
        File.WriteAllText(file, $"{text[..(text.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)]}\n\n{report}");
    }
}
