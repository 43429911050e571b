namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 8.1 and 7.2: what Redshift lacks, the sandbox refuses.</summary>
public sealed class RefusalTests(Warehouse warehouse)
{
    [Theory]
    [InlineData("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "42601")]
    [InlineData("INSERT INTO t VALUES (1) RETURNING n", "42601")]
    [InlineData("DELETE FROM t RETURNING n", "42601")]
    [InlineData("UPDATE t AS x SET n = 1", "42601")]
    [InlineData("DELETE FROM t x WHERE x.n = 1", "42601")]
    [InlineData("CREATE INDEX i ON t (n)", "0A000")]
    [InlineData("CREATE UNIQUE INDEX i ON t (n)", "0A000")]
    [InlineData("CREATE SEQUENCE s", "0A000")]
    [InlineData("CREATE TRIGGER x BEFORE INSERT ON t EXECUTE PROCEDURE f()", "0A000")]
    [InlineData("CREATE TYPE e AS ENUM ('a')", "0A000")]
    [InlineData("CREATE EXTENSION hstore", "0A000")]
    [InlineData("COPY t FROM STDIN", "0A000")]
    [InlineData("COPY t TO STDOUT", "0A000")]
    [InlineData("LISTEN x", "0A000")]
    [InlineData("NOTIFY x", "0A000")]
    [InlineData("DISCARD ALL", "0A000")]
    [InlineData("DO $$BEGIN END$$", "0A000")]
    [InlineData("SELECT * FROM t FOR UPDATE", "0A000")]
    [InlineData("SELECT 1::uuid", "42704")]
    [InlineData("SELECT '{}'::jsonb", "42704")]
    [InlineData("SELECT ARRAY[1]", "0A000")]
    [InlineData("SET nosuch_setting TO 1", "42704")]
    [InlineData("REINDEX TABLE t", "0A000")]
    [InlineData("FROBNICATE t", "42601")]
    [InlineData("SELECT nextval('x')", "42883")]
    public async Task Refused(string sql, string sqlState)
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int)");
        await session.FailsAsync(sql, sqlState);
        Assert.Equal(1, await session.ValueAsync("SELECT 1"));
    }

    [Fact]
    public async Task Parameters_are_refused_in_ddl_and_copy()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int)");
        foreach (string sql in new[] { "CREATE TABLE u (n int DEFAULT $1)", "COPY t FROM 's3://b/k' IAM_ROLE default NULL AS $1" })
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, session.Connection) { Parameters = { new() { Value = 1 } } };
            var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
            Assert.Equal("42601", error.SqlState);
        }
    }

    [Fact]
    public async Task Settings_of_Redshift_are_kept_and_shown()
    {
        await using var session = await warehouse.SessionAsync();
        Assert.Equal("default", await session.ValueAsync("SHOW query_group"));
        await session.RunAsync("SET query_group TO 'etl load'");
        Assert.Equal("etl load", await session.ValueAsync("SHOW query_group"));
        await session.RunAsync("RESET query_group");
        Assert.Equal("default", await session.ValueAsync("SHOW query_group"));
        await session.RunAsync("SET search_path TO '$user', public, x");
        Assert.Equal("\"$user\", public, x", await session.ValueAsync("SHOW search_path"));
        Assert.Equal("8.0.2", await session.ValueAsync("SHOW server_version"));
        await session.RunAsync("SET statement_timeout TO 60000");
        await session.RunAsync("SET TIME ZONE 'UTC'");
        await session.RunAsync("SET wlm_query_slot_count TO 3");
    }
}
