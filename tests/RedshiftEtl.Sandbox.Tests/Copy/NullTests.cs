namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.5: NULL and empty string.</summary>
public sealed class NullTests(PostgresServer server)
{
    private const string Columns = "a int, b varchar(20), c char(3), d date";

    [Theory]
    // rule 1 and 2: unquoted empty
    [InlineData("csv", "1,,,\n", "1||   |∅")]
    [InlineData("csv emptyasnull", "1,,,\n", "1|∅|∅|∅")]
    [InlineData("csv null as ''", "1,,,\n", "1|∅|∅|∅")]
    [InlineData("csv", ",x,y,2020-01-02\n", "∅|x|y  |2020-01-02")]
    // rule 3: the NULL string, for all types
    [InlineData("csv", "\\N,\\N,\\N,\\N\n", "∅|∅|∅|∅")]
    [InlineData("csv null as '@NULL@'", "@NULL@,@NULL@,@NULL@,@NULL@\n", "∅|∅|∅|∅")]
    [InlineData("csv null '@NULL@'", "1,\\N,x,@NULL@\n", "1|\\N|x  |∅")]
    // rule 4: a quoted empty string is never NULL for text
    [InlineData("csv", "1,\"\",\"\",\"\"\n", "1||   |∅")]
    [InlineData("csv emptyasnull", "1,\"\",\"\",\"\"\n", "1||   |∅")]
    // blanks
    [InlineData("csv", "1,  , ,  \n", "1|  |   |∅")]
    [InlineData("csv blanksasnull", "1,  , ,  \n", "1|∅|∅|∅")]
    [InlineData("csv blanksasnull", "1,,\" \",\n", "1||∅|∅")]
    [InlineData("csv trimblanks", "1,x  ,x  ,\n", "1|x|x  |∅")]
    // delimited text
    [InlineData("", "1||\\N|\n", "1||∅|∅")]
    [InlineData("escape", "1|\\N|\\\\N|\n", "1|∅|∅|∅")]
    [InlineData("escape null as 'x'", "1|\\N|x|\n", "1|N|∅|∅")]
    // 1.6 (a): NUL
    [InlineData("csv null as '\\000'", "1,\0,\0,\0\n", "1|∅|∅|∅")]
    public async Task Fields_become_NULL_or_stay(string options, string data, string row)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, Columns);
        Assert.Equal([row], await session.RowsAfterAsync(data, options));
    }

    [Theory]
    [InlineData(true, "∅")]
    [InlineData(false, "\\N")]
    public async Task Whether_a_quoted_NULL_string_is_NULL_is_a_setting(bool canBeNull, string expected)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "b varchar(20)");
        session.QuotedFieldCanBeNull = canBeNull;
        Assert.Equal([expected], await session.RowsAfterAsync("\"\\N\"\n"));
    }

    [Theory]
    [InlineData("csv", "1,\\N\n")]
    [InlineData("csv emptyasnull", "1,\n")]
    [InlineData("csv fillrecord emptyasnull", "1\n")]
    public async Task NULL_in_a_NOT_NULL_column_is_1213(string options, string data)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(20) not null");
        LoadErrorRow error = await session.ErrorAsync(data, options);
        Assert.Equal((1213, "b", "Missing data for not-null field"), (error.Code, error.Column, error.Reason));
    }

    [Fact]
    public async Task A_longer_field_with_NUL_is_1218_under_NULL_AS_NUL()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "b varchar(20)");
        Assert.Equal(1218, (await session.ErrorAsync("a\0b\n", "csv null as '\\0'")).Code);
    }
}
