namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.4 (CSV, QUOTE, IGNOREHEADER, IGNOREBLANKLINES, FILLRECORD) and 1.6.</summary>
public sealed class CsvTests(PostgresServer server)
{
    [Theory]
    [InlineData("1,a\n2,b\n", "1|a", "2|b")]
    [InlineData("1,a\n2,b", "1|a", "2|b")]
    [InlineData("1,a\r\n2,\"b\"\r\n", "1|a", "2|b")]
    [InlineData("1,\"a,b\"\n", "1|a,b")]
    [InlineData("1,\"say \"\"hi\"\"\"\n", "1|say \"hi\"")]
    [InlineData("1,\"\"\"\"\n", "1|\"")]
    [InlineData("1,\"x\ny\rz\r\n\"\n2,c\n", "1|x\ny\rz\r\n", "2|c")]
    [InlineData("\"1\" , \t\"a\" \n", "1|a")]
    [InlineData("1, a \n", "1| a ")]
    [InlineData("1,back\\slash\ttab\n", "1|back\\slash\ttab")]
    [InlineData("1,ünïcödé€😀\n", "1|ünïcödé€😀")]
    [InlineData("")]
    public async Task Fields_are_read_as_CSV(string data, params string[] rows)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        Assert.Equal(rows, await session.RowsAfterAsync(data));
    }

    [Theory]
    [InlineData("csv quote as '%'", "1,%a,\"b%%%\n", "1|a,\"b%")]
    [InlineData("csv delimiter ';'", "1;\"a;b\"\n", "1|a;b")]
    [InlineData("csv delimiter '\\t'", "1\t\"a\tb\"\n", "1|a\tb")]
    [InlineData("csv delimiter '\\011'", "1\t\"a\tb\"\n", "1|a\tb")]
    [InlineData("format as csv delimiter as ' '", "1 \"a b\"\n", "1|a b")]
    [InlineData("csv ignoreheader 2", "x\ny\n1,a\n", "1|a")]
    [InlineData("csv ignoreblanklines", "\n1,a\n\n", "1|a")]
    [InlineData("csv fillrecord", "1\n", "1|")]
    [InlineData("csv fillrecord emptyasnull", "1\n", "1|∅")]
    public async Task Options_change_the_reading(string options, string data, string row)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        Assert.Equal([row], await session.RowsAfterAsync(data, options));
    }

    [Fact]
    public async Task The_header_is_skipped_in_every_file()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("p/1", "head\n1\n");
        session.Put("p/2", "head\n2\n");
        await session.CopyAsync($"copy t from 's3://b/p/' {CopySession.Role} csv ignoreheader 1");
        Assert.Equal(["1", "2"], await session.RowsAsync());
    }

    [Theory]
    [InlineData("1,a\"b\n", 1216, "Invalid quote formatting for CSV", 3)]
    [InlineData("1,\"a\"b\n", 1216, "Invalid quote formatting for CSV", 5)]
    [InlineData("1,\"a\n2,b\n", 1216, "Invalid quote formatting for CSV", 2)]
    [InlineData("1,a,c\n", 1202, "Extra column(s) found", 4)]
    [InlineData("1\n", 1201, "Field delimiter was not found", 1)]
    [InlineData("\n", 1211, "Empty line", 0)]
    [InlineData("1,a\0,b\n", 1216, "Missing newline: Unexpected character 0x2c found at location 4", 3)]
    [InlineData("1,\"a\0b\"\n", 1216, "Missing newline: Unexpected character 0x62 found at location 5", 4)]
    public async Task Malformed_records_are_refused(string data, int code, string reason, int position)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        LoadErrorRow error = await session.ErrorAsync(data);
        Assert.Equal((code, reason, position), (error.Code, error.Reason, error.Position));
        Assert.Empty(await session.RowsAsync());
    }

    [Fact]
    public async Task Too_few_of_three_columns_is_1203()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b int, c int");
        Assert.Equal(1203, (await session.ErrorAsync("1,2\n")).Code);
    }

    [Fact]
    public async Task The_line_number_is_the_physical_line_of_the_record()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        LoadErrorRow error = await session.ErrorAsync("h\n1,\"x\ny\n\"\n\"2\",b\nbad,c\n", "csv ignoreheader 1");
        Assert.Equal(6, error.Line);
        Assert.Equal("bad,c", error.RawLine);
    }

    [Fact]
    public async Task A_byte_order_mark_is_data()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a varchar(10)");
        Assert.Equal(["\ufeffx"], await session.RowsAfterAsync("\ufeffx\n"));
    }

    [Theory]
    [InlineData(4 << 20, true)]
    [InlineData((4 << 20) + 1, false)]
    public async Task A_record_has_at_most_4_MB(int length, bool fits)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a varchar(65535)");
        string data = "x\n\"" + new string('x', length - 2) + "\"\ny\n";
        if (fits)
        {
            await session.LoadAsync(data, "csv truncatecolumns");
            Assert.Equal("1|65535|1", string.Join('|', (await session.SqlAsync("SELECT length(a) FROM t")).Select(r => r[0])));
            return;
        }
        Assert.Equal(1216, (await session.ErrorAsync(data, "csv truncatecolumns maxerror 10")).Code);
    }

    [Fact]
    public async Task A_header_may_be_longer_than_a_record()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        Assert.Equal(["1"], await session.RowsAfterAsync(new string('h', 5 << 20) + "\nx\n1\n", "csv ignoreheader 2"));
    }

    [Fact]
    public async Task A_bad_record_on_an_endless_line_ends_the_load()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a varchar(10)");
        Assert.Equal(1216, (await session.ErrorAsync("a\"b" + new string('x', 9 << 20) + "\ny\n", "csv ignoreallerrors")).Code);
        Assert.Empty(await session.RowsAsync());
    }

    [Fact]
    public async Task Records_may_end_anywhere_in_the_buffers()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(1000)");
        string data = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},\"{new string('x', i % 97)}\n\"\"{i}\"\r\n"));
        Assert.Equal(20_000, (await session.LoadAsync(data)).RowsLoaded);
        Assert.Equal("20000", await session.ScalarAsync("SELECT count(*) FROM t WHERE b = repeat('x', a % 97) || E'\\n\"' || a"));
    }
}
