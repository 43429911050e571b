namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 3: isolation is a property of the database.</summary>
public sealed class IsolationTests(Warehouse warehouse)
{
    [Fact]
    public async Task Serializable_transactions_that_read_what_the_other_writes_end_in_1023()
    {
        var (first, second) = await PairAsync("serializable_db", "ISOLATION LEVEL SERIALIZABLE");
        await using var one = first;
        await using var other = second;
        Assert.Equal("Serializable", await one.ValueAsync("SELECT isolation_level FROM stv_db_isolation_level WHERE db_name = 'serializable_db'"));
        await CrossAsync(one, other);
        await one.RunAsync("COMMIT");
        var error = await other.FailsAsync("INSERT INTO a VALUES (1); COMMIT", "XX000");
        Assert.Equal("1023", error.MessageText);
        Assert.StartsWith("Serializable isolation violation on table", error.Detail, StringComparison.Ordinal);
        Assert.Equal(0L, await one.ValueAsync("SELECT count(*) FROM a"));
    }

    [Fact]
    public async Task Snapshot_transactions_may_read_what_the_other_writes()
    {
        var (first, second) = await PairAsync("snapshot_db", "ISOLATION LEVEL SNAPSHOT");
        await using var one = first;
        await using var other = second;
        Assert.Equal("Snapshot Isolation", await one.ValueAsync("SELECT isolation_level FROM stv_db_isolation_level WHERE db_name = 'snapshot_db'"));
        await CrossAsync(one, other);
        await one.RunAsync("COMMIT");
        await other.RunAsync("INSERT INTO a VALUES (1)");
        await other.RunAsync("COMMIT");
        Assert.Equal(1L, await one.ValueAsync("SELECT count(*) FROM a"));
    }

    [Fact]
    public async Task Snapshot_transactions_that_write_the_same_rows_conflict_and_not_as_1023()
    {
        var (first, second) = await PairAsync("conflict_db", "");
        await using var one = first;
        await using var other = second;
        await one.RunAsync("INSERT INTO a VALUES (1)");
        await other.RunAsync("BEGIN");
        await other.RunAsync("SELECT * FROM a");
        await one.RunAsync("UPDATE a SET n = 2");
        var error = await other.FailsAsync("UPDATE a SET n = 3", "40001");
        Assert.NotEqual("1023", error.MessageText);
    }

    [Fact]
    public async Task A_database_that_is_altered_serves_new_sessions_in_the_new_mode()
    {
        var (first, second) = await PairAsync("altered_db", "ISOLATION LEVEL SNAPSHOT");
        await first.RunAsync("ALTER DATABASE altered_db ISOLATION LEVEL SERIALIZABLE");
        await first.DisposeAsync();
        await second.DisposeAsync();
        await using var one = await OpenAsync("altered_db");
        await using var other = await OpenAsync("altered_db");
        await CrossAsync(one, other);
        await one.RunAsync("COMMIT");
        Assert.Equal("1023", (await other.FailsAsync("INSERT INTO a VALUES (1); COMMIT", "XX000")).MessageText);
    }

    /// <summary>Each reads both tables' past, and the first writes what the other has read.</summary>
    private static async Task CrossAsync(TestSession one, TestSession other)
    {
        await one.RunAsync("BEGIN");
        await other.RunAsync("BEGIN");
        await one.RunAsync("SELECT * FROM a");
        await other.RunAsync("SELECT * FROM b");
        await one.RunAsync("INSERT INTO b VALUES (1)");
    }

    private async Task<(TestSession First, TestSession Second)> PairAsync(string database, string isolation)
    {
        await using (var owner = await warehouse.SessionAsync()) await owner.RunAsync($"CREATE DATABASE {database} {isolation}");
        var first = await OpenAsync(database);
        await first.RunAsync("CREATE TABLE a (n int)");
        await first.RunAsync("CREATE TABLE b (n int)");
        return (first, await OpenAsync(database));
    }

    private async Task<TestSession> OpenAsync(string database) => new(await warehouse.OpenAsync(warehouse.ConnectionString(database: database) + ";Include Error Detail=true"), "public");
}
