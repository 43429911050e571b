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
}
