using System.Net;
using System.Net.Sockets;
using Microsoft.Data.SqlClient;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.SqlServer;

namespace RedshiftEtl.Engine.Tests.Extract.SqlServer;

/// <summary>How a SQL Server connection is made of its options, and what is said when nobody answers.</summary>
public sealed class SqlServerConnectionTests
{
    private static readonly SqlServerConnection s_plain = new() { Name = "crm", Host = "db.example" };

    [Fact]
    public void Options_win_over_the_connection_string_and_the_extract_over_both()
    {
        var built = new SqlConnectionStringBuilder(SqlServerSettings.ConnectionString(new SqlServerConnection
        {
            Name = "crm",
            Host = @"db.example\crm",
            Port = 14330,
            Database = "sales",
            Username = "etl",
            Password = Secret.Of("s3cr3t;marker"),
            Encrypt = "Strict",
            TrustServerCertificate = true,
            ApplicationIntent = "ReadOnly",
            ConnectionString = Secret.Of("Server=other;Database=other;User ID=other;Password=other;Connect Timeout=7;Pooling=true;MultipleActiveResultSets=true;Command Timeout=5;Enlist=true"),
        }));
        Assert.Equal(@"db.example\crm,14330", built.DataSource);
        Assert.Equal(("sales", "etl", "s3cr3t;marker"), (built.InitialCatalog, built.UserID, built.Password));
        Assert.Equal((SqlConnectionEncryptOption.Strict, true, ApplicationIntent.ReadOnly, 7), (built.Encrypt, built.TrustServerCertificate, built.ApplicationIntent, built.ConnectTimeout));
        Assert.Equal((false, false, false, 0, "RedshiftEtl"), (built.Pooling, built.MultipleActiveResultSets, built.Enlist, built.CommandTimeout, built.ApplicationName));
    }

    [Fact]
    public void Encryption_is_what_the_client_has_unless_it_is_said()
    {
        Assert.Equal(SqlConnectionEncryptOption.Mandatory, new SqlConnectionStringBuilder(SqlServerSettings.ConnectionString(s_plain)).Encrypt);
        Assert.False(new SqlConnectionStringBuilder(SqlServerSettings.ConnectionString(s_plain)).TrustServerCertificate);
        Assert.Equal(SqlConnectionEncryptOption.Optional, new SqlConnectionStringBuilder(SqlServerSettings.ConnectionString(s_plain with { Encrypt = "Optional" })).Encrypt);
    }

    [Theory]
    [InlineData("Nonsense=s3cr3t-marker")]
    [InlineData("Encrypt=s3cr3t-marker")]
    [InlineData("Authentication=Active Directory Default")]
    public void What_cannot_be_is_refused_without_a_secret(string text)
    {
        EtlException error = Assert.Throws<EtlException>(() => SqlServerSettings.ConnectionString(s_plain with { ConnectionString = Secret.Of(text) }));
        Assert.Same(Fault.DefinitionInvalid, error.Fault);
        Assert.DoesNotContain("s3cr3t", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Connections_are_read_with_their_options()
    {
        var mistakes = new List<DefinitionMistake>();
        var entries = new[] { ("Type", (object?)"sqlserver"), ("Host", "h"), ("Encrypt", false), ("ApplicationIntent", "readonly") };
        var read = (SqlServerConnection)ConnectionReader.Read("c", new Definition(null, 0, entries.Select(entry => new DefinitionEntry(entry.Item1, entry.Item2, 0)).ToArray()), "/", name => name, mistakes)!;
        Assert.Empty(mistakes);
        Assert.Equal(("Optional", "ReadOnly", null), (read.Encrypt, read.ApplicationIntent, read.TrustServerCertificate));
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on()
    {
        // The client tries again until the time is up.
        var source = s_plain with { Host = "127.0.0.1", Port = 1, Username = "u", Password = Secret.Of("s3cr3t-marker"), ConnectionString = Secret.Of("Connect Timeout=1") };
        EtlException error = await Assert.ThrowsAsync<EtlException>(() => SourceTest.RunAsync(source, CancellationToken.None));
        Assert.Same(Fault.ConnectionFailed, error.Fault);
        Assert.StartsWith("SqlServer 'crm' (127.0.0.1,1/)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        Task serving = HangUpAsync();
        var source = s_plain with { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Username = "u", Password = Secret.Of("p") };
        Assert.Same(Fault.ConnectionFailed, (await Assert.ThrowsAsync<EtlException>(() => SourceTest.RunAsync(source, CancellationToken.None))).Fault);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);

        async Task HangUpAsync()
        {
            while (true)
            {
                using Socket socket = await listener.AcceptSocketAsync(stop.Token);
            }
        }
    }

    [Fact]
    public async Task A_server_that_never_answers_can_be_given_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var source = s_plain with { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Username = "u", Password = Secret.Of("p"), ConnectionString = Secret.Of("Connect Timeout=600") };
        Task<string> testing = SourceTest.RunAsync(source, stop.Token);
        using Socket socket = await listener.AcceptSocketAsync(CancellationToken.None);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => testing);
    }

    [Theory]
    [InlineData(18456, nameof(Fault.LoginFailed))]
    [InlineData(4060, nameof(Fault.DatabaseNotFound))]
    [InlineData(40615, nameof(Fault.ConnectionFailed))]
    public void Errors_of_a_login(int number, string fault) => Assert.Equal(fault, SqlServerError.ConnectFault(number).Name);

    [Theory]
    [InlineData(102, 15, nameof(Fault.SqlInvalid))]
    [InlineData(319, 15, nameof(Fault.SqlInvalid))]
    [InlineData(208, 16, nameof(Fault.SqlInvalid))]
    [InlineData(207, 16, nameof(Fault.SqlInvalid))]
    [InlineData(229, 14, nameof(Fault.SqlDenied))]
    [InlineData(916, 14, nameof(Fault.SqlDenied))]
    [InlineData(1205, 13, nameof(Fault.TransactionConflict))]
    [InlineData(3960, 16, nameof(Fault.TransactionConflict))]
    [InlineData(8134, 16, nameof(Fault.SqlFailed))]
    [InlineData(245, 16, nameof(Fault.SqlFailed))]
    [InlineData(596, 21, nameof(Fault.ConnectionFailed))]
    [InlineData(-2, 11, nameof(Fault.ConnectionFailed))]
    [InlineData(10054, 20, nameof(Fault.ConnectionFailed))]
    public void Errors_of_a_statement(int number, byte severity, string fault) => Assert.Equal(fault, SqlServerError.StatementFault(number, severity).Name);
}
