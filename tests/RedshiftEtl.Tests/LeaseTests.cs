using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class LeaseTests(SandboxFixture fixture)
{
    private static readonly string[] s_refusals = ["JobRunning", "TableNotEmpty"];

    [Fact]
    public void A_job_that_runs_elsewhere_is_not_run_and_its_holder_is_named()
    {
        using ProjectFolder project = Rows();
        Hold(project, "elsewhere", seconds: 600);
        ErrorRecord error = project.Run("Invoke-EtlJob rows").Fault("JobRunning");
        Assert.Contains("run 1234 by somebody on elsewhere (process 42)", error.ToString(), StringComparison.Ordinal);
        Assert.False(project.HasTable("rows"));
    }

    [Theory]
    [InlineData("elsewhere", -1, "it was not renewed")]
    [InlineData("§HOST", 600, "that process is gone or done")]
    public void The_lease_of_a_dead_holder_is_taken_over_and_said(string host, int seconds, string said)
    {
        using ProjectFolder project = Rows();
        Hold(project, host.Replace("§HOST", Environment.MachineName, StringComparison.Ordinal), seconds, process: int.MaxValue);
        Outcome outcome = project.Run("Invoke-EtlJob rows -WarningVariable said -WarningAction SilentlyContinue; \"$said\"");
        Assert.Equal("Succeeded", outcome.Output[0].Properties["Status"].Value.ToString());
        Assert.Contains(said, outcome.Output[1].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-2, true)]
    [InlineData(2, true)]
    [InlineData(-3600, false)]
    public void A_holder_that_lives_keeps_its_lease_though_two_processes_tell_its_start_a_little_apart(int seconds, bool isKept)
    {
        using ProjectFolder project = Rows();
        using var holder = System.Diagnostics.Process.GetProcessById(Convert.ToInt32(PSObject.AsPSObject(fixture.Sandbox).Properties["ProcessId"].Value, System.Globalization.CultureInfo.InvariantCulture));
        Hold(project, Environment.MachineName, 600, holder.Id, holder.StartTime.ToUniversalTime().AddSeconds(seconds));
        Outcome outcome = project.Run("Invoke-EtlJob rows -WarningAction SilentlyContinue");
        if (isKept)
        {
            outcome.Fault("JobRunning");
        }
        else
        {
            // Another process has got the dead one's number.
            Assert.Equal("Succeeded", outcome.Only("Status"));
        }
    }

    [Fact]
    public async Task Wait_runs_the_job_when_the_other_run_has_ended()
    {
        using ProjectFolder project = Rows();
        Hold(project, "elsewhere", seconds: 600);
        var waiting = Task.Run(() => project.Run("Invoke-EtlJob rows -Wait -WarningAction SilentlyContinue"));
        using ModuleSession other = fixture.Open();
        other.Run($"Invoke-RedshiftSql $sandbox.Warehouse \"DELETE FROM etl.lease WHERE job = 'rows|{project.Schema}.rows'\"").Clean();
        Assert.Equal("Succeeded", (await waiting).Only("Status"));
    }

    [Fact]
    public void A_run_gives_its_lease_up_whether_it_succeeds_or_fails()
    {
        using ProjectFolder project = Rows();
        project.Run("Invoke-EtlJob rows").Clean();
        project.Source("INSERT INTO data VALUES (9, 'too long')");
        project.Run("Invoke-EtlJob rows").Fault("CopyRejected");
        Assert.Empty(project.Rows("SELECT run_id FROM etl.lease WHERE job LIKE '%|§SCHEMA.rows'"));
    }

    [Fact]
    public async Task Two_sessions_that_run_one_job_at_once_commit_its_rows_once()
    {
        using ProjectFolder project = Rows();
        using ModuleSession other = fixture.Open(("folder", project.Folder));
        Outcome[] outcomes = await Task.WhenAll(
            Task.Run(() => project.Run("Invoke-EtlJob rows -Load Initial")), Task.Run(() => other.Run("Invoke-EtlJob rows -Load Initial -Project $folder")));
        string[] ends = outcomes.Select(outcome => outcome.Errors.Count == 0 ? "ok" : ((ErrorRecord)outcome.Errors[0]).FullyQualifiedErrorId.Split(',')[0]).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal("ok", ends[^1]);
        Assert.Contains(ends[0], s_refusals);
        Assert.Equal(["2"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.rows"));
    }

    [Fact]
    public void A_job_with_a_hostile_name_is_run_and_found_in_the_history()
    {
        using ProjectFolder project = Rows();
        const string Name = "o'brien -- \u00e4; DROP %_";
        project.Job(Name, "@{ Mode = 'Append'; Table = '§SCHEMA.hostile' }", "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.hostile (id INT, name VARCHAR(3))", "SELECT id, name FROM data", "SELECT id, name FROM data");
        project.Run($"$name = \"{Name}\"; $null = Invoke-EtlJob $name").Clean();
        Assert.Equal("Ongoing|2", project.Run($"$name = \"{Name}\"; Invoke-EtlJob $name").Only("Load", "Sequence"));
        Assert.Equal(2, project.Run($"$name = \"{Name}\"; Get-EtlRun $name | ForEach-Object {{ if ($_.Table -eq '§SCHEMA.hostile') {{ $_ }} }}").Clean().Output.Count);
        Assert.Empty(project.Rows("SELECT run_id FROM etl.lease WHERE job LIKE '%|§SCHEMA.hostile'"));
    }

    private static void Hold(ProjectFolder project, string host, int seconds, int process = 42, DateTime? started = null)
    {
        // A first run makes the tables; the job itself is not run.
        project.Run("$null = Invoke-EtlJob other").Clean();
        project.Run($"Invoke-RedshiftSql $sandbox.Warehouse \"INSERT INTO etl.lease VALUES ('rows|§SCHEMA.rows', '1234', '{host}', 'somebody', {process}, '{started ?? new DateTime(2020, 1, 1):yyyy-MM-ddTHH:mm:ssZ}', GETDATE(), DATEADD(second, {seconds}, GETDATE()))\"").Clean();
    }

    private ProjectFolder Rows()
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT, name TEXT); INSERT INTO data VALUES (1, 'a'), (2, 'b')");
        foreach (string job in new[] { "rows", "other" })
        {
            project.Job(job, $$"""@{ Mode = 'Append'; Table = '§SCHEMA.{{job}}' }""",
                $"CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.{job} (id INT, name VARCHAR(3))", "SELECT id, name FROM data", "SELECT id, name FROM data");
        }

        return project;
    }
}
