using Npgsql;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.Redshift.Catalog;
using RedshiftEtl.Sandbox.Redshift.Session;

[assembly: AssemblyFixture(typeof(RedshiftEtl.Sandbox.Tests.Redshift.Warehouse))]

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>One Redshift endpoint before a real PostgreSQL for all tests of this folder.</summary>
public sealed class Warehouse : IAsyncLifetime
{
    public const string Password = "Pa55w0rd'\\\"";
    private TestPostgres? _postgres;
    private RedshiftEndpoint? _endpoint;
    private static int s_schema;

    public int Port => _endpoint!.Port;

    internal RedshiftEtl.Sandbox.Redshift.Wire.BackendAddress Backend => _postgres!.Address;

    public async ValueTask InitializeAsync()
    {
        _postgres = await TestPostgres.StartAsync();
        await WarehouseSetup.PrepareAsync(_postgres.Address, "etl", Password, "dev", [], CancellationToken.None);
        _endpoint = RedshiftEndpoint.Start(_postgres.Address, 0, (_, _, _) => Task.FromResult(new CopyOutcome(null, 0, new BackendException("0A000", "no COPY in these tests"))));
    }

    public async ValueTask DisposeAsync()
    {
        if (_endpoint is not null) await _endpoint.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
    }

    public string ConnectionString(string user = "etl", string password = Password, string database = "dev") => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = user,
        Password = password,
        Database = database,
        Pooling = false,
        Enlist = false,
        GssEncryptionMode = GssEncryptionMode.Disable,
        SslMode = SslMode.Disable,
    }.ConnectionString;

    public async Task<NpgsqlConnection> OpenAsync(string? connectionString = null)
    {
        var connection = new NpgsqlConnection(connectionString ?? ConnectionString());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Another endpoint before the same PostgreSQL.</summary>
    internal RedshiftEndpoint StartAnother(CopyExecutor copy, bool serverless = false) => RedshiftEndpoint.Start(Backend, 0, copy, serverless: serverless);

    /// <summary>Returns once that session waits for a lock.</summary>
    public async Task UntilWaitingAsync(NpgsqlConnection waiting)
    {
        await using var watcher = await OpenAsync();
        while (true)
        {
            await using var command = new NpgsqlCommand($"SELECT count(*) FROM svv_transactions WHERE pid = {waiting.ProcessID} AND NOT granted", watcher);
            if ((long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))! > 0) return;
        }
    }

    /// <summary>A session whose unqualified names are in a schema of its own.</summary>
    internal async Task<TestSession> SessionAsync()
    {
        var connection = await OpenAsync();
        string schema = $"t{Interlocked.Increment(ref s_schema)}";
        var session = new TestSession(connection, schema);
        await session.RunAsync($"CREATE SCHEMA {schema}");
        await session.RunAsync($"SET search_path TO {schema}");
        return session;
    }
}

/// <summary>Short words for running SQL.</summary>
internal sealed class TestSession(NpgsqlConnection connection, string schema) : IAsyncDisposable
{
    public NpgsqlConnection Connection => connection;

    public string Schema => schema;

    public async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<object?> ValueAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        object? value = await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        return value is DBNull ? null : value;
    }

    public async Task<string> RowsAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join('|', values.Select(value => value is DBNull ? "∅" : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture))));
        }
        return string.Join('\n', rows);
    }

    public async Task<PostgresException> FailsAsync(string sql, string sqlState)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(sql));
        Assert.Equal(sqlState, error.SqlState);
        return error;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
