using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace RedshiftEtl.Help;

/// <summary>A parameter's section.</summary>
/// <param name="Name">Its name, without the dash.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Type">Its type as the page names it.</param>
/// <param name="Required">Whether some parameter set can't do without it.</param>
/// <param name="Position">A number from 0, or «named».</param>
/// <param name="Pipeline">«false», or «true» with the ways.</param>
/// <param name="Default">What counts when it isn't given.</param>
/// <param name="Wildcards">Whether it takes patterns.</param>
/// <param name="Aliases">Other names, joined by commas, or «none».</param>
internal sealed record Parameter(string Name, IReadOnlyList<string> Description, string Type, bool Required, string Position, string Pipeline, string Default, bool Wildcards, string Aliases);

/// <summary>An example.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Code">What is typed.</param>
/// <param name="Remarks">What it does.</param>
internal sealed record Example(string Title, string Code, IReadOnlyList<string> Remarks);

/// <summary>What a cmdlet takes or returns.</summary>
/// <param name="Type">The type.</param>
/// <param name="Description">What it means, with its members.</param>
internal sealed record Data(string Type, IReadOnlyList<string> Description);

/// <summary>Everything that a cmdlet's page says, complete: a page that lacks something doesn't become one.</summary>
/// <param name="Name">Verb-Noun.</param>
/// <param name="Synopsis">One sentence.</param>
/// <param name="Description">Paragraphs.</param>
/// <param name="Syntax">The parameters of each set.</param>
/// <param name="Parameters">The parameters in the page's order.</param>
/// <param name="Inputs">What it takes from the pipeline.</param>
/// <param name="Outputs">What it returns.</param>
/// <param name="Notes">Errors and notes, as paragraphs.</param>
/// <param name="Examples">At least three.</param>
/// <param name="Links">Names of other pages.</param>
internal sealed record CmdletPage(
    string Name,
    string Synopsis,
    IReadOnlyList<string> Description,
    IReadOnlyList<IReadOnlyList<SyntaxPart>> Syntax,
    IReadOnlyList<Parameter> Parameters,
    IReadOnlyList<Data> Inputs,
    IReadOnlyList<Data> Outputs,
    IReadOnlyList<string> Notes,
    IReadOnlyList<Example> Examples,
    IReadOnlyList<string> Links)
{
    private const string CommonParameters = "Common parameters";

    /// <summary>What a page says.</summary>
    /// <exception cref="PageException">Something is missing, or the syntax and the parameters' sections don't agree.</exception>
    public static CmdletPage Of(Page page)
    {
        Section links = page.Find("See also") ?? page.Need("Related links");
        CmdletPage cmdlet = new(
            page.Name,
            string.Join(' ', PlainText.Paragraphs(page.Need("Synopsis").Blocks)),
            [.. PlainText.Paragraphs(page.Need("Description").Blocks)],
            [.. SyntaxOf(page)],
            [.. page.Need("Parameters").Sections.Where(section => section.Title != CommonParameters).Select(section => ParameterOf(page, section))],
            DataOf(page.Need("Inputs")),
            DataOf(page.Need("Outputs")),
            [.. NotesOf(page, "Errors"), .. NotesOf(page, "Notes")],
            [.. page.Need("Examples").Sections.Select(section => ExampleOf(page, section))],
            [.. links.Blocks.SelectMany(block => block.Descendants<LinkInline>()).Select(link => PlainText.Of(link))]);
        string[] syntax = cmdlet.Syntax.SelectMany(set => set).Select(part => part.Name).Distinct().Order(StringComparer.Ordinal).ToArray();
        string[] sections = cmdlet.Parameters.Select(parameter => parameter.Name).Order(StringComparer.Ordinal).ToArray();
        if (!syntax.SequenceEqual(sections))
        {
            throw page.Mistake(page.Need("Parameters"), $"Syntax and sections differ in: {string.Join(", ", syntax.Except(sections).Concat(sections.Except(syntax)))}.");
        }

        return cmdlet switch
        {
            { Examples.Count: < 3 } => throw page.Mistake(page.Need("Examples"), "A page has at least three examples."),
            { Links.Count: 0 } => throw page.Mistake(links, "There is no link."),
            _ => cmdlet,
        };
    }

    private static IEnumerable<IReadOnlyList<SyntaxPart>> SyntaxOf(Page page)
    {
        Section syntax = page.Need("Syntax");
        foreach (Section set in syntax.Sections.Prepend(syntax))
        {
            foreach (FencedCodeBlock block in set.Blocks.OfType<FencedCodeBlock>())
            {
                yield return SyntaxPart.Parse(PlainText.Code(block), page.Name) ?? throw page.Mistake(set, "The syntax can't be read.");
            }
        }
    }

    private static Parameter ParameterOf(Page page, Section section)
    {
        if (!section.Title.StartsWith('-') || section.Blocks.OfType<Table>().FirstOrDefault() is not { } table)
        {
            throw page.Mistake(section, "A parameter's section is «### -Name», a description and a table.");
        }

        Dictionary<string, string> rows = PlainText.Rows(table).Skip(1).ToDictionary(row => row[0], row => row[1]);
        string Row(string name) => rows.TryGetValue(name, out string? value) && value.Length > 0 ? value : throw page.Mistake(section, $"The row «{name}» is missing.");
        bool YesNo(string name) => Row(name) switch { "yes" => true, "no" => false, _ => throw page.Mistake(section, $"«{name}» is yes or no.") };
        string pipeline = Row("Pipeline input");
        string[] description = [.. PlainText.Paragraphs(section.Blocks.Where(block => block != table))];
        return new Parameter(
            section.Title[1..],
            description.Length > 0 ? description : throw page.Mistake(section, "The description is missing."),
            Row("Type"),
            YesNo("Required"),
            Row("Position"),
            pipeline == "no" ? "false" : $"true ({pipeline})",
            Row("Default"),
            YesNo("Wildcards"),
            rows.GetValueOrDefault("Aliases", "none"));
    }

    private static Example ExampleOf(Page page, Section section)
    {
        FencedCodeBlock code = section.Blocks.OfType<FencedCodeBlock>().FirstOrDefault() ?? throw page.Mistake(section, "The example has no code.");
        return new Example(section.Title, PlainText.Code(code), [.. PlainText.Paragraphs(section.Blocks.Where(block => block != code))]);
    }

    /// <summary>A paragraph that begins with a type in bold begins another type; without any, the first line names what there is.</summary>
    private static List<Data> DataOf(Section section)
    {
        List<(string Type, List<string> Description)> types = [];
        foreach (Block block in section.Blocks)
        {
            string[] text = [.. PlainText.Paragraphs([block])];
            string? bold = block is ParagraphBlock { Inline.FirstChild: EmphasisInline { DelimiterCount: 2 } first } ? PlainText.Of(first) : null;
            if (bold is not null)
            {
                types.Add((bold, [.. text.Select(paragraph => paragraph[bold.Length..].TrimStart(':', ' ')).Where(paragraph => paragraph.Length > 0)]));
            }
            else if (types.Count == 0)
            {
                types.Add((text[0], [.. text.Skip(1)]));
            }
            else
            {
                types[^1].Description.AddRange(text);
            }
        }

        return [.. types.Select(type => new Data(type.Type, type.Description))];
    }

    private static IEnumerable<string> NotesOf(Page page, string title) =>
        page.Find(title) is { } section ? PlainText.Paragraphs(section.Blocks).Prepend(title.ToUpperInvariant()) : [];
}
