using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class StopTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Stopping_in_mid_extract_leaves_no_table_and_no_objects()
    {
        using ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE t (x INT)");
        project.Job("endless", "@{ Mode = 'Append'; Table = '§SCHEMA.t' }", "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.t (x BIGINT)",
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n");
        var running = new TaskCompletionSource();
        Outcome outcome = await project.Session.RunAsync("Invoke-EtlJob endless", record =>
        {
            if (record.Activity == "Extract")
            {
                running.TrySetResult();
            }
        }, () => running.Task);
        Assert.Empty(outcome.Output);
        Assert.False(project.HasSchema);
        Assert.Empty(project.StagedObjects());
        Assert.Empty(project.Rows("SELECT status FROM etl.run WHERE target = '§SCHEMA.t' AND status = 'Succeeded'"));
    }

    [Fact]
    public async Task A_stopped_run_is_in_the_history_and_gives_up_its_lease()
    {
        using ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE t (x INT)");
        project.Job("endless", "@{ Mode = 'Append'; Table = '§SCHEMA.t' }", "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.t (x BIGINT)",
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n");
        var running = new TaskCompletionSource();
        await project.Session.RunAsync("Invoke-EtlJob endless", record =>
        {
            if (record.Activity == "Extract")
            {
                running.TrySetResult();
            }
        }, () => running.Task);
        Assert.Equal(["Stopped"], project.Rows("SELECT status FROM etl.run WHERE target = '§SCHEMA.t'"));
        Assert.Empty(project.Rows("SELECT run_id FROM etl.lease WHERE job LIKE '%|§SCHEMA.t'"));
        Assert.Empty(project.Run("Get-EtlStage endless").Clean().Output);
    }

    [Fact]
    public async Task Several_jobs_side_by_side_are_all_stopped_and_those_that_wait_do_not_begin()
    {
        using ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE t (x INT)");
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse 'CREATE SCHEMA §SCHEMA'").Clean();
        foreach (string job in new[] { "one", "two", "waiting" })
        {
            project.Job(job, $"@{{ Mode = 'Append'; Table = '§SCHEMA.{job}' }}", $"CREATE TABLE §SCHEMA.{job} (x BIGINT)", "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n");
        }

        var running = new TaskCompletionSource();
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        Outcome outcome = await project.Session.RunAsync("Get-EtlJob | Invoke-EtlJob -ThrottleLimit 2", record =>
        {
            if (record.StatusDescription.StartsWith("Extract", StringComparison.Ordinal) && seen.TryAdd(record.Activity, true) && seen.Count == 2)
            {
                running.TrySetResult();
            }
        }, () => running.Task);
        Assert.Empty(outcome.Output);
        Assert.Empty(outcome.Errors);
        Assert.Equal(["one|Stopped", "two|Stopped"], project.Rows("SELECT job, status FROM etl.run WHERE target LIKE '§SCHEMA.%' ORDER BY job"));
        Assert.Empty(project.Rows("SELECT run_id FROM etl.lease WHERE job LIKE '%|§SCHEMA.%'"));
        Assert.Empty(project.StagedObjects());
        Assert.Equal("0", Assert.Single(project.Rows("SELECT COUNT(*) AS n FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '§SCHEMA'")));
    }
}
