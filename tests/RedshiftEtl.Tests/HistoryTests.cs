using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class HistoryTests(SandboxFixture fixture)
{
    private const string Create = "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(3))";

    [Fact]
    public void Get_EtlRun_finds_runs_by_job_status_time_and_number()
    {
        using ProjectFolder project = Rows("");
        project.Run("$null = Invoke-EtlJob rows").Clean();
        project.Source("INSERT INTO data VALUES (9, 'too long')");
        project.Run("$null = Invoke-EtlJob rows -ErrorAction SilentlyContinue");
        string mine = "| ForEach-Object { if ($_.Table -eq '§SCHEMA.rows') { $_ } }";
        Assert.Equal(["Failed", "Succeeded"], Show(project.Run($"Get-EtlRun r?ws {mine}"), "Status"));
        Assert.Equal(["Failed"], Show(project.Run($"Get-EtlRun rows -Status Failed {mine}"), "Status"));
        PSObject failed = project.Run($"Get-EtlRun -Status Failed -After ([DateTime]::Now.AddHours(-1)) {mine}").Only();
        Assert.Contains("1204", failed.Properties["Error"].Value.ToString(), StringComparison.Ordinal);
        string id = failed.Properties["RunId"].Value.ToString()!;
        Assert.Equal("Ongoing|3|0", project.Run($"Get-EtlRun -RunId {id}").Only("Load", "RowsRead", "RowsLoaded"));
        Assert.Single(project.Run("Get-EtlRun -Last 1").Clean().Output);
        Assert.Empty(project.Run("Get-EtlRun none-of-this-name").Clean().Output);
        Assert.Empty(project.Run($"Get-EtlRun rows -Before '2020-01-01' {mine}").Clean().Output);
    }

    [Fact]
    public void A_run_tells_the_hashes_of_its_sql_and_its_times_and_its_number()
    {
        using ProjectFolder project = Rows("");
        Assert.Equal("1|Initial", project.Run("Invoke-EtlJob rows").Only("Sequence", "Load"));
        PSObject run = project.Run("Invoke-EtlJob rows").Only();
        Assert.Equal(2L, run.Properties["Sequence"].Value);
        Assert.Matches("^query=[0-9A-F]{64}$", run.Properties["SqlHashes"].Value.ToString());
        Assert.True((TimeSpan)run.Properties["CopyDuration"].Value > TimeSpan.Zero);
        string id = run.Properties["RunId"].Value.ToString()!;
        Assert.Equal(Cut(run), Cut(project.Run($"Get-EtlRun -RunId {id}").Only()));
        Assert.True((TimeSpan)run.Properties["PlanDuration"].Value > TimeSpan.Zero);
    }

    [Fact]
    public void A_history_of_an_older_version_is_extended_and_its_runs_count()
    {
        using ProjectFolder project = Rows("", history: "§SCHEMA_h");
        project.Run("Invoke-EtlJob rows").Clean();
        foreach (string column in new[] { "job_sequence", "watermark_after", "watermark_type", "plan_ms" })
        {
            project.Run($"Invoke-RedshiftSql $sandbox.Warehouse 'ALTER TABLE §SCHEMA_h.run DROP COLUMN {column}'").Clean();
        }

        Assert.Equal("Initial|Succeeded", project.Run("Get-EtlRun").Only("Load", "Status"));
        Assert.Equal("Ongoing|1", project.Run("Invoke-EtlJob rows").Only("Load", "Sequence"));
    }

    /// <summary>The start as the history keeps it, in microseconds.</summary>
    private static long Cut(PSObject run) => ((DateTimeOffset)run.Properties["StartedAt"].Value).UtcTicks / 10;

    private static string[] Show(Outcome outcome, string property) => outcome.Clean().Output.Select(item => item.Properties[property].Value.ToString()!).ToArray();

    private ProjectFolder Rows(string more, string? history = null)
    {
        ProjectFolder project = fixture.Project();
        if (history is not null)
        {
            project.Write("connections.psd1", project.ConnectionText.Replace("SslMode = 'Disable'", $"SslMode = 'Disable'; HistorySchema = '{history}'", StringComparison.Ordinal));
        }

        project.Source("CREATE TABLE data (id INT, name TEXT); INSERT INTO data VALUES (1, 'a'), (2, 'b')");
        project.Job("rows", $$"""@{ Mode = 'Append'; Table = '§SCHEMA.rows'; {{more}} }""", Create, "SELECT id, name FROM data", "SELECT id, name FROM data");
        return project;
    }
}
