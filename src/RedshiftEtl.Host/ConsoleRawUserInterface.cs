using System.Management.Automation.Host;

namespace RedshiftEtl.Host;

/// <summary>The little that scripts may ask about the screen: its size, colours and title. Cell-by-cell access is not offered.</summary>
/// <param name="terminal">The process's streams.</param>
internal sealed class ConsoleRawUserInterface(Terminal terminal) : PSHostRawUserInterface
{
    /// <summary>Not a colour: the terminal's own.</summary>
    private const ConsoleColor Unchanged = (ConsoleColor)(-1);

    /// <summary>How many lines a screen that nobody sees has.</summary>
    private const int RedirectedHeight = 50;

    /// <inheritdoc/>
    public override ConsoleColor ForegroundColor { get; set; } = Unchanged;

    /// <inheritdoc/>
    public override ConsoleColor BackgroundColor { get; set; } = Unchanged;

    /// <summary>The width that output is formatted for.</summary>
    public override Size BufferSize
    {
        get => WindowSize;
        set => throw NotOffered();
    }

    /// <inheritdoc/>
    public override Size WindowSize
    {
        get => new(terminal.Width, terminal.OutputIsTerminal && Console.WindowHeight > 0 ? Console.WindowHeight : RedirectedHeight);
        set => throw NotOffered();
    }

    /// <inheritdoc/>
    public override Size MaxWindowSize => WindowSize;

    /// <inheritdoc/>
    public override Size MaxPhysicalWindowSize => WindowSize;

    /// <inheritdoc/>
    public override Coordinates WindowPosition
    {
        get => new(0, 0);
        set => throw NotOffered();
    }

    /// <inheritdoc/>
    public override Coordinates CursorPosition
    {
        get => new(0, 0);
        set => throw NotOffered();
    }

    /// <inheritdoc/>
    public override int CursorSize
    {
        get => 25;
        set => throw NotOffered();
    }

    /// <inheritdoc/>
    public override string WindowTitle { get; set; } = "";

    /// <inheritdoc/>
    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    /// <inheritdoc/>
    public override KeyInfo ReadKey(ReadKeyOptions options) => throw NotOffered();

    /// <inheritdoc/>
    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
            Console.ReadKey(intercept: true);
    }

    /// <inheritdoc/>
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NotOffered();

    /// <inheritdoc/>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw NotOffered();

    /// <inheritdoc/>
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NotOffered();

    /// <inheritdoc/>
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw NotOffered();

    private static NotSupportedException NotOffered() => new("RedshiftEtl.Host writes lines; it offers no access to the screen's cells.");
}
