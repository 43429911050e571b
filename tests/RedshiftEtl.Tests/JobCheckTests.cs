using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

/// <summary>Test-EtlJob and Get-EtlPlan: what is known before a run.</summary>
public class JobCheckTests(SandboxFixture fixture)
{
    [Fact]
    public void A_job_that_is_ready_passes_every_check_before_and_after_its_first_run_and_nothing_is_left()
    {
        using ProjectFolder project = Orders("Schedule = 'Daily 02:30'");
        string[] expected = ["Files", "Source", "Warehouse", "InitialQuery", "OngoingQuery", "Table", "DeleteSql", "Privileges", "Stage", "CopyAccess", "Sample", "Schedule"];
        Assert.Equal(expected.Select(name => $"{name}|Passed"), Checks(project, "-Sample 1"));
        Assert.False(project.HasTable("orders"));
        Assert.Empty(project.StagedObjects());
        project.Run("Invoke-EtlJob orders").Clean();
        Assert.Equal(expected.Select(name => $"{name}|Passed"), Checks(project, "-Sample 2"));
        Assert.Equal(["2"], project.Rows($"SELECT COUNT(*) AS n FROM {project.Schema}.orders"));
        Assert.Equal(["1"], project.Rows($"SELECT COUNT(*) AS n FROM etl.run WHERE target = '{project.Schema}.orders'"));
    }

    [Theory]
    [InlineData("ongoing.sql", "SELECT id, nam FROM data WHERE id >= @since", "OngoingQuery", "SqlInvalid")]
    [InlineData("ongoing.sql", "SELECT id, name AS title FROM data WHERE id >= @since", "Table", "ColumnMismatch")]
    [InlineData("ongoing.sql", "SELECT id, name FROM data WHERE id >= @sinc", "OngoingQuery", "ParameterMissing")]
    [InlineData("delete.sql", "DELETE FROM §SCHEMA.orders WHERE idd >= @since", "DeleteSql", "SqlInvalid")]
    [InlineData("delete.sql", "TRUNCATE §SCHEMA.orders; DELETE FROM §SCHEMA.orders WHERE id >= @since", "DeleteSql", "StatementRefused")]
    [InlineData("create.sql", "CREATE TABLE §SCHEMA.orders (id INTEGER, name VARCHAR(20) PRIMARY)", "Table", "SqlInvalid")]
    [InlineData("create.sql", "CREATE TABLE §SCHEMA.order (id INTEGER, name VARCHAR(20))", "Table", "TableNotFound")]
    [InlineData("create.sql", "CREATE TABLE §SCHEMA.orders (id INTEGER, name VARCHAR(1))", "CopyAccess", "CopyRejected")]
    [InlineData("delete.sql", "", "Files", "SqlFileUnreadable")]
    public void What_is_wrong_is_one_failed_check_with_advice(string file, string text, string check, string fault)
    {
        using ProjectFolder project = Orders();
        project.Write($"jobs/orders/{file}", text);
        Outcome outcome = project.Run("Test-EtlJob orders | Where-Object Status -eq 'Failed'").Clean();
        Assert.Contains($"{check}|{fault}", outcome.Output.Select(item => $"{item.Properties["Check"].Value}|{item.Properties["Fault"].Value}"));
        Assert.All(outcome.Output, item => Assert.False(string.IsNullOrWhiteSpace((string)item.Properties["Advice"].Value)));
        Assert.False(project.HasTable("orders"));
    }

    [Fact]
    public void A_value_that_does_not_fit_comes_out_with_the_sample_that_has_it()
    {
        using ProjectFolder project = Orders();
        project.Source("INSERT INTO data SELECT 2 + value, 'n' FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 20) SELECT value FROM n); INSERT INTO data VALUES (99, 'a name that is much longer than its column')");
        Assert.Contains("CopyAccess|Passed", Checks(project, "-Sample 22"));
        Assert.Contains("Sample|Passed", Checks(project, "-Sample 22"));
        Assert.Contains("Sample|Failed", Checks(project, "-Sample 23"));
    }

    [Fact]
    public void A_table_that_an_initial_append_would_double_is_seen()
    {
        using ProjectFolder project = Orders();
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse \"CREATE TABLE §SCHEMA.orders (id INTEGER, name VARCHAR(20)); INSERT INTO §SCHEMA.orders VALUES (9, 'x')\"").Clean();
        Assert.Equal("Table|TableNotEmpty", project.Run("Test-EtlJob orders -Mode Append | Where-Object Status -eq Failed").Only("Check", "Fault"));
        Assert.Empty(project.Run("Test-EtlJob orders | Where-Object Status -eq Failed").Clean().Output);
    }

    [Fact]
    public void A_right_that_is_missing_is_named_with_its_grant()
    {
        using ProjectFolder project = Orders();
        project.Run("Invoke-EtlJob orders").Clean();
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse \"CREATE USER u§SCHEMA PASSWORD 'Secret12x'; GRANT SELECT ON §SCHEMA.orders TO u§SCHEMA; GRANT USAGE ON SCHEMA §SCHEMA TO u§SCHEMA\"").Clean();
        string advice = project.Run("""
            $dw = Get-EtlConnection dw
            $credential = [pscredential]::new('u§SCHEMA', [Net.NetworkCredential]::new('', 'Secret12x').SecurePassword)
            (Test-EtlJob orders -WarehouseCredential $credential | Where-Object Check -eq 'Privileges').Advice
            """).Only().ToString();
        Assert.Contains($"GRANT INSERT, DELETE ON \"{project.Schema}\".\"orders\" TO \"u{project.Schema}\"", advice, StringComparison.Ordinal);
        Assert.Contains("GRANT USAGE ON SCHEMA \"etl\" TO", advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_watermark_and_dependencies_are_looked_at_too()
    {
        using ProjectFolder project = Orders("Watermark = 'id'; DependsOn = 'other'");
        project.Write("jobs/orders/ongoing.sql", "SELECT id, name FROM data WHERE id >= @since AND id > @watermark");
        project.Job("other", "@{ Mode = 'Append'; Table = 't'; DependsOn = 'orders' }");
        string[] checks = Checks(project, "");
        Assert.Contains("OngoingQuery|Skipped", checks);
        Assert.Contains("Watermark|Passed", checks);
        Assert.Contains("DependsOn|Failed", checks);
        project.Job("other", "@{ Mode = 'Append'; Table = 't' }");
        project.Run("Invoke-EtlJob orders").Clean();
        checks = Checks(project, "");
        Assert.Contains("OngoingQuery|Passed", checks);
        Assert.Contains("DependsOn|Passed", checks);
    }

    [Fact]
    public void A_plan_counts_the_rows_that_would_be_deleted_and_deletes_none()
    {
        using ProjectFolder project = Orders();
        Assert.Equal("Initial|∅", project.Run("Get-EtlPlan orders").Only("Load", "RowsToDelete"));
        project.Run("Invoke-EtlJob orders").Clean();
        Assert.Equal("Ongoing|1", project.Run("Get-EtlPlan orders").Only("Load", "RowsToDelete"));
        Assert.Equal("Ongoing|2", project.Run("Get-EtlJob orders | Get-EtlPlan -Parameter @{ since = 0 }").Only("Load", "RowsToDelete"));
        Assert.Equal("2", project.Run("Invoke-EtlJob orders -Load Initial -WhatIf").Only("RowsToDelete"));
        Assert.Contains("-- rows to delete, as the table is now: 1", project.Run("(Get-EtlPlan orders).ToString()").Only().ToString(), StringComparison.Ordinal);
        Assert.Equal(["2"], project.Rows($"SELECT COUNT(*) AS n FROM {project.Schema}.orders"));
    }

    private static string[] Checks(ProjectFolder project, string options) => project.Run($"Test-EtlJob orders {options}").Clean().Output
        .Select(check => $"{check.Properties["Check"].Value}|{check.Properties["Status"].Value}").ToArray();

    private ProjectFolder Orders(string more = "")
    {
        var project = new ProjectFolder(fixture);
        project.Source("CREATE TABLE data (id INTEGER, name TEXT); INSERT INTO data VALUES (1, 'aa'), (2, 'bb')");
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse 'CREATE SCHEMA §SCHEMA'").Clean();
        project.Job(
            "orders", $"@{{ Mode = 'Overwrite'; Table = '§SCHEMA.orders'; Parameter = @{{ since = 2 }}; {more} }}",
            "CREATE TABLE §SCHEMA.orders (id INTEGER, name VARCHAR(20))", "SELECT id, name FROM data", "SELECT id, name FROM data WHERE id >= @since", "DELETE FROM §SCHEMA.orders WHERE id >= @since");
        return project;
    }
}
