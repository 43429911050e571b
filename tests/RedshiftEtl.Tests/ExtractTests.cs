using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class ExtractTests(SandboxFixture fixture)
{
    [Fact]
    public void A_table_is_exported_by_name_with_columns_and_a_condition()
    {
        using ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE numbers (id INT, name TEXT); INSERT INTO numbers VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        Assert.Equal("2", project.Run("Export-EtlSource src -Table numbers -Column name -Where 'id >= @from' -Parameter @{ from = 2 } -OutputPath parts").Only("RowsWritten"));
        project.Run("Export-EtlSource src -Table numbers -PartitionColumn id -OutputPath other").Fault("ArgumentInvalid");
        project.Run("Export-EtlSource src -Table numbers -PartitionCount 2 -OutputPath other").Fault("ArgumentInvalid");
    }

    [Fact]
    public void A_job_reads_a_table_without_a_query_and_repairs_by_its_rules()
    {
        using ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE odd (id INT, day DATE); INSERT INTO odd VALUES (1, '2026-01-01'), (2, ''), (3, '2026-01-02')");
        project.Job("odd", "@{ Mode = 'Append'; Source = 'src'; Table = '§SCHEMA.odd'; SourceTable = 'odd'; SourceWhere = 'id < 3'; ValueRule = @{ Column = @{ day = @{ Empty = 'Null' } } } }",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.odd (id INT, day DATE)");
        Assert.Equal("Succeeded|2", project.Run("Invoke-EtlJob odd -WarningAction SilentlyContinue").Only("Status", "RowsLoaded"));
        Assert.Equal(["1|1", "2|0"], project.Rows("SELECT id, COUNT(day) AS n FROM §SCHEMA.odd GROUP BY id ORDER BY id"));
    }

    [Fact]
    public void Files_are_loaded_like_a_table()
    {
        using ProjectFolder project = fixture.Project();
        project.Write("in/o-1.csv", "id;amount\n1;1,50\n");
        project.Write("in/o-2.csv", "id;amount\n2;\n");
        Outcome outcome = project.Run("""
            Export-EtlSource @{ Type = 'File'; Path = 'in'; Delimiter = ';'; Culture = 'de-DE'; Column = 'id int', 'amount decimal(10,2)' } -Table 'o-*.csv' -OutputPath parts
            """);
        Assert.Equal("2", outcome.Only("RowsWritten"));
    }

    [Fact]
    public void Debug_shows_the_query_with_its_parameters()
    {
        using ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE t (x INT); INSERT INTO t VALUES (1), (2)");
        project.Write("q.sql", "SELECT x FROM t WHERE x > @least");
        Outcome outcome = project.Run("$DebugPreference = 'Continue'; Export-EtlSource src -SqlFile q.sql -Parameter @{ least = 1 } -OutputPath out 5>&1");
        Assert.Contains(outcome.Output, item => item.ToString()!.Contains("SELECT x FROM t WHERE x > @least\n-- @least = 1", StringComparison.Ordinal));
    }
}
