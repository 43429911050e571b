using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class StagedRunTests(SandboxFixture fixture)
{
    [Theory]
    [InlineData("", 0, 1)]
    [InlineData("; KeepStage = 'Never'", 0, 0)]
    [InlineData("; KeepStage = 'Always'", 1, 2)]
    [InlineData("; KeepStage = 3", 1, 2)]
    public void What_stays_after_a_success_and_after_a_failure_is_what_the_job_says(string policy, int afterSuccess, int afterFailure)
    {
        using ProjectFolder project = Rows(policy);
        project.Run("Invoke-EtlJob rows").Clean();
        Assert.Equal(afterSuccess, project.Run("Get-EtlStage rows").Clean().Output.Count);
        project.Source("INSERT INTO data VALUES (9, 'too long')");
        project.Run("Invoke-EtlJob rows").Fault("CopyRejected");
        Assert.Equal(afterFailure, project.Run("Get-EtlStage rows").Clean().Output.Count);
    }

    [Fact]
    public void A_success_removes_what_earlier_runs_left_and_no_other_projects()
    {
        using ProjectFolder project = Rows("");
        project.Source("INSERT INTO data VALUES (9, 'too long')");
        project.Run("Invoke-EtlJob rows").Fault("CopyRejected");
        project.Write("jobs/rows/job.psd1", "@{ Mode = 'Append'; Table = '§SCHEMA.others' }");
        project.Run("Invoke-EtlJob rows -CreateSqlFile other.sql").Fault("CopyRejected");
        project.Write("jobs/rows/job.psd1", "@{ Mode = 'Append'; Table = '§SCHEMA.rows' }");
        project.Source("DELETE FROM data WHERE id = 9");
        project.Run("Invoke-EtlJob rows").Clean();
        Assert.Equal(["§SCHEMA.others".Replace("§SCHEMA", project.Schema, StringComparison.Ordinal)],
            project.Run("Get-EtlStage rows").Clean().Output.Select(run => run.Properties["Table"].Value.ToString()!));
    }

    [Fact]
    public void Remove_EtlStage_removes_every_object_and_WhatIf_none()
    {
        using ProjectFolder project = Rows("; KeepStage = 'Always'");
        project.Run("Invoke-EtlJob rows").Clean();
        Assert.NotEmpty(project.StagedObjects());
        project.Run("Get-EtlStage | Remove-EtlStage -WhatIf").Clean();
        Assert.NotEmpty(project.StagedObjects());
        project.Run("Get-EtlStage rows | Remove-EtlStage").Clean();
        Assert.Empty(project.StagedObjects());
        Assert.Empty(project.Run("Get-EtlStage").Clean().Output);
    }

    private ProjectFolder Rows(string more)
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT, name TEXT); INSERT INTO data VALUES (1, 'a'), (2, 'b')");
        project.Write("other.sql", "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.others (id INT, name VARCHAR(3))");
        project.Job("rows", $$"""@{ Mode = 'Append'; Table = '§SCHEMA.rows'{{more}} }""",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(3))", "SELECT id, name FROM data", "SELECT id, name FROM data");
        return project;
    }
}
