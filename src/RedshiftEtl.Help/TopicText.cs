using System.Text;

namespace RedshiftEtl.Help;

/// <summary>An about_ topic as Get-Help shows it: plain text, 80 columns wide but for code.</summary>
internal static class TopicText
{
    private const int Width = 80;

    /// <summary>The text of a page.</summary>
    /// <exception cref="PageException">It has no short description, which Get-Help lists topics with.</exception>
    public static string Of(Page page)
    {
        StringBuilder text = new();
        page.Need("Short description");
        text.Append("TOPIC\n    ").Append(page.Name).Append("\n\n");
        foreach (Section section in page.Root.Sections)
        {
            Add(text, section, 0);
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, Section section, int depth)
    {
        text.Append(' ', depth * 2).Append(depth == 0 ? section.Title.ToUpperInvariant() : section.Title).Append('\n');
        foreach (string line in PlainText.Paragraphs(section.Blocks).SelectMany(paragraph => paragraph.Split('\n').SelectMany(Wrap).Append("")))
        {
            text.Append(line.Length == 0 ? "" : "    " + line).Append('\n');
        }

        foreach (Section below in section.Sections)
        {
            Add(text, below, depth + 1);
        }
    }

    /// <summary>Lines that fit; lines that are indented (code) stay as they are.</summary>
    private static IEnumerable<string> Wrap(string paragraph)
    {
        if (paragraph.StartsWith("    ", StringComparison.Ordinal))
        {
            yield return paragraph;
            yield break;
        }

        string indent = paragraph.StartsWith("- ", StringComparison.Ordinal) ? "  " : "";
        string[] words = paragraph.Split(' ');
        StringBuilder line = new(words[0]);
        foreach (string word in words.Skip(1))
        {
            if (line.Length + 1 + word.Length > Width - 4)
            {
                yield return line.ToString();
                line.Clear().Append(indent).Append(word);
            }
            else
            {
                line.Append(' ').Append(word);
            }
        }

        yield return line.ToString();
    }
}
