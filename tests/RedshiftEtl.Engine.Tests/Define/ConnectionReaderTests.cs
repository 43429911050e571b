using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Tests.Define;

public class ConnectionReaderTests
{
    private static Definition Table(params (string Key, object? Value)[] entries) =>
        new("connections.psd1", 1, entries.Select((entry, i) => new DefinitionEntry(entry.Key, entry.Value, i + 2)).ToArray());

    private static (EtlConnection? Connection, List<DefinitionMistake> Mistakes) Read(params (string Key, object? Value)[] entries)
    {
        var mistakes = new List<DefinitionMistake>();
        return (ConnectionReader.Read("c", Table(entries), Path.GetTempPath(), name => $"vault-{name}", mistakes), mistakes);
    }

    [Fact]
    public void Every_mistake_is_noted_with_its_line_and_the_nearest_key()
    {
        (EtlConnection? connection, List<DefinitionMistake> mistakes) = Read(
            ("Type", "Redshift"), ("Hots", "h"), ("Database", "d"), ("Port", 99999), ("SslMode", "VerifyFul"));
        Assert.Null(connection);
        Assert.Equal(
            [
                "connections.psd1, line 1: Host of connection 'c' is missing.",
                "connections.psd1, line 5: Port of connection 'c' must be a whole number from 1 to 65535.",
                "connections.psd1, line 6: 'VerifyFul' is not a SslMode of connection 'c'. Did you mean 'VerifyFull'?",
                "connections.psd1, line 3: 'Hots' is not a key of connection 'c'. Did you mean 'Host'?",
            ],
            mistakes.Select(mistake => mistake.ToString()));
    }

    [Fact]
    public void An_unknown_type_is_named_with_the_nearest()
    {
        (_, List<DefinitionMistake> mistakes) = Read(("Type", "Redshif"));
        Assert.Contains("Did you mean 'Redshift'?", Assert.Single(mistakes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passwords_come_from_the_environment_or_a_vault_and_never_show()
    {
        Environment.SetEnvironmentVariable("REDSHIFTETL_TEST_SECRET", "s3cr3t-marker");
        var redshift = (RedshiftConnection)Read(("Type", "Redshift"), ("Host", "h"), ("Database", "d"), ("Username", "u"),
            ("Password", new Definition(null, 0, [new DefinitionEntry("Env", "REDSHIFTETL_TEST_SECRET", 0)]))).Connection!;
        Assert.Equal("s3cr3t-marker", redshift.Password!.Reveal());
        Assert.DoesNotContain("s3cr3t", $"{redshift} {redshift.Password} {redshift.Password.Origin}", StringComparison.Ordinal);
        var vault = (RedshiftConnection)Read(("Type", "Redshift"), ("Host", "h"), ("Database", "d"), ("Username", "u"),
            ("Password", new Definition(null, 0, [new DefinitionEntry("Secret", "dw", 0)]))).Connection!;
        Assert.Equal("vault-dw", vault.Password!.Reveal());
    }

    [Fact]
    public void An_environment_variable_that_is_not_set_is_said_by_name()
    {
        var secret = Secret.FromEnvironment("REDSHIFTETL_TEST_NOT_SET");
        var error = Assert.Throws<EtlException>(secret.Reveal);
        Assert.Same(Fault.SecretNotFound, error.Fault);
        Assert.Contains("REDSHIFTETL_TEST_NOT_SET", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_come_in_pairs()
    {
        (_, List<DefinitionMistake> mistakes) = Read(("Type", "S3"), ("Bucket", "b"), ("AccessKey", "a"));
        Assert.Contains("both AccessKey and SecretKey", Assert.Single(mistakes).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql", "MySQL")]
    [InlineData("MariaDB", "MariaDB")]
    public void MySQL_and_MariaDB_are_read_alike(string type, string expected)
    {
        (EtlConnection? connection, List<DefinitionMistake> mistakes) = Read(("Type", type), ("Host", "h"), ("Port", 3307), ("Database", "d"), ("SslMode", "verifyfull"), ("RootCertificate", "ca.pem"), ("TreatTinyAsBoolean", true));
        Assert.Empty(mistakes);
        var mySql = (MySqlConnection)connection!;
        Assert.Equal((expected, "h:3307/d", "VerifyFull", true), (mySql.Type, mySql.Target, mySql.SslMode, mySql.TreatTinyAsBoolean));
        Assert.Equal(Path.Combine(Path.GetTempPath(), "ca.pem"), mySql.RootCertificate);
    }

    [Fact]
    public void A_provider_needs_its_assembly_and_its_factory()
    {
        (_, List<DefinitionMistake> mistakes) = Read(("Type", "AdoNet"), ("ParameterPrefix", "%"), ("SqlDialect", "Orcale"));
        Assert.Equal(4, mistakes.Count);
        (EtlConnection? connection, _) = Read(("Type", "AdoNet"), ("Assembly", "p/x.dll"), ("Factory", "X.F"), ("ParameterPrefix", ":"), ("SqlDialect", "postgresql"), ("IsolationLevel", "Serializable"));
        var any = (AdoNetConnection)connection!;
        Assert.Equal((":", Engine.Plan.SqlDialect.PostgreSql, System.Data.IsolationLevel.Serializable), (any.ParameterPrefix, any.SqlDialect, any.IsolationLevel!.Value));
        Assert.Equal(Path.Combine(Path.GetTempPath(), "p", "x.dll"), any.Assembly);
    }

    [Theory]
    [InlineData("SqlServer")]
    [InlineData("MySQL")]
    public void A_source_needs_a_host_or_a_connection_string(string type)
    {
        (_, List<DefinitionMistake> mistakes) = Read(("Type", type), ("Database", "d"));
        Assert.Contains("needs Host (or ConnectionString)", Assert.Single(mistakes).Message, StringComparison.Ordinal);
        Assert.NotNull(Read(("Type", type), ("ConnectionString", "Server=h")).Connection);
    }
}
