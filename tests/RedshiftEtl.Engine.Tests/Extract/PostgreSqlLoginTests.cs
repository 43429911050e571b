using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.PostgreSql;

namespace RedshiftEtl.Engine.Tests.Extract;

public sealed class PostgreSqlLoginTests(PostgresServer server)
{
    private const string Password = "pä:ss\\word";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("by_scram", "scram-sha-256")]
    [InlineData("by_md5", "md5")]
    [InlineData("by_clear", "scram-sha-256")]
    public async Task The_right_password_opens_and_a_wrong_one_does_not(string user, string encryption)
    {
        PostgreSqlConnection source = await UserAsync(user, encryption);
        Assert.StartsWith("PostgreSQL ", await SourceTest.RunAsync(source with { Password = Secret.Of(Password) }, Cancel), StringComparison.Ordinal);
        Assert.Same(Fault.LoginFailed, await FaultOfAsync(source with { Password = Secret.Of("wrong") }));
        Assert.Same(Fault.LoginFailed, await FaultOfAsync(source));
    }

    [Fact]
    public async Task A_password_may_stand_in_the_connection_string_or_in_a_password_file()
    {
        PostgreSqlConnection source = await UserAsync("by_scram", "scram-sha-256");
        string address = $"Host={source.Host};Port={source.Port};Database=postgres;Username=by_scram";
        var whole = new PostgreSqlConnection { Name = "pg", ConnectionString = Secret.Of($"{address};Password={Password};SSL Mode=Disable") };
        Assert.StartsWith("PostgreSQL ", await SourceTest.RunAsync(whole, Cancel), StringComparison.Ordinal);
        string file = Path.Combine(server.Folder, "passwords");
        await File.WriteAllTextAsync(file, $"# a comment\nelsewhere:*:*:*:no\n{source.Host}:{source.Port}:*:by_scram:pä\\:ss\\\\word\n", Cancel);
        Assert.StartsWith("PostgreSQL ", await SourceTest.RunAsync(whole with { ConnectionString = Secret.Of($"{address};Passfile={file}") }, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_is_verified_as_far_as_its_mode_asks()
    {
        PostgreSqlConnection source = await UserAsync("by_tls", "scram-sha-256") with { Password = Secret.Of(Password) };
        string root = Path.Combine(server.Folder, "server.crt");
        foreach (string mode in new[] { "Prefer", "Allow", "Require" })
        {
            Assert.StartsWith("PostgreSQL ", await SourceTest.RunAsync(source with { SslMode = mode }, Cancel), StringComparison.Ordinal);
        }

        foreach (string mode in new[] { "VerifyCA", "VerifyFull" })
        {
            Assert.StartsWith("PostgreSQL ", await SourceTest.RunAsync(source with { SslMode = mode, RootCertificate = root }, Cancel), StringComparison.Ordinal);
            Assert.Same(Fault.CertificateInvalid, await FaultOfAsync(source with { SslMode = mode }));
        }

        Assert.Same(Fault.LoginFailed, await FaultOfAsync(source with { SslMode = "Disable" }));
    }

    [Fact]
    public async Task The_name_in_the_certificate_counts_for_VerifyFull_only()
    {
        PostgreSqlConnection source = await UserAsync("by_tls", "scram-sha-256") with
        {
            Password = Secret.Of(Password),
            Host = "localhost",
            RootCertificate = Path.Combine(server.Folder, "server.crt"),
        };
        Assert.StartsWith("PostgreSQL ", await SourceTest.RunAsync(source with { SslMode = "VerifyCA" }, Cancel), StringComparison.Ordinal);
        Assert.Same(Fault.CertificateInvalid, await FaultOfAsync(source with { SslMode = "VerifyFull" }));
    }

    [Fact]
    public async Task A_certificate_may_be_the_login()
    {
        PostgreSqlConnection source = await UserAsync("by_cert", "scram-sha-256");
        Assert.Same(Fault.LoginFailed, await FaultOfAsync(source with { SslMode = "Require" }));
        string files = $"SSL Certificate={server.Folder}/server.crt;SSL Key={server.Folder}/server.key";
        Assert.StartsWith("PostgreSQL ", await SourceTest.RunAsync(source with { SslMode = "Require", ConnectionString = Secret.Of(files) }, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Unix_socket_is_a_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "PostgreSQL's folder sockets are Unix'.");
        PostgreSqlConnection source = await server.Connection;
        Assert.StartsWith("PostgreSQL ", await SourceTest.RunAsync(source with { Host = server.Folder, SslMode = "VerifyFull" }, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_hosts_the_first_that_answers_is_taken()
    {
        PostgreSqlConnection source = await server.Connection;
        Assert.StartsWith("PostgreSQL ", await SourceTest.RunAsync(source with { Host = $"127.0.0.1:1,{source.Host}:{source.Port}" }, Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=h;Pasword=secret", null)]
    [InlineData("Host=h;Password=secret;Channel Binding=Require", null)]
    [InlineData("Host=h;Password=secret", "Sometimes")]
    public void A_wrong_option_is_refused_without_showing_the_string(string text, string? mode)
    {
        var source = new PostgreSqlConnection { Name = "pg", ConnectionString = Secret.Of(text), SslMode = mode };
        EtlException error = Assert.Throws<EtlException>(() => new WireSettings(source));
        Assert.Same(Fault.DefinitionInvalid, error.Fault);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_never_shows_the_password()
    {
        PostgreSqlConnection source = await UserAsync("by_scram", "scram-sha-256") with { Password = Secret.Of("s3cr3t-marker") };
        var error = await Assert.ThrowsAsync<EtlException>(() => SourceTest.RunAsync(source, Cancel));
        Assert.DoesNotContain("s3cr3t-marker", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<Fault> FaultOfAsync(PostgreSqlConnection source) =>
        (await Assert.ThrowsAsync<EtlException>(() => SourceTest.RunAsync(source, Cancel))).Fault;

    private async Task<PostgreSqlConnection> UserAsync(string user, string encryption)
    {
        await server.ExecuteAsync($"""
            SET password_encryption = '{encryption}';
            DO $$ BEGIN CREATE USER {user}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            ALTER USER {user} PASSWORD '{Password}'
            """);
        return (await server.Connection) with { Username = user };
    }
}
