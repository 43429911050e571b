using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class SecretTests(SandboxFixture fixture)
{
    private const string Loud = "$VerbosePreference = 'Continue'; $DebugPreference = 'Continue'; $InformationPreference = 'Continue';\n";

    [Theory]
    [InlineData("Get-EtlConnection")]
    [InlineData("Get-EtlJob")]
    [InlineData("Invoke-EtlJob orders")]
    [InlineData("Invoke-EtlJob orders -WhatIf")]
    [InlineData("Test-EtlConnection dw")]
    [InlineData("Invoke-RedshiftSql dw 'SELECT 1'")]
    public void A_password_of_the_environment_is_in_nothing_that_is_written(string script)
    {
        string variable = "ETL_" + Guid.NewGuid().ToString("N");
        string marker = "s3cr3t-marker-" + variable;
        Environment.SetEnvironmentVariable(variable, marker);
        using ProjectFolder project = Orders();
        project.Write("connections.psd1", project.ConnectionText.Replace($"Password = '{project.Password}'", $"Password = @{{ Env = '{variable}' }}", StringComparison.Ordinal));
        Outcome outcome = project.Run(Loud + script);
        Assert.NotEmpty(outcome.Output.Concat<object>(outcome.Errors));
        Assert.All(Texts(outcome), text => Assert.DoesNotContain(marker, text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Invoke-EtlJob orders")]
    [InlineData("Invoke-EtlJob orders -WhatIf")]
    [InlineData("Invoke-EtlJob orders -InitialSqlFile toolong.sql")]
    [InlineData("Invoke-EtlJob orders -CreateSqlFile none.sql")]
    public void The_keys_that_a_copy_authorizes_with_are_in_nothing_that_is_written(string script)
    {
        using ProjectFolder project = Orders();
        project.Write("toolong.sql", "SELECT 'much too long' AS name");
        Outcome outcome = project.Run(Loud + script + """
             -Warehouse @{ Type = 'Redshift'; Host = $sandbox.Warehouse.Host; Port = $sandbox.Warehouse.Port; Database = $sandbox.Warehouse.Database
                Username = $sandbox.Warehouse.Username; Password = $sandbox.Warehouse.Password; SslMode = 'Disable' }
            """);
        Assert.NotEmpty(outcome.Output.Concat<object>(outcome.Errors));
        bool hasHistory = project.Rows("SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'etl' AND c.relname = 'run'").Length > 0;
        string[] history = hasHistory ? project.Rows("SELECT * FROM etl.run WHERE target LIKE '§SCHEMA.%'") : [];
        Assert.All(Texts(outcome).Concat(history), text => Assert.DoesNotContain(project.SecretKey, text, StringComparison.Ordinal));
    }

    /// <summary>Everything of an outcome as text: objects both by ToString and property by property, three levels deep.</summary>
    private static IEnumerable<string> Texts(Outcome outcome) => outcome.Output.SelectMany(item => Deep(item, 3))
        .Concat(outcome.Errors.SelectMany(error => new[] { error.ToString(), error.Exception.ToString(), error.TargetObject?.ToString() ?? "" }))
        .Concat(outcome.Warnings).Concat(outcome.Verbose).Concat(outcome.Debug).Concat(outcome.Information);

    private static IEnumerable<string> Deep(object? value, int depth) => value is null ? [] : depth == 0 || value is string or ValueType
        ? [value.ToString() ?? ""]
        : System.Management.Automation.PSObject.AsPSObject(value).Properties.Where(property => property.IsGettable)
            .SelectMany(property => Deep(property.Value, depth - 1)).Prepend(value.ToString() ?? "");

    private ProjectFolder Orders()
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE orders (name TEXT); INSERT INTO orders VALUES ('one')");
        project.Job("orders", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.orders' }",
            "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.orders (name VARCHAR(5))", "SELECT name FROM orders", "SELECT name FROM orders", "DELETE FROM §SCHEMA.orders");
        return project;
    }

    [Theory]
    [InlineData("Require", "does not check whom it speaks to")]
    [InlineData("VerifyCA", "not its name")]
    [InlineData("Prefer", "may go unencrypted")]
    public void A_downgrade_of_the_connection_to_the_warehouse_is_warned_of_once(string mode, string said)
    {
        using ModuleSession session = fixture.Open();
        Outcome outcome = session.Run($"Invoke-RedshiftSql @{{ Type = 'Redshift'; Host = 'no-such-host.invalid'; Database = 'x'; Username = 'u'; Password = 'p'; SslMode = '{mode}' }} 'SELECT 1' -WarningVariable said -WarningAction SilentlyContinue -ErrorAction SilentlyContinue; $said");
        Assert.Contains(said, Assert.Single(outcome.Output).ToString(), StringComparison.Ordinal);
    }
}
