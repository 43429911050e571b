namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 10 and 2.1: MERGE, and upserts without it.</summary>
public sealed class MergeTests(Warehouse warehouse)
{
    [Fact]
    public async Task Merge_updates_and_inserts_and_a_null_key_never_matches()
    {
        await using var session = await PrepareAsync();
        await session.RunAsync("MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.v)");
        Assert.Equal("1|one\n2|new\n3|three\n∅|none\n∅|null", await session.RowsAsync("SELECT k, v FROM t ORDER BY k, v"));
    }

    [Theory]
    [InlineData("MERGE INTO t USING s ON t.k = s.k WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.v)")]
    [InlineData("MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN DELETE")]
    [InlineData("MERGE INTO t USING s ON t.k = s.k WHEN MATCHED AND s.k > 1 THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.v)")]
    [InlineData("MERGE INTO t USING s ON t.k = s.k WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.v) WHEN MATCHED THEN DELETE")]
    [InlineData("MERGE INTO t AS x USING s ON x.k = s.k WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.v)")]
    public async Task Merge_is_held_to_its_form(string sql)
    {
        await using var session = await PrepareAsync();
        await session.FailsAsync(sql, "42601");
    }

    [Fact]
    public async Task Merge_takes_no_subquery_and_only_one_match()
    {
        await using var session = await PrepareAsync();
        await session.FailsAsync("MERGE INTO t USING (SELECT * FROM s) x ON t.k = x.k WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (x.k, x.v)", "0A000");
        await session.RunAsync("INSERT INTO s VALUES (2, 'again')");
        var error = await session.FailsAsync("MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.v)", "XX000");
        Assert.Equal("Found multiple matches to update the same tuple.", error.MessageText);
    }

    [Fact]
    public async Task Delete_using_and_insert_replace_rows()
    {
        await using var session = await PrepareAsync();
        await session.RunAsync("BEGIN");
        await session.RunAsync("CREATE TEMP TABLE stage (LIKE t)");
        await session.RunAsync("INSERT INTO stage SELECT * FROM s");
        await session.RunAsync("DELETE FROM t USING stage WHERE t.k = stage.k");
        await session.RunAsync("INSERT INTO t SELECT * FROM stage");
        await session.RunAsync("COMMIT");
        Assert.Equal("1|one\n2|new\n3|three", await session.RowsAsync("SELECT k, v FROM t WHERE k IS NOT NULL ORDER BY k"));
    }

    private async Task<TestSession> PrepareAsync()
    {
        var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (k int, v varchar(9))");
        await session.RunAsync("CREATE TABLE s (k int, v varchar(9))");
        await session.RunAsync("INSERT INTO t VALUES (1, 'one'), (2, 'old'), (NULL, 'null')");
        await session.RunAsync("INSERT INTO s VALUES (2, 'new'), (3, 'three'), (NULL, 'none')");
        return session;
    }

    /// <summary>AWS's own example of the simple mode.</summary>
    [Fact]
    public async Task Remove_duplicates_replaces_what_matches_and_adds_the_rest_once()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE target (id int, name char(10))");
        await session.RunAsync("CREATE TABLE source (id int, name char(10))");
        await session.RunAsync("INSERT INTO target VALUES (30, 'Tony'), (11, 'Alice'), (23, 'Bill')");
        await session.RunAsync("INSERT INTO source VALUES (23, 'David'), (22, 'Clarence'), (22, 'Clarence')");
        await session.RunAsync("MERGE INTO target USING source ON target.id = source.id REMOVE DUPLICATES");
        Assert.Equal("11|Alice\n22|Clarence\n23|David\n30|Tony", await session.RowsAsync("SELECT id, TRIM(name) FROM target ORDER BY id"));
        await session.RunAsync("INSERT INTO target VALUES (11, 'Alice')");
        Assert.StartsWith("the sandbox lacks", (await session.FailsAsync("MERGE INTO target USING source ON target.id = source.id REMOVE DUPLICATES", "0A000")).MessageText, StringComparison.Ordinal);
    }
}
