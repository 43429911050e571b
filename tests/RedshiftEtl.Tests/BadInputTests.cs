using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class BadInputTests(SandboxFixture fixture)
{
    private const string Definition = "@{ Mode = 'Overwrite'; Table = '§SCHEMA.orders'; Parameter = @{ since = '2026-01-15' } }";
    private const string Create = "CREATE SCHEMA IF NOT EXISTS §SCHEMA;\nCREATE TABLE §SCHEMA.orders (id INT, name VARCHAR(5), day DATE)";
    private const string Initial = "SELECT id, name, day\nFROM orders";
    private const string Ongoing = "SELECT id, name, day FROM orders WHERE day >= @since";
    private const string Delete = "DELETE FROM §SCHEMA.orders\nWHERE day >= @since";

    [Theory]
    [InlineData("Invoke-EtlJob order", "JobNotFound", "orders")]
    [InlineData("Get-EtlJob order", "JobNotFound", "orders")]
    [InlineData("Get-EtlConnection lakes", "ConnectionNotFound", "lake")]
    [InlineData("Invoke-EtlJob orders -Source srx", "ConnectionNotFound", "src")]
    [InlineData("Invoke-EtlJob orders -Source lake", "ConnectionTypeMismatch", "lake")]
    [InlineData("Export-EtlSource src none.sql", "SqlFileUnreadable", "none.sql")]
    [InlineData("Invoke-EtlJob orders -InitialSqlFile none.sql", "SqlFileUnreadable", "none.sql")]
    [InlineData("Export-EtlSource src jobs/orders/ongoing.sql", "ParameterMissing", "since")]
    [InlineData("Export-EtlSource src jobs/orders/ongoing.sql -Parameter @{ since = 1; until = 2 }", "ParameterUnused", "until")]
    [InlineData("Invoke-EtlJob orders -Parameter @{ sinse = 1 }", "ParameterUnused", "since")]
    [InlineData("Invoke-EtlJob orders -Load Ongoing", "TableNotFound", "§SCHEMA.orders")]
    [InlineData("Invoke-EtlJob orders -WarehouseCredential ([pscredential]::new('nobody', ([securestring]::new())))", "LoginFailed", "nobody")]
    [InlineData("Invoke-EtlJob orders -Project nowhere", "ProjectNotFound", "nowhere")]
    [InlineData("Invoke-RedshiftSql dw \"SELECT 1;`nSELEC 2\"", "SqlInvalid", "line 2")]
    [InlineData("Invoke-RedshiftSql dw 'SELECT * FROM §SCHEMA.none'", "TableNotFound", "none")]
    public void A_command_with_a_mistake(string script, string fault, string words) => Refused(script, fault, words);

    [Theory]
    [InlineData("initial", "SELECT id,\nname FRM orders", "SqlInvalid", "initial.sql", "line 2")]
    [InlineData("initial", "DELETE FROM orders WHERE id = 0", "QueryWithoutColumns", "", "")]
    [InlineData("initial", "SELECT id, day, name AS nmae FROM orders", "ColumnMismatch", "nmae", "name")]
    [InlineData("initial", "SELECT 7 AS id, 'too long é' AS name, NULL AS day", "CopyRejected", "column name", "too long")]
    [InlineData("initial", "SELECT 7 AS id, NULL AS name, NULL AS day UNION ALL SELECT 'seven', NULL, NULL", "CopyRejected", "line 2", "seven")]
    [InlineData("create", "CREATE SCHEMA §SCHEMA;\n\nCREATE TABEL §SCHEMA.orders (id INT)", "SqlInvalid", "create.sql", "line 3")]
    [InlineData("create", "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.other (id INT)", "TableNotFound", "orders", "")]
    public void A_sql_file_with_a_mistake(string file, string sql, string fault, string words, string otherWords) =>
        Refused("Invoke-EtlJob orders", fault, words, otherWords, project => project.Write($"jobs/orders/{file}.sql", sql));

    [Theory]
    [InlineData("DELETE FROM §SCHEMA.orders\n\nWHER day >= @since", "SqlInvalid", "line 3")]
    [InlineData("-- the window\nTRUNCATE §SCHEMA.orders -- @since", "StatementRefused", "line 2")]
    [InlineData("DELETE FROM §SCHEMA.ordres WHERE day >= @since", "TableNotFound", "ordres")]
    [InlineData(null, "ArgumentInvalid", "delete.sql")]
    public void A_delete_with_a_mistake_leaves_the_rows(string? sql, string fault, string words)
    {
        using ProjectFolder project = Orders();
        project.Run("Invoke-EtlJob orders -Load Initial").Clean();
        string file = project.Write("jobs/orders/delete.sql", sql ?? "");
        if (sql is null)
        {
            File.Delete(file);
        }

        int staged = project.StagedObjects().Length;
        ErrorRecord error = project.Run("Invoke-EtlJob orders").Fault(fault);
        Assert.Contains(words, error.ToString() + error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], project.Rows("SELECT id FROM §SCHEMA.orders ORDER BY id"));
        Assert.Equal(staged, project.StagedObjects().Length);
    }

    [Theory]
    [InlineData("lake", "SecretKey = '", "SecretKey = 'x", "StageLoginFailed")]
    [InlineData("lake", "Bucket = '", "Bucket = 'no-", "BucketNotFound")]
    [InlineData("dw", "Password = '", "Password = 'x", "LoginFailed")]
    [InlineData("dw", "Database = '", "Database = 'x", "DatabaseNotFound")]
    [InlineData("src", "source.sqlite", "other.sqlite", "DatabaseNotFound")]
    public void A_connection_with_a_mistake(string connection, string right, string wrong, string fault)
    {
        void Change(ProjectFolder project) => project.Write("connections.psd1", project.ConnectionText.Replace(right, wrong, StringComparison.Ordinal));
        Refused("Invoke-EtlJob orders", fault, "", "", Change);
        using ProjectFolder project = Orders();
        Change(project);
        Assert.Equal($"False|{fault}", project.Run($"Test-EtlConnection {connection}").Only("Succeeded", "Fault"));
    }

    [Theory]
    [InlineData("connections.psd1", "Bucket =", "Buckte =", "Buckte", "Bucket")]
    [InlineData("connections.psd1", "'source.sqlite'", "(New-Item source.sqlite)", "code", "line 2")]
    [InlineData("jobs/orders/job.psd1", "Mode =", "Mod =", "Mod", "Mode")]
    [InlineData("jobs/orders/job.psd1", "'Overwrite'", "\"$(Get-Date)\"", "code", "line 1")]
    [InlineData("jobs/orders/job.psd1", "'Overwrite'", "'Overwirte'", "Overwirte", "Overwrite")]
    public void A_definition_with_a_mistake(string file, string right, string wrong, string words, string otherWords) =>
        Refused("Invoke-EtlJob orders", "DefinitionInvalid", words, otherWords, project =>
        {
            string path = Path.Combine(project.Folder, file);
            File.WriteAllText(path, File.ReadAllText(path).Replace(right, wrong, StringComparison.Ordinal));
        });

    private void Refused(string script, string fault, string words, string otherWords = "", Action<ProjectFolder>? change = null)
    {
        using ProjectFolder project = Orders();
        change?.Invoke(project);
        ErrorRecord error = project.Run(script).Fault(fault);
        Assert.Contains(words.Replace("§SCHEMA", project.Schema, StringComparison.Ordinal), error.ToString(), StringComparison.Ordinal);
        Assert.Contains(otherWords, error.ToString(), StringComparison.Ordinal);
        Assert.False(project.HasSchema);
    }

    private ProjectFolder Orders()
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE orders (id INT, name TEXT, day DATE); INSERT INTO orders VALUES (1, 'old', '2026-01-01'), (2, NULL, '2026-02-10')");
        project.Job("orders", Definition, Create, Initial, Ongoing, Delete);
        return project;
    }
}
