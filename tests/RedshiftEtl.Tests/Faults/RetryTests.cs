using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests.Faults;

/// <summary>One fault, one run: what is repeated, what is not, and what the user is told. A sandbox of its own, one test after the other.</summary>
public sealed class RetryTests(BreakingSandbox sandbox) : IClassFixture<BreakingSandbox>, IAsyncLifetime
{
    private const string Run = "Invoke-EtlJob rows -WarningVariable said -WarningAction SilentlyContinue; \"$said\"";

    /// <summary>Tests run in any order: a fault that one left armed must not strike the next.</summary>
    public async ValueTask InitializeAsync() => await sandbox.ResetAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_serializable_violation_repeats_the_whole_transaction_from_the_staged_parts()
    {
        using ProjectFolder project = Rows();
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "statement", pattern = "^COPY", action = "error", sqlState = "XX000", message = "1023 Serializable isolation violation on table", times = 1 });
        Outcome outcome = project.Run(Run);
        Assert.Equal("Succeeded", outcome.Output[0].Properties["Status"].Value.ToString());
        Assert.Contains("1023 Serializable isolation violation", outcome.Output[1].ToString(), StringComparison.Ordinal);
        Assert.Contains("Trying again in", outcome.Output[1].ToString(), StringComparison.Ordinal);
        string[] statements = await sandbox.StatementsAsync();
        Assert.Equal(2, statements.Count(sql => sql.StartsWith("COPY", StringComparison.Ordinal)));
        Assert.Equal(["2"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.rows"));
    }

    [Fact]
    public async Task What_does_not_pass_is_not_repeated()
    {
        using ProjectFolder project = Rows();
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "statement", pattern = "^COPY", action = "error", sqlState = "42501", message = "permission denied for relation rows", times = 0 });
        project.Run("Invoke-EtlJob rows").Fault("CopyDenied");
        Assert.Single(await sandbox.StatementsAsync(), sql => sql.StartsWith("COPY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Repeating_ends_and_both_the_first_and_the_last_error_are_told()
    {
        using ProjectFolder project = Rows("Retry = 1");
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "statement", pattern = "^COPY", action = "error", sqlState = "XX000", message = "1023 Serializable isolation violation, the first", times = 1 });
        await sandbox.BreakAsync(new { kind = "statement", pattern = "^COPY", action = "error", sqlState = "XX000", message = "1023 Serializable isolation violation, the second", times = 0 });
        ErrorRecord error = project.Run("Invoke-EtlJob rows -WarningAction SilentlyContinue").Fault("TransactionConflict");
        Assert.Contains("the second", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("(attempt 2 of 2). The first error was:", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("the first", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("before", "was not committed", 2)]
    [InlineData("after", "it was committed", 1)]
    public async Task A_connection_that_dies_during_COMMIT_is_looked_up_and_the_rows_are_there_once(string point, string said, int copies)
    {
        using ProjectFolder project = Rows();
        int commit = await NumberOfCommitAsync(project);
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "statement", number = commit, point, action = "drop", times = 1 });
        Outcome outcome = project.Run(Run);
        Assert.Equal("Succeeded", outcome.Output[0].Properties["Status"].Value.ToString());
        Assert.Contains(said, outcome.Output[1].ToString(), StringComparison.Ordinal);
        Assert.Equal(copies, (await sandbox.StatementsAsync()).Count(sql => sql.StartsWith("COPY", StringComparison.Ordinal)));
        Assert.Equal(["4"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.rows"));
        Assert.Equal(["2"], project.Rows("SELECT COUNT(*) AS n FROM etl.run WHERE target = '§SCHEMA.rows' AND status = 'Succeeded'"));
    }

    [Fact]
    public async Task A_host_that_is_not_known_is_not_tried_again()
    {
        using ProjectFolder project = Rows();
        await sandbox.ResetAsync();
        project.Write("connections.psd1", System.Text.RegularExpressions.Regex.Replace(project.ConnectionText, "Type = 'Redshift'; Host = '[^']*'", "Type = 'Redshift'; Host = 'no-such-host.invalid'"));
        using var session = new ModuleSession(("folder", project.Folder));
        ErrorRecord error = session.Run("Invoke-EtlJob rows -Project $folder").Fault("HostNotFound");
        Assert.DoesNotContain("attempt", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_s3_that_is_busy_for_a_moment_fails_no_run()
    {
        using ProjectFolder project = Rows();
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "s3", operation = "PutObject", status = 503, times = 2 });
        Assert.Equal("Succeeded|2", project.Run("Invoke-EtlJob rows -WarningAction SilentlyContinue").Only("Status", "RowsLoaded"));
    }

    [Fact]
    public async Task What_a_run_may_still_be_writing_is_removed_only_by_force()
    {
        using ProjectFolder project = Rows("Retry = 0");
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "s3", operation = "PutObject", pattern = "manifest", status = 403, code = "AccessDenied", times = 0 });
        await sandbox.BreakAsync(new { kind = "s3", operation = "DeleteObject", status = 403, code = "AccessDenied", times = 0 });
        project.Run("Invoke-EtlJob rows -WarningAction SilentlyContinue").Fault("StageDenied");
        await sandbox.ResetAsync();
        Assert.Equal("False", project.Run("Get-EtlStage rows").Only("IsComplete"));
        project.Run("Get-EtlStage rows | Remove-EtlStage").Fault("JobRunning");
        project.Run("Get-EtlStage rows | Remove-EtlStage -Force").Clean();
        Assert.Empty(project.Run("Get-EtlStage rows").Clean().Output);
    }

    [Fact]
    public async Task A_run_that_has_been_overtaken_by_another_is_not_committed()
    {
        using ProjectFolder project = Rows();
        project.Run("$null = Invoke-EtlJob rows").Clean();

        // What a second run would leave if this one's lease was lost meanwhile: a committed row of the number that this one counts on.
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "statement", pattern = "^COPY", action = "delay", delayMilliseconds = 3_000, times = 1 });
        var slow = Task.Run(() => project.Run("Invoke-EtlJob rows"), TestContext.Current.CancellationToken);
        while (await sandbox.StruckAsync() == 0)
        {
            await Task.Yield();
        }

        using ModuleSession other = sandbox.Open();
        other.Run($"Invoke-RedshiftSql $sandbox.Warehouse \"INSERT INTO etl.run (run_id, job, load, mode, status, target, started_at, job_sequence) VALUES ('other', 'rows', 'Ongoing', 'Append', 'Succeeded', '{project.Schema}.rows', GETDATE(), 2)\"").Clean();
        (await slow).Fault("RunSuperseded");
        Assert.Equal(["2"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.rows"));
    }

    [Fact]
    public async Task Sessions_are_set_up_as_the_job_says_and_every_statement_says_whose_it_is()
    {
        using ProjectFolder project = Rows("Session = @{ QueryGroup = 'etl ''night'''; QuerySlotCount = 3; StatementTimeout = '00:10:00'; SearchPath = '§SCHEMA', 'public'; ApplicationName = 'night' }");
        await sandbox.ResetAsync();
        string run = project.Run("Invoke-EtlJob rows").Only("RunId");
        string[] statements = await sandbox.StatementsAsync();
        foreach (string set in new[] { "SET query_group TO 'etl ''night'''", "SET wlm_query_slot_count TO 3", "SET statement_timeout TO 600000", $"SET search_path TO \"{project.Schema}\", \"public\"" })
        {
            Assert.Contains(set, statements);
        }

        string[] comments = await sandbox.CommentsAsync();
        Assert.Equal($"/* RedshiftEtl job=rows run={run} */", Assert.Single(comments.Distinct(), comment => comment.StartsWith("/*", StringComparison.Ordinal)));

        // The driver's own queries, by which it learns of types, are the only ones without.
        Assert.All(statements.Zip(comments), pair => Assert.True(
            pair.Second.StartsWith("/*", StringComparison.Ordinal) || pair.First == "SELECT version()" || pair.First.Contains("typname", StringComparison.Ordinal) || pair.First.Contains("attname", StringComparison.Ordinal), pair.First));
    }

    [Fact]
    public async Task A_statement_that_takes_longer_than_its_timeout_is_said_to_be_that()
    {
        using ProjectFolder project = Rows("Session = @{ StatementTimeout = '00:00:01' }");
        await sandbox.ResetAsync();
        project.Write("jobs/rows/create.sql", "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.rows AS SELECT COUNT(*) AS id FROM pg_attribute a, pg_attribute b, pg_attribute c");
        project.Run("Invoke-EtlJob rows").Fault("TimedOut");
    }

    [Fact]
    public async Task Maintenance_that_fails_is_a_warning_on_a_run_that_succeeded_and_stands_in_the_history()
    {
        using ProjectFolder project = Rows("Maintenance = @{ Method = 'Analyze'; MinRows = 0 }");
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "statement", pattern = "^ANALYZE", action = "error", sqlState = "42501", message = "permission denied for relation rows", times = 0 });
        Outcome outcome = project.Run(Run);
        Assert.Equal("Succeeded", outcome.Output[0].Properties["Status"].Value.ToString());
        Assert.StartsWith("Failed: ", (string)outcome.Output[0].Properties["Maintenance"].Value, StringComparison.Ordinal);
        Assert.Contains("but its maintenance failed", outcome.Output[1].ToString(), StringComparison.Ordinal);
        Assert.Equal(["Failed|True"], project.Rows("SELECT status, error LIKE '%permission denied%' AS said FROM etl.run WHERE target = '§SCHEMA.rows' AND load = 'Maintenance'"));
        Assert.Equal(["2"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.rows"));
    }

    [Fact]
    public async Task VACUUM_waits_for_its_turn()
    {
        using ProjectFolder project = Rows("");
        project.Run("$null = Invoke-EtlJob rows").Clean();
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "statement", pattern = "^VACUUM", action = "error", sqlState = "55006", message = "VACUUM is already running", times = 2 });
        Assert.Equal("VacuumFull|Succeeded", project.Run("Optimize-RedshiftTable §SCHEMA.rows -Warehouse dw -Method Vacuum -WarningAction SilentlyContinue").Only("Action", "Status"));
        Assert.Equal(3, (await sandbox.StatementsAsync()).Count(sql => sql.StartsWith("VACUUM FULL", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_line_is_read_from_the_part_when_the_server_keeps_no_value()
    {
        using ProjectFolder project = Rows("KeepStage = 'Never'");
        project.Source("INSERT INTO data VALUES (3, 'far too long')");
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "statement", pattern = "FROM stl_load_errors", action = "error", sqlState = "42P01", message = "relation \"stl_load_errors\" does not exist", times = 0 });
        ErrorRecord error = project.Run("Invoke-EtlJob rows").Fault("CopyRejected");
        Assert.Contains("line 3, column name", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("line '3,far too long'", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_jobs_at_once_with_violations_all_commit_once()
    {
        using ProjectFolder project = sandbox.Project();
        project.Source("CREATE TABLE data (id INT); INSERT INTO data VALUES (1), (2), (3)");
        string[] jobs = Enumerable.Range(1, 6).Select(i => $"job{i}").ToArray();
        foreach (string job in jobs)
        {
            project.Job(job, $"@{{ Mode = 'Append'; Table = '§SCHEMA.{job}'; Retry = 10 }}", $"CREATE TABLE §SCHEMA.{job} (id INT)", "SELECT id FROM data", "SELECT id FROM data");
        }

        project.Run("Invoke-RedshiftSql $sandbox.Warehouse 'CREATE SCHEMA §SCHEMA'").Clean();
        await sandbox.ResetAsync();
        await sandbox.BreakAsync(new { kind = "statement", pattern = "^COPY", action = "error", sqlState = "XX000", message = "1023 Serializable isolation violation on table", times = 6 });
        Outcome[] outcomes = await Task.WhenAll(jobs.Chunk(2).Select(pair => Task.Run(() =>
        {
            using ModuleSession session = sandbox.Open();
            return session.Run($"'{string.Join("', '", pair)}' | Invoke-EtlJob -Project '{project.Folder}' -WarningAction SilentlyContinue");
        }, TestContext.Current.CancellationToken)));
        Assert.All(outcomes, outcome => Assert.Equal(["Succeeded", "Succeeded"], outcome.Clean().Output.Select(run => run.Properties["Status"].Value.ToString())));
        Assert.Equal(6, await sandbox.StruckAsync());
        Assert.All(jobs, job => Assert.Equal(["3"], project.Rows($"SELECT COUNT(*) AS n FROM §SCHEMA.{job}")));
    }

    /// <summary>The number that the load's COMMIT has among a run's statements.</summary>
    private async Task<int> NumberOfCommitAsync(ProjectFolder project)
    {
        await sandbox.ResetAsync();
        project.Run("$null = Invoke-EtlJob rows -Load Initial").Clean();
        await sandbox.ResetAsync();
        project.Run("$null = Invoke-EtlJob rows").Clean();
        string[] statements = await sandbox.StatementsAsync();
        int insert = Array.FindIndex(statements, sql => sql.StartsWith("INSERT INTO \"etl\".\"run\"", StringComparison.Ordinal));
        int commit = Array.FindIndex(statements, insert, sql => sql == "COMMIT") + 1;
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse \"DELETE FROM §SCHEMA.rows; DELETE FROM etl.run WHERE load = 'Ongoing' AND target = '§SCHEMA.rows'\"").Clean();
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse \"INSERT INTO §SCHEMA.rows VALUES (8, 'x'), (9, 'y')\"").Clean();
        return commit;
    }

    private ProjectFolder Rows(string more = "")
    {
        ProjectFolder project = sandbox.Project();
        project.Source("CREATE TABLE data (id INT, name TEXT); INSERT INTO data VALUES (1, 'a'), (2, 'b')");
        project.Job("rows", $$"""@{ Mode = 'Append'; Table = '§SCHEMA.rows'; {{more}} }""",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(3))", "SELECT id, name FROM data", "SELECT id, name FROM data");
        return project;
    }
}
