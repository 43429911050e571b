using System.Globalization;
using System.Management.Automation.Host;

namespace RedshiftEtl.Host;

/// <summary>The host as scripts see it in <c>$Host</c>.</summary>
/// <param name="ui">How it talks to the user.</param>
internal sealed class ConsoleHost(ConsoleUserInterface ui) : PSHost
{
    /// <summary>What the script gave to <c>exit</c>; null while it didn't.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override string Name => "RedshiftEtl.Host";

    /// <inheritdoc/>
    public override Version Version { get; } = typeof(ConsoleHost).Assembly.GetName().Version!;

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override PSHostUserInterface UI => ui;

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    /// <summary>Not offered: there is nobody to type into it.</summary>
    public override void EnterNestedPrompt() => throw new NotSupportedException("RedshiftEtl.Host has no nested prompt.");

    /// <summary>Not offered, as <see cref="EnterNestedPrompt"/>.</summary>
    public override void ExitNestedPrompt() => throw new NotSupportedException("RedshiftEtl.Host has no nested prompt.");

    /// <summary>A program that the script starts writes to the terminal itself: the bars make way.</summary>
    public override void NotifyBeginApplication() => ui.Terminal.ChangeProgress(progress => progress.Hide());

    /// <summary>The program has ended: the bars come back.</summary>
    public override void NotifyEndApplication() => ui.Terminal.ChangeProgress(progress => progress.Show());
}
