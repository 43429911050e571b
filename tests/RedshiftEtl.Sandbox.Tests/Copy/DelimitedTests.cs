using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.4: delimited text, ESCAPE, REMOVEQUOTES.</summary>
public sealed class DelimitedTests(PostgresServer server)
{
    [Theory]
    [InlineData("", "1|\"a\"\n2|b\\c\n", "1|\"a\"", "2|b\\c")]
    [InlineData("delimiter ','", "1,a|b\n", "1|a|b")]
    [InlineData("delimiter '\\t'", "1\ta\r\n", "1|a")]
    [InlineData("escape", "1|a\\|b\\\\\\\nc\n", "1|a|b\\\nc")]
    [InlineData("escape", "1|a\\\\\r\n2|b\n", "1|a\\", "2|b")]
    [InlineData("escape", "1|a\\\r\n2|b\n", "1|a\r", "2|b")]
    [InlineData("removequotes", "1|'a|b'\n", "1|a|b")]
    [InlineData("removequotes", "1|\"White\"\n", "1|White")]
    [InlineData("removequotes", "1|Blue'\n", "1|Blue'")]
    [InlineData("removequotes", "1|''Black''\n", "1|'Black'")]
    [InlineData("removequotes", "1|''\r\n", "1|")]
    [InlineData("removequotes escape", "1|\"a\\\"|b\"\n", "1|a\"|b")]
    [InlineData("removequotes delimiter ','", "'1','x'", "1|x")]
    [InlineData("fillrecord", "1\n", "1|")]
    [InlineData("ignoreblanklines", "\r\n1|x\n\n", "1|x")]
    public async Task Text_is_read(string options, string data, params string[] rows)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(20)");
        Assert.Equal(rows, await session.RowsAfterAsync(data, options));
    }

    [Theory]
    [InlineData("removequotes", "1|'Blue\n", 1216)]
    [InlineData("removequotes", "1|\"Blue", 1216)]
    [InlineData("", "1|a\0b\n", 1216)]
    [InlineData("escape", "1|a\\\0b\n", 1216)]
    [InlineData("", "1|a|\n", 1202)]
    [InlineData("", "1,a\n", 1201)]
    public async Task Text_is_refused(string options, string data, int code)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(20)");
        Assert.Equal(code, (await session.ErrorAsync(data, options)).Code);
    }

    [Theory]
    [InlineData("encoding utf16", "\ufeff1|é\n", false)]
    [InlineData("encoding utf16", "\ufeff1|é\n", true)]
    [InlineData("encoding as utf16le gzip", "1|é\n", false)]
    [InlineData("encoding 'utf16be'", "1|é\n", true)]
    public async Task UTF16_is_read(string options, string data, bool bigEndian)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(20)");
        byte[] bytes = new System.Text.UnicodeEncoding(bigEndian, false).GetBytes(data);
        await session.LoadAsync(options.Contains("gzip", StringComparison.Ordinal) ? CopySession.Gzip(bytes) : bytes, options);
        Assert.Equal(["1|é"], await session.RowsAsync());
    }

    [Fact]
    public async Task UTF16_without_its_mark_or_with_half_a_pair_is_refused()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "b varchar(20)");
        await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync("1\0\n\0", "encoding utf16"));
        await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync([0x00, 0xd8, 0x0a, 0x00], "encoding utf16le"));
        await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync([0x31, 0x00, 0x0a], "encoding utf16le"));
    }
}
