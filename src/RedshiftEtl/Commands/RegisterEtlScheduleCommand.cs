using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Schedule.Register;

namespace RedshiftEtl.Commands;

/// <summary>Lets the system's scheduler run what is due: Task Scheduler on Windows, crontab elsewhere.</summary>
[Cmdlet(VerbsLifecycle.Register, "EtlSchedule", SupportsShouldProcess = true)]
[OutputType(typeof(EtlSchedule))]
public sealed class RegisterEtlScheduleCommand : ProjectCommand
{
    private static readonly JobOverride s_noChange = new();

    /// <summary>The schedule's name; the project folder's if not given, with the job's behind it for one job.</summary>
    [Parameter(Position = 0)]
    [ValidatePattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    public string? Name { get; set; }

    /// <summary>Jobs that get a schedule of their own each; without, one schedule runs whatever of the project is due.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[]? Job { get; set; }

    /// <summary>How often it looks for what is due, in minutes.</summary>
    [Parameter]
    [ValidateSet("1", "2", "3", "4", "5", "6", "10", "12", "15", "20", "30", "60")]
    public int Interval { get; set; } = 15;

    /// <summary>How many jobs run side by side at most.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>The log; in the project's folder schedule if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        EtlProject project = Require(OpenProject);
        Require(() =>
        {
            project.RequireFolder();
            return true;
        });
        if (Job is null)
        {
            ForInput(() => Register(project, null));
        }

        foreach (string job in Job ?? [])
        {
            ForInput(() => Register(project, project.GetJob(job, s_noChange)));
        }
    }

    private void Register(EtlProject project, EtlJob? job)
    {
        if (job is { Schedule: null })
        {
            throw new EtlException(Fault.ArgumentInvalid, $"Job '{job.Name}' has no Schedule, so it is never due.", job.Name, null, "Write one into its job.psd1: Schedule = 'Daily 02:30' (about_EtlSchedule).");
        }

        string folder = Path.TrimEndingDirectorySeparator(project.Folder!);
        string own = Name ?? Path.GetFileName(folder);
        string name = job is null ? own : $"{own}-{job.Name}";
        string files = Path.Combine(folder, Schedules.Folder);
        EtlSchedule schedule = Schedules.Plan(new EtlSchedule
        {
            Name = name,
            Project = folder,
            Job = job?.Name,
            EveryMinutes = Interval,
            ThrottleLimit = ThrottleLimit,
            Script = Path.Combine(files, $"{name}.ps1"),
            LogPath = LogPath is null ? Path.Combine(files, $"{name}.log") : ResolvePath(LogPath),
        });
        if (ShouldProcess(schedule.Entry, "Register"))
        {
            WriteObject(Schedules.Add(schedule, Path.Combine(MyInvocation.MyCommand.Module.ModuleBase, "RedshiftEtl.psd1")));
        }
        else if (IsWhatIf)
        {
            WriteObject(schedule);
        }
    }
}
