using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace RedshiftEtl.Host;

/// <summary>Shows the errors that nobody handled, in the order of the other output, and counts them.</summary>
/// <param name="ui">Where they are shown.</param>
internal sealed class ErrorDisplay(ConsoleUserInterface ui)
{
    /// <summary>The verbs that PowerShell's own cmdlets begin with.</summary>
    private static readonly HashSet<string> s_verbs = new Type[]
    {
        typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic), typeof(VerbsLifecycle), typeof(VerbsOther), typeof(VerbsSecurity),
    }.SelectMany(verbs => verbs.GetFields()).Select(verb => verb.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private bool _hasAdvised;

    /// <summary>How many errors nobody handled. What a program wrote to its error stream is not an error.</summary>
    public int Count { get; private set; }

    /// <summary>Shows the pipeline's errors as they come.</summary>
    /// <param name="shell">A pipeline that has not started.</param>
    public void Watch(PowerShell shell)
    {
        var errors = shell.Streams.Error;
        errors.DataAdded += (_, _) =>
        {
            foreach (var error in errors.ReadAll())
                Show(error);
        };
    }

    /// <summary>Shows one error.</summary>
    /// <param name="error">The error.</param>
    public void Show(ErrorRecord error)
    {
        if (IsLineOfProgram(error))
        {
            ui.Terminal.WriteErrorLine(error.ToString());
            return;
        }

        Count++;
        Format(error);
        Advise(error);
    }

    /// <summary>The engine hands on what a program writes to its error stream as records of these two ids.</summary>
    private static bool IsLineOfProgram(ErrorRecord error) => error.FullyQualifiedErrorId is "NativeCommandError" or "NativeCommandErrorMessage";

    private void Format(ErrorRecord error)
    {
        using var errors = ui.ShowErrors();
        try
        {
            var isInPipeline = Runspace.DefaultRunspace.RunspaceAvailability != RunspaceAvailability.Available;
            using var shell = isInPipeline ? PowerShell.Create(RunspaceMode.CurrentRunspace) : PowerShell.Create(Runspace.DefaultRunspace);
            shell.AddCommand("Out-Default").AddParameter("InputObject", error).Invoke();
        }
        catch (RuntimeException)
        {
            // A pipeline that is being stopped starts no other: then the message alone must do.
            ui.WriteLine(error.ToString());
        }
    }

    /// <summary>Scripts written for PowerShell miss its Utility and Management cmdlets here; say so once.</summary>
    private void Advise(ErrorRecord error)
    {
        if (_hasAdvised || error.Exception is not CommandNotFoundException { CommandName: { } name } || !s_verbs.Contains(name.Split('-')[0]))
            return;
        _hasAdvised = true;
        ui.Terminal.WriteErrorLine("This host is the PowerShell engine alone, without the Utility and Management cmdlets (Write-Output, Get-Date, Join-Path ...). See docs/RedshiftEtl.Host.md.");
    }
}
