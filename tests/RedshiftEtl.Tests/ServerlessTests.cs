using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

/// <summary>Redshift Serverless has neither STV_SLICES nor STL_LOAD_ERRORS: what the module asks there must do without.</summary>
public class ServerlessTests
{
    [Fact]
    public void A_job_runs_and_its_load_errors_show_the_line_of_the_part()
    {
        using var fixture = new SandboxFixture("Start-EtlSandbox -Serverless");
        using ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT, name TEXT); INSERT INTO data VALUES (1, 'a'), (2, 'b')");
        project.Job("rows", "@{ Mode = 'Append'; Table = '§SCHEMA.rows' }",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(3))", "SELECT id, name FROM data", "SELECT id, name FROM data");
        Assert.Equal("Succeeded|2", project.Run("Invoke-EtlJob rows").Only("Status", "RowsLoaded"));
        project.Source("INSERT INTO data VALUES (3, 'too long')");
        ErrorRecord error = project.Run("Invoke-EtlJob rows").Fault("CopyRejected");
        Assert.Contains("line 3, column name", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("line '3,too long'", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("name|1204", project.Run("Get-RedshiftLoadError §SCHEMA.rows").Only("Column", "Code"));
        Assert.Contains("stl_load_errors", project.Run("Invoke-RedshiftSql $sandbox.Warehouse 'SELECT * FROM stl_load_errors'").Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_merge_runs_and_a_table_is_maintained()
    {
        using var fixture = new SandboxFixture("Start-EtlSandbox -Serverless");
        using ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT, name TEXT); INSERT INTO data VALUES (1, 'a'), (2, 'b')");
        project.Job("rows", "@{ Mode = 'Merge'; Key = 'id'; Table = '§SCHEMA.rows'; Maintenance = @{ MinRows = 0 } }",
            "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(3)) SORTKEY (id)", "SELECT id, name FROM data", "SELECT id, name FROM data");
        project.Run("$null = Invoke-EtlJob rows").Clean();
        project.Source("UPDATE data SET name = 'c' WHERE id = 2");
        Assert.Equal("Succeeded|2|DeepCopy, Analyze", project.Run("Invoke-EtlJob rows").Only("Status", "RowsReplaced", "Maintenance"));
        Assert.Equal(["1|a", "2|c"], project.Rows("SELECT * FROM §SCHEMA.rows ORDER BY id"));
        Assert.Equal("VacuumFull", project.Run("Get-RedshiftTable §SCHEMA.rows -Warehouse dw | Optimize-RedshiftTable -Method Vacuum -Warehouse dw").Only("Action"));
    }
}
