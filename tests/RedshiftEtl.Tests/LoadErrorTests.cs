using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class LoadErrorTests(SandboxFixture fixture)
{
    private static readonly string[] s_shown = ["Line", "Column", "Value", "Code"];

    [Fact]
    public void A_refused_row_is_shown_with_column_type_length_value_file_line_and_what_to_do()
    {
        using ProjectFolder project = Rows();
        string error = project.Run("Invoke-EtlJob rows").Fault("CopyRejected").ToString();
        foreach (string part in new[] { "part-", "line 2", "column name", "(3)", "'too long'", "1204", "VARCHAR counts bytes" })
        {
            Assert.Contains(part, error, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Get_RedshiftLoadError_shows_it_again_by_table()
    {
        using ProjectFolder project = Rows();
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse 'CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(3))'").Clean();
        project.Run("Invoke-EtlJob rows").Fault("CopyRejected");
        PSObject error = project.Run("Get-RedshiftLoadError §SCHEMA.rows").Only();
        Assert.Equal("2|name|too long|1204", Outcome.Show(s_shown.Select(name => error.Properties[name].Value)));
        Assert.Contains("too long", error.Properties["RawLine"].Value.ToString(), StringComparison.Ordinal);
        Assert.Contains("widen", error.Properties["Advice"].Value.ToString(), StringComparison.Ordinal);
        project.Run("Get-RedshiftLoadError §SCHEMA.nothing").Fault("TableNotFound");
        Assert.NotEmpty(project.Run("Get-RedshiftLoadError -Last 3").Clean().Output);
    }

    private ProjectFolder Rows()
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT, name TEXT); INSERT INTO data VALUES (1, 'a'), (2, 'too long')");
        project.Job("rows", "@{ Mode = 'Append'; Table = '§SCHEMA.rows' }",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(3))", "SELECT id, name FROM data", "SELECT id, name FROM data");
        return project;
    }
}
