using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

/// <summary>Redshift fact sheet 4 and 5: Get-RedshiftTable, Optimize-RedshiftTable and what follows a load. A sandbox of its own: on the shared one, other tests' transactions
/// still see deleted rows, and VACUUM rightly leaves them.</summary>
public sealed class MaintenanceTests(BreakingSandbox fixture) : IClassFixture<BreakingSandbox>
{
    [Fact]
    public void A_table_with_deleted_rows_is_copied_analyzed_and_recorded()
    {
        using ProjectFolder project = Big();
        Assert.Equal("25|15000|True", project.Run("Get-RedshiftTable §SCHEMA.big -Warehouse dw").Only("DeletedPercent", "Rows", "IsDescribed"));
        Assert.Equal("DeepCopy|True|Succeeded", project.Run("Get-RedshiftTable §SCHEMA.big -Warehouse dw | Optimize-RedshiftTable -Warehouse dw").Only("Action", "IsAnalyzed", "Status"));
        Assert.Equal("0|15000|0.00", project.Run("Get-RedshiftTable §SCHEMA.big -Warehouse dw").Only("DeletedPercent", "Rows", "StatisticsOffPercent"));
        Assert.Equal(["Succeeded|True"], project.Rows("SELECT status, maintenance LIKE 'DeepCopy, Analyze: %25 % of the rows are deleted%' AS said FROM etl.run WHERE target = '§SCHEMA.big' AND load = 'Maintenance'"));
        Assert.Equal("None", project.Run("Optimize-RedshiftTable §SCHEMA.big -Warehouse dw").Only("Action"));
    }

    [Theory]
    [InlineData("-Pace MoreOften", "VacuumDeleteOnly", "VACUUM DELETE ONLY")]
    [InlineData("-Method Vacuum", "VacuumDeleteOnly", "VACUUM DELETE ONLY")]
    [InlineData("-Method DeepCopy", "DeepCopy", "ANALYZE")]
    [InlineData("-Method Analyze", "Analyze", "ANALYZE")]
    public void A_method_or_a_pace_may_be_said(string how, string action, string statement)
    {
        using ProjectFolder project = Big();
        PSObject done = project.Run($"Optimize-RedshiftTable §SCHEMA.big -Warehouse dw {how}").Clean().Only();
        Assert.Equal(action, done.Properties["Action"].Value.ToString());
        Assert.Contains((IReadOnlyList<string>)done.Properties["Statements"].Value, sent => sent.StartsWith(statement, StringComparison.Ordinal));
        Assert.Equal(action == "Analyze" ? "25" : "0", project.Run("Get-RedshiftTable §SCHEMA.big -Warehouse dw").Only("DeletedPercent"));
    }

    [Fact]
    public void An_unsorted_table_is_sorted_by_the_variant_that_it_needs()
    {
        using ProjectFolder project = Big();
        project.Run("Invoke-RedshiftSql dw 'VACUUM §SCHEMA.big'; Invoke-RedshiftSql dw 'INSERT INTO §SCHEMA.big SELECT 1 - id, v FROM §SCHEMA.big WHERE id < 9000'").Clean();
        Assert.Equal("VacuumSortOnly", project.Run("Optimize-RedshiftTable §SCHEMA.big -Warehouse dw -Pace MoreOften").Only("Action"));
        Assert.Equal("0.00", project.Run("Get-RedshiftTable §SCHEMA.big -Warehouse dw").Only("UnsortedPercent"));
    }

    [Fact]
    public void WhatIf_shows_the_decision_and_touches_nothing()
    {
        using ProjectFolder project = Big();
        PSObject planned = project.Run("Optimize-RedshiftTable §SCHEMA.* -Warehouse dw -WhatIf").Clean().Only();
        Assert.Equal("DeepCopy", planned.Properties["Action"].Value.ToString());
        Assert.Contains((IReadOnlyList<string>)planned.Properties["Statements"].Value, sent => sent.StartsWith("LOCK TABLE", StringComparison.Ordinal));
        Assert.Equal("25", project.Run("Get-RedshiftTable §SCHEMA.big -Warehouse dw").Only("DeletedPercent"));
        Assert.Empty(project.Rows("SELECT 1 AS x FROM pg_class WHERE relname LIKE 'etl!_deep!_copy%' ESCAPE '!' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = '§SCHEMA')"));
    }

    [Fact]
    public void Where_a_deep_copy_is_refused_Auto_vacuums_and_says_why()
    {
        using ProjectFolder project = Big();
        project.Run("Invoke-RedshiftSql dw 'CREATE VIEW §SCHEMA.bound AS SELECT id FROM §SCHEMA.big'").Clean();
        ErrorRecord error = project.Run("Optimize-RedshiftTable §SCHEMA.big -Warehouse dw -Method DeepCopy").Fault("DeepCopyRefused");
        Assert.Contains("bound", error.ToString(), StringComparison.Ordinal);
        PSObject done = project.Run("Optimize-RedshiftTable §SCHEMA.big -Warehouse dw").Clean().Only();
        Assert.Equal("VacuumDeleteOnly", done.Properties["Action"].Value.ToString());
        Assert.Contains((IReadOnlyList<string>)done.Properties["Reasons"].Value, reason => reason.StartsWith("A deep copy is refused, so VACUUM:", StringComparison.Ordinal));
    }

    [Fact]
    public void With_its_views_a_table_is_copied()
    {
        using ProjectFolder project = Big();
        project.Run("Invoke-RedshiftSql dw 'CREATE VIEW §SCHEMA.bound AS SELECT id FROM §SCHEMA.big'").Clean();
        Assert.Equal("DeepCopy", project.Run("Optimize-RedshiftTable §SCHEMA.big -Warehouse dw -IncludeView").Only("Action"));
        Assert.Equal(["15000"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.bound"));
    }

    [Fact]
    public void A_table_that_is_not_there_is_named()
    {
        using ProjectFolder project = Big();
        project.Run("Get-RedshiftTable §SCHEMA.none -Warehouse dw").Fault("TableNotFound");
        project.Run("Optimize-RedshiftTable §SCHEMA.none -Warehouse dw").Fault("TableNotFound");
        Assert.Empty(project.Run("Get-RedshiftTable §SCHEMA.none* -Warehouse dw").Clean().Output);
    }

    [Theory]
    [InlineData("Maintenance = 'Vacuum'", "∅")]
    [InlineData("Maintenance = @{ Method = 'Vacuum'; MinRows = 0 }", "VacuumFull, Analyze")]
    [InlineData("Maintenance = @{ MinRows = 0 }", "DeepCopy, Analyze")]
    [InlineData("Maintenance = @{ Method = 'None'; MinRows = 0 }", "∅")]
    [InlineData("", "∅")]
    public void A_job_maintains_its_table_after_the_load_as_it_says(string maintenance, string done)
    {
        using ProjectFolder project = Job(maintenance);
        project.Run("$null = Invoke-EtlJob rows").Clean();
        Assert.Equal($"Succeeded|{done}", project.Run("Invoke-EtlJob rows").Only("Status", "Maintenance"));
        Assert.Equal(["1", "2", "3"], project.Rows("SELECT id FROM §SCHEMA.rows ORDER BY id"));
    }

    [Fact]
    public void Loads_of_a_job_that_names_no_schema_count_too()
    {
        using ProjectFolder project = Job("");
        string table = "t" + project.Schema;
        project.Job("rows", $$"""@{ Mode = 'Overwrite'; Table = '{{table}}' }""", $"CREATE TABLE {table} (id INT)", "SELECT id FROM data", "SELECT id FROM data", $"DELETE FROM {table}");
        project.Run("$null = Invoke-EtlJob rows; $null = Invoke-EtlJob rows").Clean();
        Assert.Equal("2", project.Run($"Get-RedshiftTable {table} -Warehouse dw").Only("LoadsInWeek"));
    }

    [Fact]
    public void The_warehouse_may_say_it_for_all_jobs_and_the_plan_shows_the_decision()
    {
        using ProjectFolder project = Job("");
        project.Write("connections.psd1", project.ConnectionText.Replace("SslMode = 'Disable';", "SslMode = 'Disable'; Maintenance = @{ MinRows = 0 };", StringComparison.Ordinal));
        project.Run("$null = Invoke-EtlJob rows; $null = Invoke-RedshiftSql dw 'DELETE FROM §SCHEMA.rows WHERE id = 1'").Clean();
        string plan = project.Run("\"$(Invoke-EtlJob rows -WhatIf)\"").Clean().Output[0].ToString();
        Assert.Contains("-- maintenance, as the table is now: DeepCopy", plan, StringComparison.Ordinal);
        Assert.Equal("DeepCopy, Analyze", project.Run("Invoke-EtlJob rows").Only("Maintenance"));
    }

    [Theory]
    [InlineData("Maintenance = 'Sometimes'", "Maintenance")]
    [InlineData("Maintenance = @{ MinRow = 1 }", "Did you mean 'MinRows'?")]
    [InlineData("Maintenance = @{ UnsortedPercent = 101 }", "UnsortedPercent")]
    public void Nonsense_is_refused(string maintenance, string said)
    {
        using ProjectFolder project = Job(maintenance);
        Assert.Contains(said, project.Run("Invoke-EtlJob rows").Fault("DefinitionInvalid").ToString(), StringComparison.Ordinal);
    }

    private ProjectFolder Job(string maintenance)
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT); INSERT INTO data VALUES (1), (2), (3)");
        project.Job("rows", $$"""@{ Mode = 'Overwrite'; Table = '§SCHEMA.rows'; {{maintenance}} }""",
            "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT) SORTKEY (id)", "SELECT id FROM data", "SELECT id FROM data", "DELETE FROM §SCHEMA.rows");
        return project;
    }

    /// <summary>15,000 rows in order, and a quarter more that were deleted.</summary>
    private ProjectFolder Big()
    {
        ProjectFolder project = fixture.Project();
        project.Run("Invoke-RedshiftSql dw 'CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.big (id INT, v VARCHAR(20)) SORTKEY (id)'").Clean();
        project.Run("Invoke-RedshiftSql dw \"INSERT INTO §SCHEMA.big WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 'x' FROM n; DELETE FROM §SCHEMA.big WHERE id <= 5000\"").Clean();
        return project;
    }
}
