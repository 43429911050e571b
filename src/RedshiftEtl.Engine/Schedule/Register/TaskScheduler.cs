using System.Globalization;
using System.Xml.Linq;

namespace RedshiftEtl.Engine.Schedule.Register;

/// <summary>Windows' Task Scheduler: a task in the folder \RedshiftEtl for each entry. It runs whether or not the user is logged on, without a stored password.</summary>
internal sealed class TaskScheduler : IScheduler
{
    private const string Program = "schtasks.exe";
    private const string Folder = @"\RedshiftEtl\";

    private static readonly XNamespace s_task = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    /// <inheritdoc/>
    public string Describe(EtlSchedule schedule, IReadOnlyList<string> command) => new XDocument(
        new XDeclaration("1.0", "UTF-16", null),
        new XElement(s_task + "Task",
            new XAttribute("version", "1.2"),
            new XElement(s_task + "RegistrationInfo",
                new XElement(s_task + "Author", $"{Environment.UserDomainName}\\{Environment.UserName}"),
                new XElement(s_task + "Description", schedule.Job is { } job ? $"Runs job '{job}' of {schedule.Project} when it is due." : $"Runs what is due of {schedule.Project}."),
                new XElement(s_task + "Documentation", ScheduleMark.Of(schedule))),
            new XElement(s_task + "Triggers",
                new XElement(s_task + "TimeTrigger",
                    new XElement(s_task + "Repetition",
                        new XElement(s_task + "Interval", string.Create(CultureInfo.InvariantCulture, $"PT{schedule.EveryMinutes}M")),
                        new XElement(s_task + "StopAtDurationEnd", "false")),
                    // Any midnight that has passed: from there on it repeats without an end.
                    new XElement(s_task + "StartBoundary", "2026-01-01T00:00:00"),
                    new XElement(s_task + "Enabled", "true"))),
            new XElement(s_task + "Principals",
                new XElement(s_task + "Principal",
                    new XAttribute("id", "Author"),
                    new XElement(s_task + "UserId", $"{Environment.UserDomainName}\\{Environment.UserName}"),
                    new XElement(s_task + "LogonType", "S4U"),
                    new XElement(s_task + "RunLevel", "LeastPrivilege"))),
            new XElement(s_task + "Settings",
                // A long job must not keep the short ones waiting; the jobs' leases keep one from running twice.
                new XElement(s_task + "MultipleInstancesPolicy", "Parallel"),
                new XElement(s_task + "DisallowStartIfOnBatteries", "false"),
                new XElement(s_task + "StopIfGoingOnBatteries", "false"),
                new XElement(s_task + "StartWhenAvailable", "true"),
                // No limit: a job has a Timeout of its own.
                new XElement(s_task + "ExecutionTimeLimit", "PT0S"),
                new XElement(s_task + "Enabled", "true")),
            new XElement(s_task + "Actions",
                new XAttribute("Context", "Author"),
                new XElement(s_task + "Exec",
                    new XElement(s_task + "Command", command[0]),
                    new XElement(s_task + "Arguments", string.Join(' ', command.Skip(1).Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word))),
                    new XElement(s_task + "WorkingDirectory", schedule.Project))))).ToString();

    /// <inheritdoc/>
    public IReadOnlyList<EtlSchedule> List()
    {
        (int exitCode, string output, string errors) = SystemProgram.Run(Program, null, "/Query", "/XML", "ONE");
        return exitCode == 0 ? Read(output) : throw Failed(errors);
    }

    /// <inheritdoc/>
    public void Add(EtlSchedule schedule, IReadOnlyList<string> command)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Describe(schedule, command), System.Text.Encoding.Unicode);
            Change("/Create", "/TN", Folder + schedule.Name, "/XML", file, "/F");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void Remove(EtlSchedule schedule) => Change("/Delete", "/TN", Folder + schedule.Name, "/F");

    /// <summary>Our tasks in what schtasks lists.</summary>
    internal static IReadOnlyList<EtlSchedule> Read(string xml)
    {
        int start = xml.IndexOf('<', StringComparison.Ordinal);
        return start < 0 ? [] : XDocument.Parse(xml[start..]).Descendants(s_task + "Task")
            .Select(task => task.Element(s_task + "RegistrationInfo")?.Element(s_task + "Documentation")?.Value is { } mark && ScheduleMark.Read(mark) is { } schedule
                ? schedule with { Entry = task.ToString() }
                : null)
            .OfType<EtlSchedule>()
            .ToArray();
    }

    private static void Change(params string[] arguments)
    {
        (int exitCode, _, string errors) = SystemProgram.Run(Program, null, arguments);
        if (exitCode != 0)
        {
            throw Failed(errors);
        }
    }

    private static EtlException Failed(string errors) => new(Fault.SchedulerFailed, $"The Task Scheduler refused: {errors.Trim()}", Program, null,
        "Run PowerShell as an administrator: tasks that run whether or not a user is logged on need that right.");
}
