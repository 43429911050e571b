namespace RedshiftEtl.Host;

/// <summary>The process's three standard streams. Everything the host shows goes through here, so that text and progress bars,
/// which may come from several runspaces at once, never mix.</summary>
internal sealed class Terminal
{
    /// <summary>The width to format for where nobody sees a terminal, in columns. Wider than 80, so that logs aren't cut short.</summary>
    private const int RedirectedWidth = 120;

    private readonly Lock _gate = new();
    private readonly ProgressView _progress;
    private bool _lineIsOpen;

    /// <summary>Looks at the process's streams and environment.</summary>
    public Terminal()
    {
        var capable = Environment.GetEnvironmentVariable("TERM") != "dumb" && VirtualTerminal.Enable();
        var wantsColour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        OutputIsTerminal = !Console.IsOutputRedirected;
        ErrorIsTerminal = !Console.IsErrorRedirected;
        OutputHasColour = capable && wantsColour && OutputIsTerminal;
        ErrorHasColour = capable && wantsColour && ErrorIsTerminal;
        var stage = !capable ? null : ErrorIsTerminal ? Console.Error : OutputIsTerminal ? Console.Out : null;
        _progress = new ProgressView(stage, () => Width);
    }

    /// <summary>Whether somebody sees the output.</summary>
    public bool OutputIsTerminal { get; }

    /// <summary>Whether somebody sees the errors.</summary>
    public bool ErrorIsTerminal { get; }

    /// <summary>Whether output may have colours: on a terminal, unless NO_COLOR is set.</summary>
    public bool OutputHasColour { get; }

    /// <summary>Whether errors may have colours.</summary>
    public bool ErrorHasColour { get; }

    /// <summary>Columns to format for, at least 1.</summary>
    public int Width => OutputIsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : RedirectedWidth;

    /// <summary>Writes to the output, without ending the line.</summary>
    public void Write(string text) => Put(Console.Out, text);

    /// <summary>Writes a line to the output.</summary>
    public void WriteLine(string text) => Put(Console.Out, text + Environment.NewLine);

    /// <summary>Writes to the errors' stream, without ending the line. Prompts go there too, so that redirected output holds only output.</summary>
    public void WriteError(string text) => Put(Console.Error, text);

    /// <summary>Writes a line to the errors' stream.</summary>
    public void WriteErrorLine(string text) => Put(Console.Error, text + Environment.NewLine);

    /// <summary>Draws, redraws or clears progress bars; does nothing where there is no terminal.</summary>
    /// <param name="change">What changes in the view.</param>
    public void ChangeProgress(Action<ProgressView> change)
    {
        lock (_gate)
            change(_progress);
    }

    private void Put(TextWriter stream, string text)
    {
        if (text.Length == 0)
            return;
        lock (_gate)
        {
            _progress.Hide();
            stream.Write(text);
            stream.Flush();
            // A bar drawn behind an unfinished line would wipe it out with the next redraw.
            _lineIsOpen = !text.EndsWith('\n');
            _progress.Suspended = _lineIsOpen;
            _progress.Show();
        }
    }
}
