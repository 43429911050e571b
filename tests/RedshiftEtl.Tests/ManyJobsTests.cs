using System.Globalization;
using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

/// <summary>Several jobs: what is due, in which order they run, side by side, and what a log says.</summary>
public class ManyJobsTests(SandboxFixture fixture)
{
    [Fact]
    public void A_job_tells_its_state_its_last_run_and_its_next()
    {
        using ProjectFolder project = Jobs("a", "b");
        project.Job("b", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.b'; Schedule = 'Daily 02:30'; Tag = 'nightly', 'Sales'; DependsOn = 'a' }");
        Assert.Equal(["a|NeverRun|∅|∅|False", "b|NeverRun|∅|02:30|False"], States(project));
        project.Run("Invoke-EtlJob a").Clean();
        project.Source("DROP TABLE data");
        project.Run("Invoke-EtlJob b").Fault("SqlInvalid");
        Assert.Equal(["a|Succeeded|True|∅|False", "b|Failed|True|02:30|False"], States(project));
        Assert.Equal("b", project.Run("Get-EtlJob -Tag sal*").Only("Name"));
        Assert.Equal("b|Unknown|∅", project.Run("Get-EtlJob b -SkipHistory").Only("Name", "State", "LastRun"));
    }

    [Fact]
    public void A_job_is_due_from_its_time_on_until_a_run_has_begun()
    {
        using ProjectFolder project = Jobs("a", "b", "c");
        foreach (string name in new[] { "a", "b" })
        {
            project.Job(name, $"@{{ Mode = 'Overwrite'; Table = '§SCHEMA.{name}'; Schedule = 'Daily 00:00'{(name == "a" ? "; DependsOn = 'b'" : "")} }}");
        }

        // Just written: its first time is still to come.
        Assert.Empty(project.Run("Get-EtlJob -Due").Clean().Output);
        Age(project, "a", "b", "c");
        Assert.Equal(["b", "a"], project.Run("Get-EtlJob -Due | ForEach-Object Name").Clean().Output.Select(item => item.ToString()));
        Assert.Equal(["b|Succeeded", "a|Succeeded"], project.Run("Get-EtlJob -Due | Invoke-EtlJob | ForEach-Object { \"$($_.Job)|$($_.Status)\" }").Clean().Output.Select(item => item.ToString()));
        Assert.Empty(project.Run("Get-EtlJob -Due").Clean().Output);
    }

    /// <summary>Two runners see the same job due; rows of an append would be doubled if both ran it.</summary>
    [Fact]
    public void A_job_that_was_due_and_has_been_run_since_is_left_out()
    {
        using ProjectFolder project = Jobs("a");
        project.Job("a", "@{ Mode = 'Append'; Table = '§SCHEMA.a'; Schedule = 'Daily 00:00' }");
        Age(project, "a");
        Outcome outcome = project.Run("$due = Get-EtlJob -Due; $null = $due | Invoke-EtlJob; $due | Invoke-EtlJob -Verbose").Clean();
        Assert.Equal("Skipped|0", $"{Assert.Single(outcome.Output).Properties["Status"].Value}|{outcome.Output[0].Properties["RowsLoaded"].Value}");
        Assert.Contains(outcome.Verbose, line => line.Contains("but another run has begun since then", StringComparison.Ordinal));
        Assert.Equal(["2"], project.Rows($"SELECT COUNT(*) AS n FROM {project.Schema}.a"));
        Assert.Equal(["1"], project.Rows($"SELECT COUNT(*) AS n FROM etl.run WHERE target = '{project.Schema}.a'"));

        // Asked for by hand it runs.
        Assert.Equal("Succeeded", project.Run("Get-EtlJob a | Invoke-EtlJob").Only("Status"));
    }

    [Fact]
    public void A_failure_skips_its_dependents_by_name_and_the_history_knows()
    {
        using ProjectFolder project = Jobs("a", "b", "c", "d");
        project.Job("a", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.a' }", initial: "SELECT id FROM nowhere");
        project.Job("b", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.b'; DependsOn = 'a' }");
        project.Job("c", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.c'; DependsOn = 'b' }");
        Outcome outcome = project.Run("Get-EtlJob c, b, a, d | Invoke-EtlJob -ThrottleLimit 2");
        Assert.Equal(
            ["a|Failed", "b|Skipped", "c|Skipped", "d|Succeeded"],
            outcome.Output.Select(run => $"{run.Properties["Job"].Value}|{run.Properties["Status"].Value}").Order());
        string[] skipped = outcome.Errors.Where(error => error.FullyQualifiedErrorId.StartsWith("DependencyFailed,", StringComparison.Ordinal)).Select(error => error.ToString()).Order().ToArray();
        Assert.Equal(["Job 'b' was left out, since job 'a', which it depends on, failed.", "Job 'c' was left out, since job 'b', which it depends on, was left out itself."], skipped);
        Assert.Equal(["b|Skipped", "c|Skipped"], project.Rows($"SELECT job, status FROM etl.run WHERE target LIKE '{project.Schema}.%' AND status = 'Skipped' ORDER BY job"));
        Assert.Equal("Skipped", project.Run("(Get-EtlJob b).State").Only().ToString());
    }

    [Fact]
    public void A_due_job_is_left_out_when_one_that_it_depends_on_failed_before_and_waits_while_that_one_runs()
    {
        using ProjectFolder project = Jobs("a", "b");
        project.Job("b", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.b'; Schedule = 'Daily 00:00'; DependsOn = 'a' }");
        Age(project, "b");
        project.Run("Invoke-EtlJob a").Clean();
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse \"INSERT INTO etl.lease (job, run_id, host, acquired_at, expires_at) VALUES ('a|§SCHEMA.a', 'x', 'elsewhere', GETDATE(), DATEADD(second, 600, GETDATE()))\"").Clean();
        Assert.Empty(project.Run("Get-EtlJob b -Due").Clean().Output);
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse \"DELETE FROM etl.lease WHERE job = 'a|§SCHEMA.a'\"").Clean();
        project.Run("Invoke-EtlJob a -Load Initial -InitialSqlFile jobs/a/delete.sql").Fault("SqlInvalid");
        Assert.Equal("a", project.Run("Get-EtlJob b -Due").Only("BlockedBy"));
        Assert.Contains("did not succeed in its last run", project.Run("Get-EtlJob -Due | Invoke-EtlJob").Fault("DependencyFailed").ToString(), StringComparison.Ordinal);
        Assert.Empty(project.Run("Get-EtlJob -Due").Clean().Output);
        project.Run("Invoke-EtlJob a, b").Clean();
    }

    [Fact]
    public void A_definition_with_a_mistake_and_a_warehouse_that_is_down_stop_no_other_due_job()
    {
        using ProjectFolder project = Jobs("a", "b", "c", "d");
        project.Write("connections.psd1", project.ConnectionText.Replace("  lake =", "  down = @{ Type = 'Redshift'; Host = '127.0.0.1'; Port = 1; Database = 'dw'; Username = 'etl'; Password = 'x'; SslMode = 'Require' }\n  lake =", StringComparison.Ordinal));
        foreach ((string job, string more) in new[] { ("a", "Warehouse = 'dw'"), ("b", "Warehouse = 'dw'; DependsOn = 'd'"), ("c", "Warehouse = 'down'"), ("d", "Mistake = 1") })
        {
            project.Job(job, $"@{{ Mode = 'Overwrite'; Table = '§SCHEMA.{job}'; Schedule = 'Daily 00:00'; {more} }}");
        }

        Age(project, "a", "b", "c", "d");
        Outcome outcome = project.Run("Get-EtlJob -Due | Invoke-EtlJob");
        Assert.Equal(["a|Succeeded", "b|Skipped"], outcome.Output.Select(run => $"{run.Properties["Job"].Value}|{run.Properties["Status"].Value}").Order());
        Assert.Equal(["ConnectionFailed", "DefinitionInvalid", "DependencyFailed"], outcome.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]).Order());
    }

    [Fact]
    public void Names_with_wildcards_are_those_that_are_there()
    {
        using ProjectFolder project = Jobs("one", "other", "third");
        Assert.Equal(["one", "other"], project.Run("Invoke-EtlJob o*, nothing* | ForEach-Object Job").Clean().Output.Select(item => item.ToString()));
        Assert.Equal(["one", "other", "third"], project.Run("Get-EtlPlan * | ForEach-Object { $_.Job.Name }").Clean().Output.Select(item => item.ToString()));
        project.Run("Invoke-EtlJob thirt").Fault("JobNotFound");
    }

    [Fact]
    public void A_circle_is_refused_before_anything_runs()
    {
        using ProjectFolder project = Jobs("a", "b", "c");
        project.Job("a", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.a'; DependsOn = 'b' }");
        project.Job("b", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.b'; DependsOn = 'a' }");
        Outcome outcome = project.Run("Get-EtlJob | Invoke-EtlJob");
        Assert.Contains("a → b → a", outcome.Fault("DependencyCycle").ToString(), StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public async Task Jobs_run_side_by_side_with_a_bar_each_under_one()
    {
        using ProjectFolder project = Jobs("a", "b", "c");
        var bars = new System.Collections.Concurrent.ConcurrentQueue<ProgressRecord>();
        Outcome outcome = (await project.Session.RunAsync("Get-EtlJob | Invoke-EtlJob -ThrottleLimit 3", bars.Enqueue, null)).Clean();
        Assert.Equal(["a", "b", "c"], outcome.Output.Select(run => (string)run.Properties["Job"].Value).Order());
        ProgressRecord whole = Assert.Single(bars.Where(bar => bar.ParentActivityId < 0).GroupBy(bar => bar.ActivityId)).Last();
        Assert.Equal(["a", "b", "c"], bars.Where(bar => bar.ParentActivityId == whole.ActivityId).Select(bar => bar.Activity).Distinct().Order());
        Assert.Contains(bars, bar => bar.ActivityId == whole.ActivityId && bar.StatusDescription == "3 of 3 jobs" && bar.PercentComplete == 100);
        Assert.Equal(ProgressRecordType.Completed, whole.RecordType);
    }

    [Fact]
    public void A_log_has_decisions_milestones_errors_and_results_and_is_put_aside_when_it_has_grown()
    {
        using ProjectFolder project = Jobs("a", "b");
        project.Job("b", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.b' }", initial: "SELECT id FROM nowhere");
        string log = project.Write("logs/run.log", new string('x', 10 * 1024 * 1024));
        project.Write("logs/run.log.1", "older");
        Outcome outcome = project.Run("Get-EtlJob | Invoke-EtlJob -LogPath logs/run.log");
        Assert.Equal(2, outcome.Output.Count);
        string text = File.ReadAllText(log);
        Assert.Matches(@"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d VERBOSE \[a\] Job 'a': Initial load, since", text);
        Assert.Matches("(?m) INFO    2 rows loaded into ", text);
        Assert.Matches("(?m) INFO    Run [0-9a-f]+: a Initial Succeeded \\(2 rows\\)", text);
        Assert.Matches("(?m) ERROR   SqlInvalid: initial.sql, line 1", text);
        Assert.DoesNotContain(project.SecretKey, text, StringComparison.Ordinal);
        Assert.DoesNotContain(project.Password, text, StringComparison.Ordinal);
        Assert.Equal("older", File.ReadAllText(log + ".2"));
        Assert.Equal(10 * 1024 * 1024, new FileInfo(log + ".1").Length);
    }

    [Fact]
    public void A_log_that_cannot_be_written_is_said_before_anything_runs()
    {
        using ProjectFolder project = Jobs("a");
        project.Run("Invoke-EtlJob a -LogPath source.sqlite/run.log").Fault("ArgumentInvalid");
        Assert.False(project.HasTable("a"));
    }

    [Fact]
    public void A_warehouse_that_does_not_answer_leaves_the_state_unknown_but_is_an_error_for_what_is_due()
    {
        using ProjectFolder project = Jobs("a");
        project.Write("connections.psd1", "@{ src = @{ Type = 'SQLite'; DataSource = 'source.sqlite' }; dw = @{ Type = 'Redshift'; Host = '127.0.0.1'; Port = 1; Database = 'dw'; Username = 'etl'; Password = 'x'; SslMode = 'Require' } }");
        Outcome outcome = project.Run("Get-EtlJob");
        Assert.Equal("a|Unknown", outcome.Only("Name", "State"));
        Assert.Contains("unknown", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
        project.Run("Get-EtlJob -Due").Fault("ConnectionFailed");
        Assert.Empty(project.Run("Get-EtlJob -SkipHistory").Clean().Warnings);
        project.Run("Get-EtlJob -Due -SkipHistory").Fault("ArgumentInvalid");
    }

    [Theory]
    [InlineData("Schedule = 'Dayly 02:30'", "'Dayly 02:30' is no schedule")]
    [InlineData("Schedule = @{ At = 'Daily 02:30'; TimeZone = 'Europe/Belrin' }", "Did you mean 'Europe/Berlin'?")]
    [InlineData("Schedule = @{ At = 'Daily 02:30'; Grace = '01:00:00' }", "goes with CatchUp = 'Skip'")]
    [InlineData("Schedule = @{ TimeZone = 'UTC' }", "At of Schedule of job 'a' is missing")]
    [InlineData("DependsOn = 'c'", "names 'c', which is no job of the project")]
    [InlineData("DependsOn = 'A'", "names the job itself")]
    public void Mistakes_of_a_schedule_are_told_with_their_line(string key, string said)
    {
        using ProjectFolder project = Jobs("a", "b");
        project.Job("a", $"@{{ Mode = 'Overwrite'; Table = 't'\n {key} }}");
        string message = project.Run("Get-EtlJob a -SkipHistory").Fault("DefinitionInvalid").ToString();
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.Contains("job.psd1", message, StringComparison.Ordinal);
    }

    private static string[] States(ProjectFolder project) => project.Run("Get-EtlJob").Clean().Output.Select(job => Outcome.Show(
    [
        job.Properties["Name"].Value, job.Properties["State"].Value, job.Properties["LastRun"].Value is DateTimeOffset last ? DateTimeOffset.UtcNow - last < TimeSpan.FromMinutes(10) : null,
        job.Properties["NextRun"].Value is DateTimeOffset next ? next.ToString("HH:mm", CultureInfo.InvariantCulture) : null, job.Properties["IsDue"].Value,
    ])).ToArray();

    private static void Age(ProjectFolder project, params string[] jobs)
    {
        foreach (string job in jobs)
        {
            File.SetLastWriteTimeUtc(Path.Combine(project.Folder, "jobs", job, "job.psd1"), DateTime.UtcNow.AddDays(-3));
        }
    }

    private ProjectFolder Jobs(params string[] names)
    {
        var project = new ProjectFolder(fixture);
        project.Source("CREATE TABLE data (id INTEGER, name TEXT); INSERT INTO data VALUES (1, 'a'), (2, 'b')");
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse 'CREATE SCHEMA §SCHEMA'").Clean();
        foreach (string name in names)
        {
            project.Job(name, $"@{{ Mode = 'Overwrite'; Table = '§SCHEMA.{name}' }}", $"CREATE TABLE §SCHEMA.{name} (id INTEGER, name VARCHAR(20))", "SELECT id, name FROM data", "SELECT id, name FROM data", $"DELETE FROM §SCHEMA.{name}");
        }

        return project;
    }
}
