using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class ResumeTests(SandboxFixture fixture)
{
    [Fact]
    public void A_failed_run_is_loaded_from_what_it_staged_without_reading_the_source_again()
    {
        using ProjectFolder project = Rows();
        project.Run("$null = Invoke-EtlJob rows -ErrorAction SilentlyContinue");
        Assert.Equal("True|2", project.Run("Get-EtlStage rows").Only("IsComplete", "Rows"));
        Widen(project);
        project.Source("DROP TABLE data");
        Assert.Equal("Initial|Succeeded|2", project.Run("Resume-EtlRun rows").Only("Load", "Status", "RowsLoaded"));
        Assert.Equal(["1|a", "2|too long"], project.Rows("SELECT id, name FROM §SCHEMA.rows ORDER BY id"));
        Assert.Equal(["Failed", "Succeeded"], project.Rows("SELECT status FROM etl.run WHERE target = '§SCHEMA.rows' ORDER BY started_at"));
        Assert.Empty(project.Run("Get-EtlStage rows").Clean().Output);
    }

    [Fact]
    public void A_run_is_resumed_by_its_row_of_the_history()
    {
        using ProjectFolder project = Rows();
        project.Run("$null = Invoke-EtlJob rows -ErrorAction SilentlyContinue");
        Widen(project);
        Assert.Equal("Succeeded|2", project.Run("Get-EtlRun rows -Status Failed | ForEach-Object { if ($_.Table -eq '§SCHEMA.rows') { $_ } } | Resume-EtlRun").Only("Status", "RowsLoaded"));
    }

    [Fact]
    public void A_run_after_which_another_has_committed_is_not_resumed()
    {
        using ProjectFolder project = Rows("; KeepStage = 'Always'");
        string failed = project.Run("Invoke-EtlJob rows -ErrorAction SilentlyContinue").Output[0].Properties["RunId"].Value.ToString()!;
        project.Source("DELETE FROM data WHERE id = 2");
        string later = project.Run("Invoke-EtlJob rows").Only("RunId");
        project.Run($"Resume-EtlRun rows -RunId {failed}").Fault("RunSuperseded");
        project.Run($"Resume-EtlRun rows -RunId {later}").Fault("AlreadyLoaded");
        Assert.Equal(["1"], project.Rows("SELECT id FROM §SCHEMA.rows"));
    }

    [Fact]
    public void What_is_not_staged_is_not_resumed()
    {
        using ProjectFolder project = Rows();
        project.Run("Resume-EtlRun rows").Fault("StagedRunNotFound");
        project.Run("Resume-EtlRun rows -RunId 0123456789abcdef").Fault("StagedRunNotFound");
    }

    private static void Widen(ProjectFolder project) =>
        project.Write("jobs/rows/create.sql", "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(30))");

    private ProjectFolder Rows(string more = "")
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT, name TEXT); INSERT INTO data VALUES (1, 'a'), (2, 'too long')");
        project.Job("rows", $$"""@{ Mode = 'Append'; Table = '§SCHEMA.rows'{{more}} }""",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(3))", "SELECT id, name FROM data", "SELECT id, name FROM data");
        return project;
    }
}
