namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>SHOW of schemas, tables, columns and grants (redshift-facts 6, and AWS's pages of these commands).</summary>
public sealed class ShowTests(Warehouse warehouse)
{
    [Fact]
    public async Task Tables_are_listed_with_a_pattern_and_a_limit()
    {
        await using var session = await SessionAsync();
        Assert.Equal($"dev|{session.Schema}|one|TABLE|∅|∅\ndev|{session.Schema}|other|TABLE|∅|∅", await session.RowsAsync($"SHOW TABLES FROM SCHEMA {session.Schema}"));
        Assert.StartsWith($"dev|{session.Schema}|other|", await session.RowsAsync($"SHOW TABLES FROM SCHEMA dev.{session.Schema} LIKE 'ot%'"), StringComparison.Ordinal);
        Assert.Equal("", await session.RowsAsync($"SHOW TABLES FROM SCHEMA dev.{session.Schema} LIKE 'OT%'"));
        Assert.StartsWith($"dev|{session.Schema}|one|", await session.RowsAsync($"SHOW TABLES FROM SCHEMA {session.Schema} LIMIT 1"), StringComparison.Ordinal);
        Assert.Equal("", await session.RowsAsync($"SHOW TABLES FROM SCHEMA elsewhere.{session.Schema}"));
        await session.FailsAsync($"SHOW TABLES FROM SCHEMA {session.Schema} LIMIT 10001", "22023");
    }

    [Fact]
    public async Task Columns_are_listed_in_their_order()
    {
        await using var session = await SessionAsync();
        Assert.Equal($"dev|{session.Schema}|one|z|1|∅|NO|numeric|∅|10|2|∅\ndev|{session.Schema}|one|a|2|∅|YES|character varying|7|∅|∅|∅",
            await session.RowsAsync($"SHOW COLUMNS FROM TABLE dev.{session.Schema}.one"));
        Assert.StartsWith($"dev|{session.Schema}|one|a|2|", await session.RowsAsync("SHOW COLUMNS FROM TABLE one LIKE 'a'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schemas_and_grants_are_listed()
    {
        await using var session = await SessionAsync();
        Assert.StartsWith($"dev|{session.Schema}|", await session.RowsAsync($"SHOW SCHEMAS FROM DATABASE dev LIKE '{session.Schema}'"), StringComparison.Ordinal);
        Assert.Equal("", await session.RowsAsync("SHOW SCHEMAS FROM DATABASE elsewhere"));
        await session.RunAsync("GRANT SELECT ON one TO PUBLIC");
        Assert.Equal($"dev|{session.Schema}|one|TABLE|SELECT|0|public|public|False|TABLE", await session.RowsAsync($"SHOW GRANTS ON TABLE {session.Schema}.one"));
        await session.FailsAsync("SHOW GRANTS FOR etl", "0A000");
    }

    private async Task<TestSession> SessionAsync()
    {
        var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE one (z numeric(10, 2) NOT NULL, a varchar(7))");
        await session.RunAsync("CREATE TABLE other (n int)");
        return session;
    }
}
