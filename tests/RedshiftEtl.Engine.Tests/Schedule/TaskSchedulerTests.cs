using System.Xml.Linq;
using RedshiftEtl.Engine.Schedule.Register;

namespace RedshiftEtl.Engine.Tests.Schedule;

/// <summary>What Windows' Task Scheduler is given; whether it takes it is tried on Windows.</summary>
public class TaskSchedulerTests
{
    private static readonly XNamespace s_task = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    private static readonly EtlSchedule s_schedule = new() { Name = "nightly", Project = @"C:\etl & more", EveryMinutes = 15, Script = @"C:\etl & more\schedule\nightly.ps1", LogPath = @"C:\etl & more\schedule\nightly.log" };

    [Fact]
    public void The_task_repeats_without_an_end_runs_without_a_user_and_side_by_side()
    {
        XElement task = XDocument.Parse(new RedshiftEtl.Engine.Schedule.Register.TaskScheduler().Describe(s_schedule, [@"C:\Program Files\PowerShell\7\pwsh.exe", "-NoProfile", "-File", s_schedule.Script])).Root!;
        Assert.Equal("PT15M", task.Descendants(s_task + "Interval").Single().Value);
        Assert.Empty(task.Descendants(s_task + "Duration"));
        Assert.Equal("S4U", task.Descendants(s_task + "LogonType").Single().Value);
        Assert.Equal("Parallel", task.Descendants(s_task + "MultipleInstancesPolicy").Single().Value);
        Assert.Equal("PT0S", task.Descendants(s_task + "ExecutionTimeLimit").Single().Value);
        Assert.Equal(@"C:\Program Files\PowerShell\7\pwsh.exe", task.Descendants(s_task + "Command").Single().Value);
        Assert.Equal(@"-NoProfile -File ""C:\etl & more\schedule\nightly.ps1""", task.Descendants(s_task + "Arguments").Single().Value);
    }

    /// <summary>schtasks /Query /XML ONE lists all tasks of the machine in one document, its paths as comments.</summary>
    [Fact]
    public void Ours_are_found_among_all_tasks()
    {
        string ours = new RedshiftEtl.Engine.Schedule.Register.TaskScheduler().Describe(s_schedule, ["pwsh.exe"]);
        string all = $"\uFEFF<?xml version=\"1.0\" encoding=\"UTF-16\"?><Tasks><!-- \\Other --><Task version=\"1.2\" xmlns=\"{s_task}\"><RegistrationInfo><Documentation>RedshiftEtl is not JSON</Documentation></RegistrationInfo></Task><!-- \\RedshiftEtl\\nightly -->{XDocument.Parse(ours).Root}</Tasks>";
        EtlSchedule found = Assert.Single(RedshiftEtl.Engine.Schedule.Register.TaskScheduler.Read(all));
        Assert.Equal(s_schedule, found with { Entry = "" });
        Assert.Empty(RedshiftEtl.Engine.Schedule.Register.TaskScheduler.Read("INFO: There are no scheduled tasks presently available."));
    }
}
