using Markdig;
using Markdig.Syntax;

namespace RedshiftEtl.Help;

/// <summary>A heading of a page and what stands below it, up to the next heading of its rank.</summary>
/// <param name="Title">The heading's text.</param>
/// <param name="Line">The heading's line, from 1.</param>
/// <param name="Blocks">What stands right below it, before its first section.</param>
/// <param name="Sections">Its sections.</param>
internal sealed record Section(string Title, int Line, IReadOnlyList<Block> Blocks, IReadOnlyList<Section> Sections);

/// <summary>A page of the documentation.</summary>
/// <param name="File">Its path.</param>
/// <param name="Root">Its only heading of the first rank.</param>
internal sealed record Page(string File, Section Root)
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    /// <summary>The name that the file has, which is the page's title too.</summary>
    public string Name => Path.GetFileNameWithoutExtension(File);

    /// <summary>Reads a page.</summary>
    /// <exception cref="PageException">The title is not the file's name, or it isn't the only one.</exception>
    public static Page Read(string file)
    {
        MarkdownDocument document = Markdown.Parse(System.IO.File.ReadAllText(file), s_pipeline);
        Queue<Block> blocks = new(document);
        string name = Path.GetFileNameWithoutExtension(file);
        if (blocks.Count == 0 || blocks.Peek() is not HeadingBlock { Level: 1 } heading || PlainText.Of(heading.Inline) != name)
        {
            throw new PageException(file, 1, $"The page must begin with the heading «# {name}».");
        }

        Section root = Read(blocks);
        return blocks.Count == 0 ? new Page(file, root) : throw new PageException(file, blocks.Peek().Line + 1, "A page has one title.");
    }

    /// <summary>The section of a title.</summary>
    /// <exception cref="PageException">There is none, or nothing in it.</exception>
    public Section Need(string title)
    {
        Section section = Find(title) ?? throw Mistake(Root, $"The section «## {title}» is missing.");
        return section.Blocks.Count + section.Sections.Count > 0 ? section : throw Mistake(section, $"The section «## {title}» is empty.");
    }

    /// <summary>The section of a title, if there is one.</summary>
    public Section? Find(string title) => Root.Sections.SingleOrDefault(section => section.Title == title);

    /// <summary>A mistake below a heading.</summary>
    public PageException Mistake(Section section, string message) => new(File, section.Line, message);

    private static Section Read(Queue<Block> rest)
    {
        var heading = (HeadingBlock)rest.Dequeue();
        List<Block> blocks = [];
        List<Section> sections = [];
        while (rest.TryPeek(out Block? next) && next is not HeadingBlock)
        {
            blocks.Add(rest.Dequeue());
        }

        while (rest.TryPeek(out Block? next) && next is HeadingBlock below && below.Level > heading.Level)
        {
            sections.Add(Read(rest));
        }

        return new Section(PlainText.Of(heading.Inline), heading.Line + 1, blocks, sections);
    }
}
