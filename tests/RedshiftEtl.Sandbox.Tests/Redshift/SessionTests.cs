using Npgsql;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 6 and 8.3: who is connected, and how statements and sessions are ended.</summary>
public sealed class SessionTests(Warehouse warehouse)
{
    [Fact]
    public async Task Sessions_are_listed_under_their_users()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync($"CREATE USER listed PASSWORD '{UserPassword}'");
        await using var other = await warehouse.OpenAsync(warehouse.ConnectionString("listed", UserPassword));
        Assert.Equal("listed|dev", await session.RowsAsync($"SELECT trim(user_name), trim(db_name) FROM stv_sessions WHERE process = {other.ProcessID}"));
        Assert.Equal("etl|Running", await session.RowsAsync($"SELECT trim(user_name), trim(status) FROM stv_recents WHERE pid = {session.Connection.ProcessID}"));
        await session.RunAsync("CREATE TABLE t (n int)");
        await session.RunAsync("BEGIN");
        await session.RunAsync("LOCK t");
        Assert.Equal("etl|AccessExclusiveLock|True", await session.RowsAsync("SELECT txn_owner, lock_mode, granted FROM svv_transactions WHERE relation = 't'::regclass::oid::int AND lock_mode LIKE 'AccessExc%'"));
    }

    [Theory]
    [InlineData("SELECT pg_cancel_backend({0})")]
    [InlineData("CANCEL {0}")]
    public async Task A_superuser_cancels_a_statement_and_the_session_goes_on(string cancel)
    {
        await using var holder = await LockedAsync();
        await using var other = await warehouse.OpenAsync();
        var waiting = ReadAsync(other, holder);
        await warehouse.UntilWaitingAsync(other);
        await using var third = await warehouse.SessionAsync();
        await third.RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, cancel, other.ProcessID));
        Assert.Equal("57014", (await Assert.ThrowsAsync<PostgresException>(() => waiting)).SqlState);
        await using var again = new NpgsqlCommand("SELECT 1", other);
        Assert.Equal(1, await again.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_session_that_is_terminated_is_told_and_closed()
    {
        await using var holder = await LockedAsync();
        await using var other = await warehouse.OpenAsync();
        var waiting = ReadAsync(other, holder);
        await warehouse.UntilWaitingAsync(other);
        await using var third = await warehouse.SessionAsync();
        await third.RunAsync($"SELECT pg_terminate_backend({other.ProcessID})");
        Assert.Equal("57P01", (await Assert.ThrowsAsync<PostgresException>(() => waiting)).SqlState);
        Assert.NotEqual(System.Data.ConnectionState.Open, other.FullState);
    }

    [Fact]
    public async Task Users_end_their_own_sessions_only()
    {
        await using var owner = await warehouse.SessionAsync();
        await owner.RunAsync($"CREATE USER ending PASSWORD '{UserPassword}'");
        await using var session = new TestSession(await warehouse.OpenAsync(warehouse.ConnectionString("ending", UserPassword)), "public");
        await session.FailsAsync($"SELECT pg_terminate_backend({owner.Connection.ProcessID})", "42501");
        await session.FailsAsync($"CANCEL {owner.Connection.ProcessID}", "42501");
        await using var own = await warehouse.OpenAsync(warehouse.ConnectionString("ending", UserPassword));
        Assert.Equal(true, await session.ValueAsync($"SELECT pg_terminate_backend({own.ProcessID})"));
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_cancelled()
    {
        await using var holder = await LockedAsync();
        await using var other = await warehouse.SessionAsync();
        await other.RunAsync("SET statement_timeout TO 50");
        await other.FailsAsync($"SELECT * FROM {holder.Schema}.t", "57014");
        await other.RunAsync("SET statement_timeout TO 0");
        Assert.Equal(1, await other.ValueAsync("SELECT 1"));
    }

    private const string UserPassword = "Abcdefg1";

    private async Task<TestSession> LockedAsync()
    {
        var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int)");
        await session.RunAsync("BEGIN");
        await session.RunAsync("LOCK t");
        return session;
    }

    private static async Task ReadAsync(NpgsqlConnection connection, TestSession holder)
    {
        await using var command = new NpgsqlCommand($"SELECT * FROM {holder.Schema}.t", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
