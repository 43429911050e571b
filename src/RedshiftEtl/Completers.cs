using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using RedshiftEtl.Definitions;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl;

/// <summary>Completes names that stand in the project's files. Reads files only; no connection is opened.</summary>
public abstract class ProjectCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var pattern = WildcardPattern.Get($"{wordToComplete?.Trim('\'', '"')}*", WildcardOptions.IgnoreCase);
        return Names(fakeBoundParameters?["Project"] as string)
            .Where(pattern.IsMatch)
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(name => new CompletionResult(Quote(name), name, CompletionResultType.ParameterValue, name));
    }

    /// <summary>The names to choose from.</summary>
    internal abstract IEnumerable<string> Names(EtlProject project);

    private string[] Names(string? given)
    {
        try
        {
            string location = new SessionLocation().Current;
            string? folder = EtlProject.Find(given is null ? null : Path.GetFullPath(given, location), location);
            return Names(EtlProject.Open(folder, Psd1File.Read, static _ => "")).ToArray();
        }
        catch (EtlException)
        {
            // Half a project completes to nothing; the command itself says what is wrong.
            return [];
        }
    }

    private static string Quote(string name) =>
        name.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.') ? name : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";

    /// <summary>Where the user is: a completer has no cmdlet to ask.</summary>
    private sealed class SessionLocation
    {
        public string Current { get; } = PowerShell.Create(RunspaceMode.CurrentRunspace)
            .AddScript("$ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath")
            .Invoke<string>()
            .FirstOrDefault() ?? Environment.CurrentDirectory;
    }
}

/// <summary>Completes connection names.</summary>
public sealed class ConnectionCompleter : ProjectCompleter
{
    /// <inheritdoc/>
    internal override IEnumerable<string> Names(EtlProject project) => project.Connections.Keys;
}

/// <summary>Completes names of sources.</summary>
public sealed class SourceCompleter : ProjectCompleter
{
    /// <inheritdoc/>
    internal override IEnumerable<string> Names(EtlProject project) => project.Connections.Values.OfType<SourceConnection>().Select(connection => connection.Name);
}

/// <summary>Completes names of S3 connections.</summary>
public sealed class StageCompleter : ProjectCompleter
{
    /// <inheritdoc/>
    internal override IEnumerable<string> Names(EtlProject project) => project.Connections.Values.OfType<S3Connection>().Select(connection => connection.Name);
}

/// <summary>Completes names of Redshift connections.</summary>
public sealed class WarehouseCompleter : ProjectCompleter
{
    /// <inheritdoc/>
    internal override IEnumerable<string> Names(EtlProject project) => project.Connections.Values.OfType<RedshiftConnection>().Select(connection => connection.Name);
}

/// <summary>Completes job names.</summary>
public sealed class JobCompleter : ProjectCompleter
{
    /// <inheritdoc/>
    internal override IEnumerable<string> Names(EtlProject project) => project.GetJobNames();
}
