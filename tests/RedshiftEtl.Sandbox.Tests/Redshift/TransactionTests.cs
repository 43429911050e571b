using Npgsql;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 3: transactions and locks.</summary>
public sealed class TransactionTests(Warehouse warehouse)
{
    [Fact]
    public async Task Truncate_commits_what_came_before_and_itself()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE a (n int)");
        await session.RunAsync("CREATE TABLE b (n int)");
        await session.RunAsync("INSERT INTO b VALUES (1)");
        await session.RunAsync("BEGIN");
        await session.RunAsync("INSERT INTO a VALUES (1)");
        await session.RunAsync("TRUNCATE b");
        await session.RunAsync("ROLLBACK");
        Assert.Equal("1|0", await session.RowsAsync("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)"));
    }

    [Fact]
    public async Task Ddl_is_rolled_back()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE");
        await session.RunAsync("CREATE TABLE t (n int) SORTKEY (n)");
        await session.RunAsync("ROLLBACK");
        await session.FailsAsync("SELECT * FROM t", "42P01");
    }

    [Theory]
    [InlineData("VACUUM")]
    [InlineData("VACUUM FULL t")]
    [InlineData("ALTER TABLE t APPEND FROM u")]
    [InlineData("ALTER TABLE t ALTER COLUMN s TYPE varchar(20)")]
    [InlineData("CREATE DATABASE d")]
    [InlineData("DROP DATABASE d")]
    [InlineData("ALTER DATABASE dev ISOLATION LEVEL SERIALIZABLE")]
    public async Task What_must_stand_alone_is_refused_in_a_block_and_in_a_batch(string sql)
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (s varchar(10))");
        await session.RunAsync("CREATE TABLE u (s varchar(10))");
        await session.RunAsync("BEGIN");
        var error = await session.FailsAsync(sql, "25001");
        Assert.Contains("cannot run inside a transaction block", error.MessageText, StringComparison.Ordinal);
        await session.FailsAsync("SELECT 1", "25P02");
        await session.FailsAsync("CREATE TABLE x (n int)", "25P02");
        await session.RunAsync("ROLLBACK");
        await session.FailsAsync($"{sql}; SELECT 1", "25001");
        await session.FailsAsync($"SELECT 1; {sql}", "25001");
    }

    [Fact]
    public async Task Several_statements_of_a_request_are_one_transaction()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int)");
        await session.FailsAsync("INSERT INTO t VALUES (1); CREATE TABLE u (n int); INSERT INTO t VALUES ('x')", "22P02");
        Assert.Equal(0L, await session.ValueAsync("SELECT count(*) FROM t"));
        await session.FailsAsync("SELECT * FROM u", "42P01");
        await session.RunAsync("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)");
        Assert.Equal(2L, await session.ValueAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task The_snapshot_is_taken_at_the_first_access()
    {
        await using var reader = await warehouse.SessionAsync();
        await reader.RunAsync("CREATE TABLE t (n int)");
        await using var writer = await warehouse.OpenAsync();
        await reader.RunAsync("BEGIN");
        await Run(writer, $"INSERT INTO {reader.Schema}.t VALUES (1)");
        Assert.Equal(1L, await reader.ValueAsync("SELECT count(*) FROM t"));
        await Run(writer, $"INSERT INTO {reader.Schema}.t VALUES (2)");
        Assert.Equal(1L, await reader.ValueAsync("SELECT count(*) FROM t"));
        await reader.RunAsync("COMMIT");
        Assert.Equal(2L, await reader.ValueAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Writers_of_a_table_wait_for_each_other_and_readers_do_not()
    {
        await using var first = await warehouse.SessionAsync();
        await first.RunAsync("CREATE TABLE t (n int)");
        await first.RunAsync("INSERT INTO t VALUES (1)");
        await first.RunAsync("BEGIN");
        await first.RunAsync("UPDATE t SET n = n + 1");
        await using var second = await warehouse.OpenAsync();
        var waiting = Run(second, $"UPDATE {first.Schema}.t SET n = n + 1");
        await warehouse.UntilWaitingAsync(second);
        await using var reader = await warehouse.OpenAsync();
        await using (var read = new NpgsqlCommand($"SELECT n FROM {first.Schema}.t", reader))
            Assert.Equal(1, await read.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.False(waiting.IsCompleted);
        await first.RunAsync("COMMIT");
        await waiting;
        // The second took its snapshot after the wait, so nothing is lost.
        Assert.Equal(3, await first.ValueAsync("SELECT n FROM t"));
    }

    [Theory]
    [InlineData("SERIALIZABLE", "Serializable", true)]
    [InlineData("SNAPSHOT", "Snapshot Isolation", false)]
    public async Task Sessions_take_the_isolation_of_their_database(string level, string shown, bool isRefused)
    {
        string database = $"isolation_{level.ToLowerInvariant()}";
        await using (var maker = await warehouse.OpenAsync())
        {
            await Run(maker, $"CREATE DATABASE {database}");
            await Run(maker, $"ALTER DATABASE {database} ISOLATION LEVEL {level}");
        }
        string connection = warehouse.ConnectionString(database: database) + ";Include Error Detail=true";
        await using var first = new TestSession(await warehouse.OpenAsync(connection), "public");
        await using var second = new TestSession(await warehouse.OpenAsync(connection), "public");
        Assert.Equal(shown, await first.ValueAsync("SHOW TRANSACTION ISOLATION LEVEL"));
        await first.RunAsync("CREATE TABLE a (n int)");
        await first.RunAsync("CREATE TABLE b (n int)");
        await first.RunAsync("BEGIN");
        await second.RunAsync("BEGIN");
        // Each reads what the other writes: no serial order gives both what they saw.
        await first.ValueAsync("SELECT count(*) FROM a");
        await second.ValueAsync("SELECT count(*) FROM b");
        await first.RunAsync("INSERT INTO b VALUES (1)");
        await second.RunAsync("INSERT INTO a VALUES (1)");
        await first.RunAsync("COMMIT");
        if (!isRefused)
        {
            await second.RunAsync("COMMIT");
            return;
        }
        var error = await second.FailsAsync("COMMIT", "XX000");
        Assert.Equal("1023", error.MessageText);
        Assert.StartsWith("Serializable isolation violation on table", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lock_keeps_readers_out()
    {
        await using var first = await warehouse.SessionAsync();
        await first.RunAsync("CREATE TABLE t (n int)");
        await first.RunAsync("BEGIN");
        await first.RunAsync("LOCK TABLE t");
        await using var second = await warehouse.OpenAsync();
        var waiting = Run(second, $"SELECT * FROM {first.Schema}.t");
        await warehouse.UntilWaitingAsync(second);
        await first.RunAsync("END");
        await waiting;
    }

    [Theory]
    [InlineData("SAVEPOINT a")]
    [InlineData("ROLLBACK TO SAVEPOINT a")]
    [InlineData("RELEASE SAVEPOINT a")]
    public async Task Savepoints_are_refused(string sql)
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("BEGIN");
        await session.FailsAsync(sql, "0A000");
    }

    [Fact]
    public async Task Temporary_tables_hide_permanent_ones_and_end_with_the_session()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int)");
        await session.RunAsync("CREATE TEMP TABLE t (LIKE t)");
        await session.RunAsync("INSERT INTO t VALUES (1)");
        await session.RunAsync("CREATE TABLE #x AS SELECT * FROM t");
        Assert.Equal("1|0", await session.RowsAsync($"SELECT (SELECT count(*) FROM #x), (SELECT count(*) FROM {session.Schema}.t)"));
        await session.FailsAsync("CREATE TEMP TABLE public.t (n int)", "42P16");
        await using var other = await warehouse.OpenAsync();
        var error = await Assert.ThrowsAsync<PostgresException>(() => Run(other, "SELECT * FROM #x"));
        Assert.Equal("42P01", error.SqlState);
    }

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
