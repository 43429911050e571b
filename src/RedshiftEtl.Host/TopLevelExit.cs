using System.Diagnostics.CodeAnalysis;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace RedshiftEtl.Host;

/// <summary>Lets <c>exit</c> in a script file end the host.</summary>
internal static class TopLevelExit
{
    /// <summary>Makes <c>exit</c> in the script that the host runs reach <see cref="ConsoleHost.SetShouldExit"/>, as it does under <c>pwsh -File</c>.</summary>
    /// <param name="runspace">An open runspace.</param>
    [SuppressMessage("Major Code Smell", "S3011", Justification = "The engine keeps the switch that pwsh uses to itself; the host ships the very engine it is built with, and a test covers it.")]
    public static void Enable(Runspace runspace)
    {
        // Without it `exit 3` only sets $LASTEXITCODE, which the last program that the script ran sets as well.
        const BindingFlags hidden = BindingFlags.Instance | BindingFlags.NonPublic;
        var context = typeof(Runspace).GetProperty("ExecutionContext", hidden)!.GetValue(runspace)!;
        context.GetType().GetProperty("ScriptCommandProcessorShouldRethrowExit", hidden)!.SetValue(context, true);
    }
}
