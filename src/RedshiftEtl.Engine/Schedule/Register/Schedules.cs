using System.Reflection;
using System.Text;

namespace RedshiftEtl.Engine.Schedule.Register;

/// <summary>Registers projects and jobs with the scheduler of the operating system.</summary>
public static class Schedules
{
    /// <summary>The folder of a project that scripts and logs are written into.</summary>
    public const string Folder = "schedule";

    private const string HostName = "RedshiftEtl.Host";

    private static IScheduler Current => OperatingSystem.IsWindows() ? new TaskScheduler() : new Crontab();

    /// <summary>The schedule as it would be registered.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SchedulerFailed"/>: there is no PowerShell to start.</exception>
    public static EtlSchedule Plan(EtlSchedule schedule) => schedule with { Entry = Current.Describe(schedule, Command(schedule)) };

    /// <summary>What is registered, by name.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SchedulerFailed"/>.</exception>
    public static IReadOnlyList<EtlSchedule> List() => [.. Current.List().OrderBy(schedule => schedule.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>Writes the script and registers it, in the place of one of the same name and project.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="module">The module's manifest, which the script imports.</param>
    /// <exception cref="EtlException"><see cref="Fault.SchedulerFailed"/>; <see cref="Fault.ArgumentInvalid"/>: another project has the name, or the script cannot be written.</exception>
    public static EtlSchedule Add(EtlSchedule schedule, string module)
    {
        if (List().FirstOrDefault(other => other.Name.Equals(schedule.Name, StringComparison.OrdinalIgnoreCase) && other.Project != schedule.Project) is { } taken)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"A schedule '{taken.Name}' is registered already, for the project {taken.Project}.", taken.Name, null, "Give another -Name.");
        }

        IReadOnlyList<string> command = Command(schedule);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(schedule.Script)!);
            Directory.CreateDirectory(Path.GetDirectoryName(schedule.LogPath)!);
            // With a byte order mark, for those who open it in an old editor.
            File.WriteAllText(schedule.Script, Script(schedule, module), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"The script '{schedule.Script}' cannot be written: {e.Message}", schedule.Script, e, "Nothing was registered. Check the rights of the project folder.");
        }

        Current.Add(schedule, command);
        return schedule with { Entry = Current.Describe(schedule, command) };
    }

    /// <summary>Takes one out and removes its script; the log stays.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SchedulerFailed"/>.</exception>
    public static void Remove(EtlSchedule schedule)
    {
        Current.Remove(schedule);
        if (File.Exists(schedule.Script))
        {
            File.Delete(schedule.Script);
        }
    }

    /// <summary>The script that is started. It ends with 1 when any job failed, or when it could not be found out what is due.</summary>
    public static string Script(EtlSchedule schedule, string module) => $$"""
        # Written by Register-EtlSchedule, and written anew when '{{schedule.Name}}' is registered again.
        # Runs what is due; ends with 1 when anything failed, else with 0.
        $log = {{Quote(schedule.LogPath)}}
        $problems = $failed = @()
        # Nobody looks at what is printed: all of it is in the log.
        $WarningPreference = 'SilentlyContinue'
        try {
            Import-Module -Name {{Quote(module)}} -ErrorAction Stop
            $null = Get-EtlJob{{(schedule.Job is { } job ? $" -Name {Quote(job)}" : "")}} -Due -Project {{Quote(schedule.Project)}} -ErrorAction SilentlyContinue -ErrorVariable problems |
                Invoke-EtlJob -LogPath $log -ThrottleLimit {{schedule.ThrottleLimit}} -ErrorAction SilentlyContinue -ErrorVariable failed
        }
        catch {
            $problems = @($_)
        }

        # What Invoke-EtlJob has seen is in the log; the rest is written here.
        foreach ($problem in $problems) {
            [IO.File]::AppendAllText($log, "$([DateTimeOffset]::Now.ToString('yyyy-MM-dd HH:mm:ss zzz', [cultureinfo]::InvariantCulture)) ERROR   $problem$([Environment]::NewLine)")
        }

        exit [int](@($problems).Count + @($failed).Count -gt 0)

        """;

    /// <summary>This PowerShell, or the host that runs where there is none.</summary>
    private static string[] Command(EtlSchedule schedule)
    {
        string process = Environment.ProcessPath ?? "";
        if (Assembly.GetEntryAssembly() is { } entry && entry.GetName().Name == HostName)
        {
            return Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase) ? [process, entry.Location, schedule.Script] : [process, schedule.Script];
        }

        string? shell = Path.GetFileNameWithoutExtension(process).StartsWith("pwsh", StringComparison.OrdinalIgnoreCase) ? process : OnPath(OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh");
        return shell is null
            ? throw new EtlException(Fault.SchedulerFailed, "PowerShell 7 (pwsh) is not on the PATH, so there is nothing that a schedule could start.", schedule.Name, null, "Install PowerShell 7, or register from it.")
            : [shell, "-NoProfile", "-NonInteractive", "-File", schedule.Script];
    }

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
