using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace RedshiftEtl.Host;

/// <summary>Runs one script or text in a fresh runspace with the module imported, and works out the exit code.</summary>
internal sealed class ScriptRunner : IDisposable
{
    private readonly ConsoleHost _host;
    private readonly Interruption _interruption;
    private readonly ErrorDisplay _errors;
    private readonly Runspace _runspace;

    /// <summary>Prepares the engine.</summary>
    /// <param name="host">What scripts see as <c>$Host</c>.</param>
    /// <param name="ui">How the host talks to the user.</param>
    /// <param name="interruption">Ctrl-C and SIGTERM.</param>
    public ScriptRunner(ConsoleHost host, ConsoleUserInterface ui, Interruption interruption)
    {
        _host = host;
        _interruption = interruption;
        _errors = new ErrorDisplay(ui);
        var state = InitialSessionState.CreateDefault2();
        // Windows asks a policy before it runs scripts; who names a script on this command line has decided already.
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        _runspace = RunspaceFactory.CreateRunspace(host, state);
        _runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
    }

    /// <summary>Imports the module, then runs.</summary>
    /// <param name="module">The manifest's path, or the module's name.</param>
    /// <param name="addCommand">Puts what is to run into the pipeline.</param>
    /// <returns>The process's exit code, as <see cref="CommandLine.HelpText"/> says.</returns>
    public int Run(string module, Action<PowerShell> addCommand)
    {
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
        TopLevelExit.Enable(_runspace);
        var finished = Invoke(shell => shell.AddCommand("Import-Module").AddParameter("Name", module).AddParameter("ErrorAction", ActionPreference.Stop))
            && Invoke(addCommand);
        return _interruption.ExitCode ?? _host.ExitCode ?? (finished && _errors.Count == 0 ? 0 : 1);
    }

    /// <inheritdoc/>
    public void Dispose() => _runspace.Dispose();

    /// <returns>False when a terminating error or an interruption ended the pipeline.</returns>
    private bool Invoke(Action<PowerShell> addCommand)
    {
        using var shell = PowerShell.Create(_runspace);
        addCommand(shell);
        shell.AddCommand("Out-Default");
        _errors.Watch(shell);
        using var stop = _interruption.Token.Register(() => shell.BeginStop(null, null));
        if (_interruption.ExitCode is not null)
            return false;
        try
        {
            shell.Invoke();
            return true;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException exception)
        {
            _errors.Show(exception.ErrorRecord);
            return false;
        }
    }
}
