using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class JobTests(SandboxFixture fixture)
{
    private const string Create = "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.orders (id INT, name VARCHAR(20), day DATE)";
    private const string Query = "SELECT id, name, day FROM orders WHERE day >= @since";

    [Fact]
    public void Auto_is_initial_first_and_ongoing_afterwards_and_replaces_the_window()
    {
        using ProjectFolder project = Orders("Overwrite");
        Assert.Equal("Initial|Succeeded|3|0", project.Run("Invoke-EtlJob orders").Only("Load", "Status", "RowsLoaded", "RowsDeleted"));
        project.Source("UPDATE orders SET name = 'changed' WHERE id <> 2; INSERT INTO orders VALUES (4, 'new', '2026-03-01')");
        Assert.Equal("Ongoing|Succeeded|2|1", project.Run("Invoke-EtlJob orders").Only("Load", "Status", "RowsLoaded", "RowsDeleted"));
        Assert.Equal(["1|old", "2|∅", "3|changed", "4|new"], project.Rows("SELECT id, name FROM §SCHEMA.orders ORDER BY id"));
        Assert.Equal(["Initial|Succeeded|3", "Ongoing|Succeeded|2"],
            project.Rows("SELECT load, status, rows_loaded FROM etl.run WHERE target = '§SCHEMA.orders' ORDER BY started_at"));
    }

    [Fact]
    public void An_initial_overwrite_replaces_all_rows()
    {
        using ProjectFolder project = Orders("Overwrite");
        project.Run("Invoke-EtlJob orders -Load Initial").Clean();
        project.Source("DELETE FROM orders WHERE id = 2");
        Assert.Equal("2|3", project.Run("Invoke-EtlJob orders -Load Initial").Only("RowsLoaded", "RowsDeleted"));
        Assert.Equal(["1", "3"], project.Rows("SELECT id FROM §SCHEMA.orders ORDER BY id"));
    }

    [Fact]
    public void An_initial_append_refuses_a_table_with_rows_unless_forced()
    {
        using ProjectFolder project = Orders("Append");
        project.Run("Invoke-EtlJob orders -Load Initial").Clean();
        project.Run("Invoke-EtlJob orders -Load Initial").Fault("TableNotEmpty");
        Assert.Equal(["3"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.orders"));
        project.Run("Invoke-EtlJob orders -Load Initial -Force").Clean();
        Assert.Equal(["6"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.orders"));
    }

    [Fact]
    public void An_ongoing_append_deletes_nothing()
    {
        using ProjectFolder project = Orders("Append");
        project.Run("Invoke-EtlJob orders").Clean();
        Assert.Equal("Ongoing|1|0", project.Run("Invoke-EtlJob orders").Only("Load", "RowsLoaded", "RowsDeleted"));
        Assert.Equal(["4"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.orders"));
    }

    [Fact]
    public void Sql_files_replace_those_of_a_job_and_a_parameter_its_value()
    {
        using ProjectFolder project = Orders("Append");
        project.Write("other.sql", "SELECT id, 'from the file' AS name, day FROM orders WHERE day >= @since");
        project.Run("Invoke-EtlJob orders -InitialSqlFile other.sql -Parameter @{ since = '2026-02-01' }").Clean();
        Assert.Equal(["3|from the file"], project.Rows("SELECT id, name FROM §SCHEMA.orders"));
    }

    [Fact]
    public void A_job_can_be_made_of_parameters_alone()
    {
        using ProjectFolder project = Orders("Append");
        File.Delete(Path.Combine(project.Folder, "connections.psd1"));
        const string Call = """
            $sql = "$folder/jobs/orders"
            Invoke-EtlJob -Table §SCHEMA.orders -Mode Overwrite -Source @{ Type = 'SQLite'; DataSource = $database } -Stage $sandbox.Stage -Warehouse $sandbox.Warehouse `
                -Parameter @{ since = [datetime]'2026-01-15' } -CreateSqlFile $sql/create.sql -InitialSqlFile $sql/initial.sql -OngoingSqlFile $sql/ongoing.sql -DeleteSqlFile $sql/delete.sql
            """;
        Assert.Equal("Initial|3|0", project.Run(Call).Only("Load", "RowsLoaded", "RowsDeleted"));
        Assert.Equal("Ongoing|1|1", project.Run(Call).Only("Load", "RowsLoaded", "RowsDeleted"));
        Assert.Equal(["1", "2", "3"], project.Rows("SELECT id FROM §SCHEMA.orders ORDER BY id"));
    }

    [Fact]
    public void WhatIf_returns_the_plan_and_touches_nothing()
    {
        using ProjectFolder project = Orders("Overwrite");
        Outcome outcome = project.Run("Invoke-EtlJob orders -WhatIf").Clean();
        PSObject plan = Assert.Single(outcome.Output);
        Assert.Equal("RedshiftEtl.Engine.Plan.EtlPlan", plan.BaseObject.GetType().FullName);
        string text = plan.ToString();
        Assert.Contains("Initial", text, StringComparison.Ordinal);
        Assert.Contains("COPY", text, StringComparison.Ordinal);
        Assert.Contains("@since = '2026-01-15'", text, StringComparison.Ordinal);
        Assert.DoesNotContain(project.SecretKey, text, StringComparison.Ordinal);
        Assert.False(project.HasSchema);
        Assert.Empty(project.StagedObjects());
    }

    [Fact]
    public void Zero_rows_are_a_success_with_a_warning()
    {
        using ProjectFolder project = Orders("Overwrite");
        project.Source("DELETE FROM orders");
        Outcome outcome = project.Run("Invoke-EtlJob orders");
        Assert.Equal("Succeeded|0", outcome.Only("Status", "RowsLoaded"));
        Assert.Contains("no rows", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
        Assert.Equal(["0"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.orders"));
    }

    [Theory]
    [InlineData("Zstd", ".csv.zst")]
    [InlineData("Gzip", ".csv.gz")]
    [InlineData("None", ".csv")]
    public void Every_compression_loads(string compression, string extension)
    {
        using ProjectFolder project = Orders("Append", $"; Compression = '{compression}'; KeepStage = 'Always'");
        project.Run("Invoke-EtlJob orders").Clean();
        Assert.Equal(["1|old|2026-01-01", "2|∅|2026-01-10", "3|x|2026-02-01"],
            project.Rows("SELECT id, name, CAST(day AS VARCHAR(10)) AS day FROM §SCHEMA.orders ORDER BY id"));
        Assert.Contains(project.StagedObjects(), file => File.ReadAllText(file).Contains(extension + "\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_job_that_fails_does_not_keep_the_next_from_running_and_is_in_the_history()
    {
        using ProjectFolder project = Orders("Append");
        project.Job("bad", "@{ Mode = 'Append'; Table = '§SCHEMA.bad' }", Create.Replace("orders", "bad", StringComparison.Ordinal), "SELECT id, 'much too long for this column' AS name FROM orders");
        Outcome outcome = project.Run("'bad', 'orders' | Invoke-EtlJob -ErrorAction SilentlyContinue");
        Assert.Equal(["bad Failed", "orders Succeeded"], outcome.Output.Select(run => $"{run.Properties["Job"].Value} {run.Properties["Status"].Value}"));
        Assert.Equal(["bad|Failed", "orders|Succeeded"], project.Rows("SELECT job, status FROM etl.run WHERE target LIKE '§SCHEMA.%' ORDER BY started_at"));
        Assert.False(project.HasTable("bad"));
    }

    [Fact]
    public async Task Two_jobs_run_at_once_in_two_sessions()
    {
        using ProjectFolder first = Orders("Append");
        using ProjectFolder second = Orders("Append");
        Outcome[] outcomes = await Task.WhenAll(Task.Run(() => first.Run("Invoke-EtlJob orders")), Task.Run(() => second.Run("Invoke-EtlJob orders")));
        Assert.All(outcomes, outcome => Assert.Equal("3", outcome.Only("RowsLoaded")));
    }

    private ProjectFolder Orders(string mode, string more = "")
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE orders (id INT, name TEXT, day DATE); INSERT INTO orders VALUES (1, 'old', '2026-01-01'), (2, NULL, '2026-01-10'), (3, 'x', '2026-02-01')");
        project.Job("orders", $$"""@{ Mode = '{{mode}}'; Table = '§SCHEMA.orders'; Parameter = @{ since = '2026-01-15' }{{more}} }""",
            Create, "SELECT id, name, day FROM orders", Query, "DELETE FROM §SCHEMA.orders WHERE day >= @since");
        return project;
    }
}
