using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class PipelineTests(SandboxFixture fixture)
{
    [Fact]
    public void Three_cmdlets_move_a_query_and_leave_no_folder()
    {
        using ProjectFolder project = Numbers();
        Outcome load = project.Run("Export-EtlSource src query.sql -Parameter @{ from = 1 } | Send-EtlStage lake | Invoke-RedshiftCopy dw §SCHEMA.numbers -CreateSqlFile create.sql");
        Assert.Equal("True|3|0", load.Only("IsTableCreated", "RowsLoaded", "RowsDeleted"));
        Assert.Equal(["1|one", "2|", "3|∅"], project.Rows("SELECT id, name FROM §SCHEMA.numbers ORDER BY id"));
        Assert.False(Directory.Exists(Path.Combine(Path.GetTempPath(), "RedshiftEtl", load.Only("RunId"))));
        project.Run("Export-EtlSource src query.sql -Parameter @{ from = 1 } | Send-EtlStage lake | Invoke-RedshiftCopy dw §SCHEMA.numbers").Clean();
        Assert.Equal(["6"], project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.numbers"));
    }

    [Fact]
    public void A_delete_replaces_its_window_and_other_rows_stay()
    {
        using ProjectFolder project = Numbers();
        project.Run("Invoke-RedshiftSql dw 'CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.numbers (id INT, name VARCHAR(9)); INSERT INTO §SCHEMA.numbers VALUES (1, ''stays''), (2, ''goes''), (9, ''goes'')'").Clean();
        Outcome load = project.Run("Export-EtlSource src query.sql -Parameter @{ from = 2 } | Send-EtlStage lake | Invoke-RedshiftCopy dw §SCHEMA.numbers -DeleteSqlFile delete.sql -DeleteParameter @{ from = 2 }");
        Assert.Equal("False|2|2", load.Only("IsTableCreated", "RowsLoaded", "RowsDeleted"));
        Assert.Equal(["1|stays", "2|", "3|∅"], project.Rows("SELECT id, name FROM §SCHEMA.numbers ORDER BY id"));
    }

    [Theory]
    [InlineData("src")]
    [InlineData("@{ Type = 'SQLite'; DataSource = 'source.sqlite' }")]
    [InlineData("(Get-EtlConnection src)")]
    public void A_source_is_a_name_a_table_or_an_object(string source)
    {
        using ProjectFolder project = Numbers();
        Assert.Equal("3", project.Run($"Export-EtlSource {source} -Sql 'SELECT id FROM numbers' -OutputPath parts").Only("RowsWritten"));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(project.Folder, "parts")));
    }

    [Theory]
    [InlineData("query.sql", "out")]
    [InlineData("./query.sql", "./out")]
    [InlineData("etl:/query.sql", "etl:/out")]
    [InlineData("$folder/query.sql", "$folder/out")]
    public void Paths_are_relative_to_the_location_or_on_a_drive_and_never_wildcards(string file, string output)
    {
        using var project = new ProjectFolder(fixture, "a[1]");
        project.Write("query.sql", "SELECT 1 AS x");
        project.Source("CREATE TABLE t (x INT)");
        project.Run($"""
            $null = $ExecutionContext.SessionState.Drive.New([System.Management.Automation.PSDriveInfo]::new('etl', $ExecutionContext.SessionState.Provider.GetOne('FileSystem'), $folder, '', $null), 'Global')
            Export-EtlSource src {file} -OutputPath {output}
            """).Clean();
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(project.Folder, "out")));
    }

    [Fact]
    public void Names_may_have_wildcards()
    {
        using ProjectFolder project = Numbers();
        project.Job("alpha", "@{ Mode = 'Append'; Table = 'a' }");
        project.Job("beta", "@{ Mode = 'Append'; Table = 'b' }");
        Assert.Equal(["dw", "lake", "src"], Names(project.Run("Get-EtlConnection")));
        Assert.Equal(["lake"], Names(project.Run("Get-EtlConnection L*")));
        Assert.Equal(["src", "dw"], Names(project.Run("'SRC', 'dw' | Get-EtlConnection")));
        Assert.Equal(["alpha", "beta"], Names(project.Run("Get-EtlJob")));
        Assert.Equal(["beta"], Names(project.Run("Get-EtlJob *et*")));
        Assert.Empty(project.Run("Get-EtlJob x*").Clean().Output);
        Assert.Empty(project.Run("Get-EtlConnection x*").Clean().Output);
    }

    [Fact]
    public void Every_good_connection_answers()
    {
        using ProjectFolder project = Numbers();
        Outcome outcome = project.Run("Get-EtlConnection | Test-EtlConnection").Clean();
        Assert.Equal(3, outcome.Output.Count);
        Assert.All(outcome.Output, test => Assert.True((bool)test.Properties["Succeeded"].Value, test.ToString()));
    }

    private static string[] Names(Outcome outcome) => outcome.Clean().Output.Select(item => (string)item.Properties["Name"].Value).ToArray();

    private ProjectFolder Numbers()
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE numbers (id INT, name TEXT); INSERT INTO numbers VALUES (1, 'one'), (2, ''), (3, NULL)");
        project.Write("query.sql", "SELECT id, name FROM numbers WHERE id >= @from");
        project.Write("create.sql", "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.numbers (id INT, name VARCHAR(9))");
        project.Write("delete.sql", "DELETE FROM §SCHEMA.numbers WHERE id >= @from");
        return project;
    }
}
