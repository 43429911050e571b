using Npgsql;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 8.1: what a client meets when it connects.</summary>
public sealed class LoginTests(Warehouse warehouse)
{
    [Fact]
    public async Task Npgsql_logs_in_loads_types_and_sees_Redshift()
    {
        await using var connection = await warehouse.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT version()", connection);
        Assert.Equal(
            "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.12103",
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.Equal("8.0.2", connection.ServerVersion);
    }

    [Fact]
    public async Task Encrypted_connections_work()
    {
        var settings = new NpgsqlConnectionStringBuilder(warehouse.ConnectionString()) { SslMode = SslMode.Require };
        await using var connection = await warehouse.OpenAsync(settings.ConnectionString);
        await using var command = new NpgsqlCommand("SELECT current_user", connection);
        Assert.Equal("etl", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("etl", "wrong", "dev", "28P01")]
    [InlineData("nobody", Warehouse.Password, "dev", "28P01")]
    [InlineData("etl", Warehouse.Password, "nowhere", "3D000")]
    [InlineData("etl", "wrong", "nowhere", "28P01")]
    public async Task Wrong_logins_are_refused(string user, string password, string database, string sqlState)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => warehouse.OpenAsync(warehouse.ConnectionString(user, password, database)));
        Assert.Equal(sqlState, error.SqlState);
    }
}
