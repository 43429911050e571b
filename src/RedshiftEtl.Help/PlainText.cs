using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace RedshiftEtl.Help;

/// <summary>Markdown as text for a terminal, without markup.</summary>
internal static class PlainText
{
    /// <summary>The text of a line or paragraph, its line breaks as spaces: whoever shows it wraps it.</summary>
    public static string Of(Inline? inline)
    {
        StringBuilder text = new();
        Add(text, inline);
        return text.ToString();
    }

    /// <summary>Blocks as paragraphs: a table's row, a list's item and a line of code are lines of one.</summary>
    public static IEnumerable<string> Paragraphs(IEnumerable<Block> blocks) => blocks.SelectMany(OfBlock).Where(paragraph => paragraph.Length > 0);

    /// <summary>A table's rows as their cells' texts, the heading's row included.</summary>
    public static IEnumerable<string[]> Rows(Table table) =>
        table.OfType<TableRow>().Select(row => row.Select(cell => string.Join(' ', Paragraphs((ContainerBlock)cell))).ToArray());

    /// <summary>The text of a fenced or indented block.</summary>
    public static string Code(CodeBlock code) => string.Join('\n', code.Lines.Lines.Take(code.Lines.Count).Select(line => line.ToString()));

    private static IEnumerable<string> OfBlock(Block block) => block switch
    {
        LeafBlock { Inline: { } inline } => [Of(inline)],
        CodeBlock code => [string.Join('\n', Code(code).Split('\n').Select(line => "    " + line))],
        Table table => [TableText(table)],
        ListBlock list => [string.Join('\n', list.Select((item, index) => ListItem((ContainerBlock)item, list.IsOrdered ? $"{index + 1}. " : "- ")))],
        ContainerBlock container => Paragraphs(container),
        _ => [],
    };

    private static string ListItem(ContainerBlock item, string mark)
    {
        string indent = new(' ', mark.Length);
        return mark + string.Join('\n' + indent, Paragraphs(item).Select(paragraph => paragraph.Replace("\n", "\n" + indent, StringComparison.Ordinal)));
    }

    /// <summary>A row is «first: second; third», without the heading where it is empty or names only what is plain.</summary>
    private static string TableText(Table table)
    {
        string[][] rows = Rows(table).ToArray();
        string[] head = rows[0];
        return string.Join('\n', rows.Skip(1).Select(row => "- " + row[0] + ": " + string.Join("; ", row.Skip(1).Select((cell, column) => row.Length > 2 && head[column + 1].Length > 0 && cell.Length > 0 ? $"{head[column + 1]}: {cell}" : cell).Where(cell => cell.Length > 0))));
    }

    private static void Add(StringBuilder text, Inline? inline)
    {
        switch (inline)
        {
            case LiteralInline literal:
                text.Append(literal.Content.AsSpan());
                break;
            case CodeInline code:
                text.Append(code.Content);
                break;
            case LineBreakInline:
                text.Append(' ');
                break;
            case HtmlEntityInline entity:
                text.Append(entity.Transcoded.AsSpan());
                break;
            case AutolinkInline link:
                text.Append(link.Url);
                break;
            case ContainerInline container:
                foreach (Inline child in container)
                {
                    Add(text, child);
                }

                break;
            default:
                break;
        }
    }
}
