using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace RedshiftEtl.Tests.Hosting;

/// <summary>A PowerShell engine that has imported the checkout's module as a user does. It has the Core cmdlets, but none of Utility and Management.</summary>
public sealed class ModuleSession : IDisposable
{
    private readonly Runspace _runspace;

    /// <summary>Opens a session.</summary>
    /// <param name="variables">Variables that its scripts see.</param>
    public ModuleSession(params (string Name, object? Value)[] variables)
    {
        var state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([ManifestPath]);
        state.ThrowOnRunspaceOpenError = true;
        foreach ((string name, object? value) in variables)
        {
            state.Variables.Add(new SessionStateVariableEntry(name, value, null));
        }

        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
    }

    /// <summary>The checkout's module manifest.</summary>
    public static string ManifestPath { get; } = Path.Combine(FindCheckout(), "RedshiftEtl.psd1");

    /// <summary>Runs a script to its end.</summary>
    public Outcome Run(string script) => RunAsync(script, null, null).GetAwaiter().GetResult();

    /// <summary>Runs a script, and stops it, as Ctrl-C does, when a task has come to its end.</summary>
    /// <param name="script">The script.</param>
    /// <param name="onProgress">Sees every progress record, on another thread.</param>
    /// <param name="untilStop">The task.</param>
    public async Task<Outcome> RunAsync(string script, Action<ProgressRecord>? onProgress, Func<Task>? untilStop)
    {
        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        shell.Streams.Progress.DataAdded += (_, added) => onProgress?.Invoke(shell.Streams.Progress[added.Index]);
        using var output = new PSDataCollection<PSObject>();
        ErrorRecord? terminating = null;
        Task<PSDataCollection<PSObject>> running = shell.InvokeAsync<PSObject, PSObject>(null, output);
        if (untilStop is not null)
        {
            await Task.WhenAny(untilStop(), running);
            await shell.StopAsync(null, null);
        }

        try
        {
            await running;
        }
        catch (PipelineStoppedException) when (untilStop is not null)
        {
            // That is what was asked for.
        }
        catch (RuntimeException e)
        {
            terminating = e.ErrorRecord;
        }

        return new Outcome(
            [.. output],
            [.. shell.Streams.Error.Where(error => error != terminating)],
            [.. shell.Streams.Warning.Select(record => record.Message)],
            [.. shell.Streams.Verbose.Select(record => record.Message)],
            [.. shell.Streams.Debug.Select(record => record.Message)],
            [.. shell.Streams.Information.Select(record => record.MessageData?.ToString() ?? "")],
            terminating);
    }

    /// <inheritdoc/>
    public void Dispose() => _runspace.Dispose();

    private static string FindCheckout()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RedshiftEtl.psd1")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests don't run in a checkout.");
    }
}
