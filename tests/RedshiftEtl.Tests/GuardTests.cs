using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class GuardTests(SandboxFixture fixture)
{
    [Theory]
    [InlineData("MinRows = 4", "gave 3 rows, fewer than the job's MinRows of 4")]
    [InlineData("MaxRows = 2", "more than the job's MaxRows of 2")]
    public void Too_few_or_too_many_rows_stop_the_load_with_numbers(string guard, string said)
    {
        using ProjectFolder project = Rows(guard);
        ErrorRecord error = project.Run("Invoke-EtlJob rows").Fault("GuardFailed");
        Assert.Contains(said, error.ToString(), StringComparison.Ordinal);
        Assert.False(project.HasTable("rows"));
    }

    [Fact]
    public void A_delete_of_too_large_a_share_stops_the_load_and_deletes_nothing()
    {
        using ProjectFolder project = Rows("MaxDeletePercent = 66; MinRows = 1; MaxRows = 3");
        project.Run("Invoke-EtlJob rows").Clean();
        ErrorRecord error = project.Run("Invoke-EtlJob rows -Parameter @{ since = 2 }").Fault("GuardFailed");
        Assert.Contains("2 of 3 rows", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("66.7 %", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["1", "2", "3"], project.Rows("SELECT id FROM §SCHEMA.rows ORDER BY id"));
        Assert.Equal("1|1", project.Run("Invoke-EtlJob rows").Only("RowsLoaded", "RowsDeleted"));
    }

    [Fact]
    public void A_run_that_takes_longer_than_its_timeout_ends_and_the_history_says_Stopped()
    {
        using ProjectFolder project = Rows("Timeout = '00:00:02'");
        project.Write("jobs/rows/initial.sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) AS id FROM n");
        ErrorRecord error = project.Run("Invoke-EtlJob rows").Fault("TimedOut");
        Assert.Contains("Timeout of 00:00:02", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["Stopped"], project.Rows("SELECT status FROM etl.run WHERE target = '§SCHEMA.rows'"));
        Assert.Empty(project.Rows("SELECT run_id FROM etl.lease WHERE job LIKE '%|§SCHEMA.rows'"));
        Assert.Empty(project.Run("Get-EtlStage rows").Clean().Output);
    }

    [Theory]
    [InlineData("MinRows = -1", "MinRows")]
    [InlineData("MinRows = 5; MaxRows = 2", "MinRows")]
    [InlineData("MaxDeletePercent = 101", "MaxDeletePercent")]
    [InlineData("Timeout = '10'", "Timeout")]
    [InlineData("KeepStage = 'Sometimes'", "KeepStage")]
    [InlineData("KeepStage = 0", "KeepStage")]
    [InlineData("Retry = 21", "Retry")]
    public void Nonsense_in_the_job_is_refused(string text, string key)
    {
        using ProjectFolder project = Rows(text);
        Assert.Contains(key, project.Run("Invoke-EtlJob rows").Fault("DefinitionInvalid").ToString(), StringComparison.Ordinal);
    }

    private ProjectFolder Rows(string guard)
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT); INSERT INTO data VALUES (1), (2), (3)");
        project.Job("rows", $$"""@{ Mode = 'Overwrite'; Table = '§SCHEMA.rows'; Parameter = @{ since = 3 }; {{guard}} }""",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT)", "SELECT id FROM data", "SELECT id FROM data WHERE id >= @since", "DELETE FROM §SCHEMA.rows WHERE id >= @since");
        return project;
    }
}
