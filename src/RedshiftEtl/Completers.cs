using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using RedshiftEtl.Definitions;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Schedule.Register;

namespace RedshiftEtl;

/// <summary>Completes names that stand in the project's files. Reads files only; no connection is opened.</summary>
public abstract class ProjectCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var pattern = WildcardPattern.Get($"{wordToComplete?.Trim('\'', '"')}*", WildcardOptions.IgnoreCase);
        return Names(fakeBoundParameters)
            .Where(pattern.IsMatch)
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(name => new CompletionResult(Quote(name), name, CompletionResultType.ParameterValue, name));
    }

    /// <summary>The names to choose from.</summary>
    internal abstract IEnumerable<string> Names(EtlProject project);

    /// <summary>The project that the command line or the location names.</summary>
    /// <exception cref="EtlException">It has mistakes.</exception>
    internal static EtlProject OpenProject(IDictionary? bound)
    {
        string location = new SessionLocation().Current;
        string? given = bound?["Project"] as string;
        return EtlProject.Open(EtlProject.Find(given is null ? null : Path.GetFullPath(given, location), location), Psd1File.Read, static _ => "");
    }

    private string[] Names(IDictionary? bound)
    {
        try
        {
            return Names(OpenProject(bound)).ToArray();
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

/// <summary>Completes tags of jobs.</summary>
public sealed class TagCompleter : ProjectCompleter
{
    private static readonly JobOverride s_noChange = new();

    /// <inheritdoc/>
    internal override IEnumerable<string> Names(EtlProject project) => project.GetJobNames().SelectMany(name => Tags(project, name)).Distinct(StringComparer.OrdinalIgnoreCase);

    private static IReadOnlyList<string> Tags(EtlProject project, string name)
    {
        try
        {
            return project.GetJob(name, s_noChange).Tag;
        }
        catch (EtlException)
        {
            // A job with a mistake has no tags to offer.
            return [];
        }
    }
}

/// <summary>Completes names of the project's schedules: those that Register-EtlSchedule has written a script for.</summary>
public sealed class ScheduleCompleter : ProjectCompleter
{
    /// <inheritdoc/>
    internal override IEnumerable<string> Names(EtlProject project)
    {
        string folder = Path.Combine(project.Folder ?? "", Schedules.Folder);
        return project.Folder is not null && Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.ps1").Select(file => Path.GetFileNameWithoutExtension(file)) : [];
    }
}

/// <summary>Completes the parameters of the job that is named before: each as a table with the job's own value, to be changed.</summary>
public sealed class ParameterCompleter : IArgumentCompleter
{
    private static readonly JobOverride s_noChange = new();

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var pattern = WildcardPattern.Get($"{wordToComplete?.TrimStart('@', '{', ' ')}*", WildcardOptions.IgnoreCase);
        string? job = fakeBoundParameters?["Name"] switch { string name => name, IEnumerable<object> several => several.FirstOrDefault()?.ToString(), _ => null };
        try
        {
            return job is null || ProjectCompleter.OpenProject(fakeBoundParameters) is not { Folder: not null } project
                ? []
                : project.GetJob(job, s_noChange).Parameters.Where(parameter => pattern.IsMatch(parameter.Name))
                    .Select(parameter => new CompletionResult($"@{{ {parameter.Name} = {Show(parameter)} }}", parameter.Name, CompletionResultType.ParameterValue, parameter.ToString())).ToArray();
        }
        catch (EtlException)
        {
            // Half a project completes to nothing; the command itself says what is wrong.
            return [];
        }
    }

    private static string Show(ParameterDefinition parameter) => parameter switch
    {
        { Unit: { } unit } => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"@{{ {unit} = {parameter.Amount} }}"),
        { Value: null } => "$null",
        { Value: bool flag } => flag ? "$true" : "$false",
        { Value: string text } => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'",
        _ => Convert.ToString(parameter.Value, System.Globalization.CultureInfo.InvariantCulture)!,
    };
}
