using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace RedshiftEtl.Host;

/// <summary>Shows what the engine wants shown. Errors go to the process's error stream, everything else to its output, as pwsh does;
/// colours only where somebody sees them.</summary>
/// <param name="terminal">The process's streams.</param>
/// <param name="prompt">Asks the user.</param>
internal sealed class ConsoleUserInterface(Terminal terminal, ConsolePrompt prompt) : PSHostUserInterface
{
    private int _showingErrors;

    /// <summary>The process's streams.</summary>
    public Terminal Terminal { get; } = terminal;

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new ConsoleRawUserInterface(terminal);

    /// <summary>Whether scripts may write escape sequences.</summary>
    public override bool SupportsVirtualTerminal => Terminal.OutputHasColour;

    /// <summary>Sends what is written until the result is disposed to the error stream: the engine formats an error as it formats any output.</summary>
    public IDisposable ShowErrors()
    {
        Interlocked.Increment(ref _showingErrors);
        return new Scope(() => Interlocked.Decrement(ref _showingErrors));
    }

    /// <inheritdoc/>
    public override void Write(string value)
    {
        if (_showingErrors > 0)
            Terminal.WriteError(GetOutputString(value, Terminal.ErrorHasColour));
        else
            Terminal.Write(GetOutputString(value, Terminal.OutputHasColour));
    }

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(AnsiColour.Paint(foregroundColor, backgroundColor, value));

    /// <inheritdoc/>
    public override void WriteLine() => Write(Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        WriteLine(AnsiColour.Paint(foregroundColor, backgroundColor, value));

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) =>
        Terminal.WriteErrorLine(Styled(FormatStyle.Error, value, Terminal.ErrorHasColour));

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => WriteStyled(FormatStyle.Warning, "WARNING: " + message);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => WriteStyled(FormatStyle.Verbose, "VERBOSE: " + message);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => WriteStyled(FormatStyle.Debug, "DEBUG: " + message);

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record) =>
        Terminal.ChangeProgress(progress => progress.Update(sourceId, record));

    /// <inheritdoc/>
    public override string ReadLine() => prompt.ReadLine();

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString() => prompt.ReadSecret();

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        prompt.AskFields(caption, message, descriptions);

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        prompt.AskChoice(caption, message, choices, defaultChoice);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        prompt.AskCredential(caption, message, userName);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        prompt.AskCredential(caption, message, userName);

    private void WriteStyled(FormatStyle style, string text) => Terminal.WriteLine(Styled(style, text, Terminal.OutputHasColour));

    private static string Styled(FormatStyle style, string text, bool hasColour) =>
        hasColour ? GetFormatStyleString(style) + text + PSStyle.Instance.Reset : GetOutputString(text, hasColour);

    /// <summary>Runs an action once, when disposed.</summary>
    private sealed class Scope(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    /// <summary>The console's sixteen colours as escape sequences.</summary>
    private static class AnsiColour
    {
        /// <summary>The ANSI number of each console colour, in the order of the enum: Windows counts blue, green, red; ANSI red, green, blue.</summary>
        private static readonly int[] s_numbers = [0, 4, 2, 6, 1, 5, 3, 7, 60, 64, 62, 66, 61, 65, 63, 67];

        /// <summary>A text in colours. An unknown colour (-1: the terminal's own) stays as it is.</summary>
        public static string Paint(ConsoleColor foreground, ConsoleColor background, string text) =>
            $"{Code(30, foreground)}{Code(40, background)}{text}{PSStyle.Instance.Reset}";

        private static string Code(int start, ConsoleColor colour) =>
            Enum.IsDefined(colour) ? string.Create(CultureInfo.InvariantCulture, $"\e[{start + s_numbers[(int)colour]}m") : "";
    }
}
