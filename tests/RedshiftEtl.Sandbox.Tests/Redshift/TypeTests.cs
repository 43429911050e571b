using System.Globalization;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 7.2: types and their limits.</summary>
public sealed class TypeTests(Warehouse warehouse)
{
    [Theory]
    [InlineData("varchar(3)", "'abc'", "'abcd'", "22001")]
    [InlineData("varchar(4)", "'éé'", "'ééé'", "22001")]
    [InlineData("text", "repeat('x', 256)", "repeat('x', 257)", "22001")]
    [InlineData("varchar", "repeat('x', 256)", "repeat('x', 257)", "22001")]
    [InlineData("varchar(max)", "repeat('x', 65535)", "repeat('x', 65536)", "22001")]
    [InlineData("bpchar", "repeat('x', 256)", "repeat('x', 257)", "22001")]
    [InlineData("nchar(2)", "'ab'", "'é'", "22001")]
    [InlineData("char", "'a'", "'ab'", "22001")]
    [InlineData("smallint", "32767", "32768", "22003")]
    [InlineData("decimal(19, 0)", "9223372036854775807", "9223372036854775808", "22003")]
    [InlineData("decimal(19, 4)", "922337203685477.5807", "922337203685477.5808", "22003")]
    [InlineData("decimal(20, 0)", "99999999999999999999", "100000000000000000000", "22003")]
    [InlineData("decimal", "999999999999999999", "1000000000000000000", "22003")]
    [InlineData("varbyte(2)", "'ab'", "'abc'", "22001")]
    public async Task Limits_hold_on_insert_and_update(string type, string fits, string tooMuch, string sqlState)
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync($"CREATE TABLE t (c {type})");
        await session.RunAsync($"INSERT INTO t VALUES ({fits})");
        await session.FailsAsync($"INSERT INTO t VALUES ({tooMuch})", sqlState);
        await session.FailsAsync($"UPDATE t SET c = {tooMuch}", sqlState);
        Assert.Equal(1L, await session.ValueAsync("SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData("int[]")]
    [InlineData("bytea")]
    [InlineData("json")]
    [InlineData("jsonb")]
    [InlineData("uuid")]
    [InlineData("serial")]
    [InlineData("bigserial")]
    [InlineData("inet")]
    [InlineData("xml")]
    [InlineData("money")]
    [InlineData("bit(3)")]
    [InlineData("hstore")]
    [InlineData("int4range")]
    public async Task Types_of_PostgreSQL_are_refused(string type)
    {
        await using var session = await warehouse.SessionAsync();
        var error = await session.FailsAsync($"CREATE TABLE t (c {type})", "0A000");
        Assert.Contains("unsupported type", error.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("varchar(65536)")]
    [InlineData("char(4097)")]
    [InlineData("varchar(0)")]
    [InlineData("decimal(39, 0)")]
    [InlineData("decimal(38, 38)")]
    [InlineData("decimal(5, 6)")]
    [InlineData("varbyte(16777217)")]
    public async Task Sizes_out_of_range_are_refused(string type)
    {
        await using var session = await warehouse.SessionAsync();
        await session.FailsAsync($"CREATE TABLE t (c {type})", "22023");
    }

    [Fact]
    public async Task The_catalog_gives_types_back()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("""
            CREATE TABLE t (a int2, b int, c int8, d dec_test, e float4)
            """.Replace("d dec_test", "d numeric", StringComparison.Ordinal));
        await session.RunAsync("CREATE TABLE u (a float, b bool, c nvarchar(7), d date, e time, f timetz, g timestamp, h timestamp with time zone, i super, j varbinary(9), k double precision)");
        Assert.Equal("smallint|integer|bigint|numeric(18,0)|real", (await session.RowsAsync("SELECT \"type\" FROM pg_table_def WHERE tablename = 't'")).Replace('\n', '|'));
        Assert.Equal(
            "double precision,boolean,character varying(7),date,time without time zone,time with time zone,timestamp without time zone,timestamp with time zone,super,binary varying(9),double precision",
            (await session.RowsAsync("SELECT \"type\" FROM pg_table_def WHERE tablename = 'u'")).Replace('\n', ','));
        Assert.Equal("varchar|7|∅|∅", await session.RowsAsync($"SELECT redshift_type, length, \"precision\", scale FROM rs_internal.copy_columns('{session.Schema}.u') WHERE name = 'c'"));
        Assert.Equal("numeric|∅|18|0", await session.RowsAsync($"SELECT redshift_type, length, \"precision\", scale FROM rs_internal.copy_columns('{session.Schema}.t') WHERE name = 'd'"));
        Assert.Equal("varbyte|9", await session.RowsAsync($"SELECT redshift_type, length FROM rs_internal.copy_columns('{session.Schema}.u') WHERE name = 'j'"));
    }

    [Theory]
    [InlineData("CAST(1.5 AS decimal)", "2")]
    [InlineData("'12'::int + 1", "13")]
    [InlineData("CONVERT(varchar(2), 'abc')", "ab")]
    [InlineData("JSON_SERIALIZE(JSON_PARSE('{\"a\": [1, null, \"x\"]}'))", "{\"a\":[1,null,\"x\"]}")]
    [InlineData("JSON_PARSE('\"text\"')::varchar", "text")]
    [InlineData("TO_HEX('abc'::varbyte)", "616263")]
    [InlineData("FROM_HEX('616263')::varchar", "abc")]
    [InlineData("7 / 2", "3")]
    [InlineData("'a' || 1", "a1")]
    [InlineData("date '2020-03-01' - date '2020-02-01'", "29")]
    public async Task Casts_and_operators_are_Redshifts(string expression, string expected)
    {
        await using var session = await warehouse.SessionAsync();
        Assert.Equal(expected, Convert.ToString(await session.ValueAsync($"SELECT {expression}"), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Null_in_a_not_null_column_is_refused()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL)");
        Assert.Equal("Cannot insert a NULL value into column b", (await session.FailsAsync("INSERT INTO t VALUES (1, NULL)", "23502")).MessageText);
        // A primary key's column is NOT NULL, and that is all that is enforced of it.
        await session.FailsAsync("INSERT INTO t VALUES (NULL, 1)", "23502");
        await session.RunAsync("INSERT INTO t VALUES (1, 1), (1, 1)");
    }
}
