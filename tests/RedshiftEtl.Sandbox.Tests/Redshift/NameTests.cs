namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 7.3: names. 1.5 rule 6: literals.</summary>
public sealed class NameTests(Warehouse warehouse)
{
    [Fact]
    public async Task Quoted_names_are_folded_too_unless_the_session_says_otherwise()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE \"MyTable\" (\"MyColumn\" int, \"with space\" int, \"Ümlaut\" int)");
        await session.RunAsync("INSERT INTO MYTABLE (mycolumn, \"WITH SPACE\", \"Ümlaut\") VALUES (1, 2, 3)");
        Assert.Equal("mycolumn|with space|Ümlaut", (await session.RowsAsync("SELECT \"column\" FROM pg_table_def WHERE tablename = 'mytable'")).Replace('\n', '|'));
        Assert.Equal("1", await session.RowsAsync("SELECT \"MYTABLE\".\"MyColumn\" FROM \"MYTABLE\""));
        await session.RunAsync("BEGIN");
        await session.RunAsync("SET enable_case_sensitive_identifier TO true");
        await session.FailsAsync("SELECT \"MyColumn\" FROM mytable", "42703");
        await session.RunAsync("ROLLBACK");
        Assert.Equal("1", await session.RowsAsync("SELECT \"MyColumn\" FROM mytable"));
    }

    [Theory]
    [InlineData(@"'a\'b'", "a'b")]
    [InlineData(@"'a\\b'", @"a\b")]
    [InlineData(@"'a\tb'", "a\tb")]
    [InlineData("'it''s'", "it's")]
    [InlineData("$$it's$$", "it's")]
    [InlineData("$tag$a$$b$tag$", "a$$b")]
    [InlineData(@"'\101'", "A")]
    public async Task Backslashes_escape_in_ordinary_strings(string literal, string expected)
    {
        await using var session = await warehouse.SessionAsync();
        Assert.Equal(expected, await session.ValueAsync($"SELECT {literal}::varchar"));
    }

    [Fact]
    public async Task Comments_nest_and_errors_point_into_the_clients_text()
    {
        await using var session = await warehouse.SessionAsync();
        Assert.Equal(1, await session.ValueAsync("/* a /* b */ c */ SELECT -- d\n 1"));
        var error = await session.FailsAsync("SELECT NVL(1, 2),\n  NVL2('é', 3, 4),\n  nosuch", "42703");
        Assert.Equal("SELECT NVL(1, 2),\n  NVL2('é', 3, 4),\n  ".Length + 1, error.Position);
    }

    [Fact]
    public async Task Names_longer_than_the_sandbox_can_keep_are_refused_honestly()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync($"CREATE TABLE t (\"{new string('c', 63)}\" int)");
        Assert.StartsWith("the sandbox lacks names longer", (await session.FailsAsync($"CREATE TABLE u ({new string('c', 64)} int)", "0A000")).MessageText, StringComparison.Ordinal);
    }
}
