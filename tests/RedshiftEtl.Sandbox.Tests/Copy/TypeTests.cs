using System.Text;
using RedshiftEtl.Sandbox.Copy;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.6 and 1.7: what each type takes.</summary>
public sealed class TypeTests(PostgresServer server)
{
    [Theory]
    [InlineData("smallint", "-32768", "-32768")]
    [InlineData("int", "2147483647", "2147483647")]
    [InlineData("bigint", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("bigint", "000000000000000000000000007", "7")]
    [InlineData("numeric(8,2)", "20.259", "20.25")]
    [InlineData("numeric(8,2)", "-20.259", "-20.25")]
    [InlineData("numeric(8,2)", ".5", "0.50")]
    [InlineData("numeric(19,0)", "9223372036854775807", "9223372036854775807")]
    [InlineData("numeric(19,4)", "922337203685477.58079", "922337203685477.5807")]
    [InlineData("numeric(38,37)", "1.2345678901234567890123456789012345678", "1.2345678901234567890123456789012345678")]
    [InlineData("real", "1.5e3", "1500")]
    [InlineData("real", "+5.", "5")]
    [InlineData("double precision", ".5E+1", "5")]
    [InlineData("double precision", "-0.0", "-0")]
    [InlineData("double precision", "4.9e-324", "5e-324")]
    [InlineData("double precision", "-1.0E-4", "-0.0001")]
    [InlineData("boolean", "YES", "t")]
    [InlineData("boolean", "0", "f")]
    [InlineData("boolean", "n", "f")]
    [InlineData("date", "2024-02-29", "2024-02-29")]
    [InlineData("time", "23:59:59.123456", "23:59:59.123456")]
    [InlineData("timetz", "01:30:00+02:00", "23:30:00+00")]
    [InlineData("timetz", "01:30:00", "01:30:00+00")]
    [InlineData("timestamp", "1996-01-08 04:05:06.7", "1996-01-08 04:05:06.7")]
    [InlineData("timestamp", "1996-01-08 04:05:06+05", "1996-01-08 04:05:06")]
    [InlineData("timestamptz", "1996-01-08 04:05:06.789+05", "1996-01-07 23:05:06.789+00")]
    [InlineData("timestamptz", "1996-01-08 04:05:06", "1996-01-08 04:05:06+00")]
    [InlineData("bytea", "00fFa1", "\\x00ffa1")]
    [InlineData("jsonb", "\"{\"\"a\"\": [1, null, \"\"x\\u00e9\\n\"\"]}\"", "{\"a\": [1, null, \"xé\\n\"]}")]
    [InlineData("varchar(4)", "éé", "éé")]
    [InlineData("varchar(3)", "abc   ", "abc")]
    [InlineData("char(3)", "ab", "ab ")]
    public async Task A_type_takes(string type, string field, string stored)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, $"a {type}");
        Assert.Equal([stored], await session.RowsAfterAsync(field + "\n"));
    }

    [Theory]
    [InlineData("smallint", "32768", 1222, "Overflow, Value '32768', Type: Short")]
    [InlineData("int", "2147483648", 1222, "Overflow, Value '2147483648', Type: Integer")]
    [InlineData("bigint", "-9223372036854775809", 1222, "Overflow, Value '-9223372036854775809', Type: Long")]
    [InlineData("int", "1x", 1207, "Invalid digit, Value 'x', Pos 1, Type: Integer")]
    [InlineData("int", "1.0", 1207, "Invalid digit, Value '.', Pos 1, Type: Integer")]
    [InlineData("int", "1 ", 1207, "Invalid digit, Value ' ', Pos 1, Type: Integer")]
    [InlineData("int", "-", 1207, "Invalid digit, no digits, Type: Integer")]
    [InlineData("int", "+1", 1207, "Invalid digit, Value '+', Pos 0, Type: Integer")]
    [InlineData("numeric(4,2)", "+1", 1207, "Invalid digit, Value '+', Pos 0, Type: Decimal")]
    [InlineData("numeric(4,2)", "100", 1204, "Numeric overflow, Value '100', Type: Decimal")]
    [InlineData("numeric(4,2)", "1e2", 1207, "Invalid digit, Value 'e', Pos 1, Type: Decimal")]
    [InlineData("numeric(19,0)", "9223372036854775808", 1204, "Numeric overflow, Value '9223372036854775808', Type: Decimal")]
    [InlineData("double precision", "NaN", 1208, "Invalid FLOAT format or value")]
    [InlineData("double precision", "Infinity", 1208, "Invalid FLOAT format or value")]
    [InlineData("double precision", "1e400", 1204, "Numeric overflow, Value '1e400', Type: Float8")]
    [InlineData("double precision", "1e", 1208, "Invalid FLOAT format or value")]
    [InlineData("double precision", ".", 1208, "Invalid FLOAT format or value")]
    [InlineData("real", "1e39", 1204, "Numeric overflow, Value '1e39', Type: Float4")]
    [InlineData("real", "1e-60", 1204, "Numeric overflow, Value '1e-60', Type: Float4")]
    [InlineData("boolean", "2", 1210, "Unknown boolean format")]
    [InlineData("date", "2023-02-29", 1205, "Invalid Date Format")]
    [InlineData("date", "1/2/2023", 1205, "Invalid Date Format - length must be 10 or more")]
    [InlineData("date", "2023-02-20 00:00:00", 1205, "Invalid Date Format")]
    [InlineData("timestamp", "2023-02-20T00:00:00", 1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]")]
    [InlineData("timestamp", "2023-02-20 00:00:00Z", 1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]")]
    [InlineData("timestamp", "2023-02-20 00:00:00.1234567", 1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]")]
    [InlineData("timestamptz", "2023-02-20 00:00:00+00:00", 1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SSOF]")]
    [InlineData("time", "24:00:01", 1206, "Invalid time format or value")]
    [InlineData("bytea", "0x00", 1219, "Invalid hexadecimal digit for VARBYTE")]
    [InlineData("bytea", "000", 1219, "Odd number of hexadecimal digits for VARBYTE")]
    [InlineData("jsonb", "bare", 1224, "Malformed JSON for SUPER")]
    [InlineData("jsonb", "\"{\"\"a\"\":\"\"\\u0000\"\"}\"", 1224, "JSON for SUPER has the character \\u0000")]
    [InlineData("jsonb", "\"\"\"\\ud800\"\"\"", 1224, "Malformed JSON for SUPER: a string is not valid Unicode")]
    [InlineData("jsonb", "1e999999", 1224, "Number in JSON for SUPER is out of range")]
    [InlineData("varchar(5)", "ééé", 1204, "String length exceeds DDL length")]
    [InlineData("char(3)", "abcd", 1204, "String length exceeds DDL length")]
    [InlineData("char(3)", "é", 1220, "Multibyte character not supported for CHAR (Hint: try using VARCHAR). Invalid char: c3 a9")]
    public async Task A_type_refuses(string type, string field, int code, string reason)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, $"a {type}");
        LoadErrorRow error = await session.ErrorAsync(field + "\n");
        Assert.Equal((code, reason), (error.Code, error.Reason));
    }

    [Theory]
    [InlineData("numeric(8,2)", "20.259", "20.26")]
    [InlineData("numeric(8,2)", "-20.255", "-20.26")]
    [InlineData("numeric(8,2)", "0.999", "1.00")]
    [InlineData("numeric(8,0)", "0.5", "1")]
    public async Task ROUNDEC_rounds(string type, string field, string stored)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, $"a {type}");
        Assert.Equal([stored], await session.RowsAfterAsync(field + "\n", "csv roundec"));
    }

    [Fact]
    public async Task ROUNDEC_may_overflow()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a numeric(4,2)");
        Assert.Equal(1204, (await session.ErrorAsync("99.999\n", "csv roundec")).Code);
    }

    [Theory]
    [InlineData(new byte[] { 0xff }, "ff (error 3)")]
    [InlineData(new byte[] { (byte)'a', 0x8a, (byte)'b' }, "8a (error 3)")]
    [InlineData(new byte[] { 0xc3 }, "c3 (error 2)")]
    [InlineData(new byte[] { 0xe2, 0x82 }, "e2 82 (error 2)")]
    [InlineData(new byte[] { 0xf8, 0x88, 0x80, 0x80, 0x80 }, "f8 88 80 80 (error 1)")]
    [InlineData(new byte[] { 0xe2, (byte)'a', (byte)'b' }, "e2 (error 4)")]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 }, "ed a0 80 (error 5)")]
    public async Task Invalid_UTF8_is_1220_with_a_subcode(byte[] value, string ending)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a varchar(20)");
        LoadErrorRow error = await session.ErrorAsync([.. value, (byte)'\n']);
        Assert.Equal((1220, "String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: " + ending), (error.Code, error.Reason));
    }

    [Theory]
    [InlineData("csv acceptinvchars", new byte[] { (byte)'a', 0xe2, 0x82, (byte)'b' }, "a??b")]
    [InlineData("csv acceptinvchars as '^'", new byte[] { 0xff, (byte)'b' }, "^b")]
    [InlineData("csv acceptinvchars '#'", new byte[] { 0xef, 0xbf, 0xbf, 0xc3, 0xa9 }, "###é")]
    public async Task ACCEPTINVCHARS_replaces_byte_for_byte_and_logs(string options, byte[] value, string stored)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a varchar(20)");
        CopyResult result = await session.LoadAsync([.. value, (byte)'\n'], options);
        Assert.Contains("1 record(s) were loaded with replacements made for ACCEPTINVCHARS", result.Notices[1], StringComparison.Ordinal);
        Assert.Equal([stored], await session.RowsAsync());
        Assert.Equal("1|a", string.Join('|', (await session.SqlAsync($"SELECT line_number, trim(colname) FROM stl_replacements WHERE query = {session.QueryId}"))[0]));
    }

    [Fact]
    public async Task Noncharacters_are_kept_without_ACCEPTINVCHARS()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a varchar(20)");
        Assert.Equal(["\uffff\ufdd0"], await session.RowsAfterAsync("\uffff\ufdd0\n"));
    }

    [Theory]
    [InlineData("varchar(3)", "abcdef", "abc")]
    [InlineData("varchar(3)", "aéé", "aé")]
    [InlineData("varchar(4)", "aéé", "aé")]
    [InlineData("char(3)", "abcdef", "abc")]
    public async Task TRUNCATECOLUMNS_cuts_between_characters(string type, string field, string stored)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, $"a {type}");
        Assert.Equal([stored], await session.RowsAfterAsync(field + "\n", "csv truncatecolumns"));
    }

    [Fact]
    public async Task A_VARBYTE_is_counted_in_bytes()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a bytea");
        await session.SqlAsync("COMMENT ON COLUMN t.a IS '2'");
        await session.LoadAsync("ffff\n");
        Assert.Equal(1204, (await session.ErrorAsync("ffffff\n")).Code);
    }

    [Fact]
    public async Task A_SUPER_string_has_at_most_65535_bytes()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a jsonb");
        await session.LoadAsync(Encoding.UTF8.GetBytes($"\"\"\"{new string('x', 65535)}\"\"\"\n"));
        Assert.Equal(1224, (await session.ErrorAsync($"\"\"\"{new string('x', 65536)}\"\"\"\n")).Code);
    }

    [Fact]
    public async Task GEOMETRY_is_refused_as_lacking()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a point");
        var refused = await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync("x\n"));
        Assert.Contains("the sandbox lacks COPY with columns of type GEOMETRY", refused.Message, StringComparison.Ordinal);
    }
}
