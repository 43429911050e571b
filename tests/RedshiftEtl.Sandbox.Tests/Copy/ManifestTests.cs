using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.1 (prefix) and 1.2 (manifest).</summary>
public sealed class ManifestTests(PostgresServer server)
{
    private const string FromManifest = $"copy t from 's3://b/m.json' {CopySession.Role} csv manifest";

    [Fact]
    public async Task A_manifest_loads_its_files_in_order_and_twice_if_listed_twice()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("x/1", "1\n");
        session.Put("x/2", "2\n");
        session.Put("x/3", "3\n");
        session.Put("m.json", """
            {"entries":[{"url":"s3://b/x/2","mandatory":true,"meta":{"content_length":99}},{"url":"s3://b/x/1"},{"url":"s3://b/x/2","mandatory":true}]}
            """);
        Assert.Equal(3, (await session.CopyAsync(FromManifest)).RowsLoaded);
        Assert.Equal(["2", "1", "2"], await session.RowsAsync());
    }

    [Fact]
    public async Task A_missing_file_is_skipped_unless_mandatory()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("x/1", "1\n");
        session.Put("m.json", """{"entries":[{"url":"s3://b/x/1","mandatory":true},{"url":"s3://b/x/2"},{"url":"s3://other/x","mandatory":false}]}""");
        Assert.Equal(1, (await session.CopyAsync(FromManifest)).RowsLoaded);
        session.Put("m.json", """{"entries":[{"url":"s3://b/x/1","mandatory":true},{"url":"s3://b/x/2","mandatory":true}]}""");
        var missing = await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync(FromManifest));
        Assert.Equal("The specified S3 object 's3://b/x/2' does not exist", missing.Message);
        Assert.Contains("code:      1212", missing.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_file_at_all_fails()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("m.json", """{"entries":[{"url":"s3://b/x/2"}]}""");
        await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync(FromManifest));
        session.Put("m.json", """{"entries":[]}""");
        await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync(FromManifest));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"entries":{}}""")]
    [InlineData("""{"entries":[1]}""")]
    [InlineData("""{"entries":[{}]}""")]
    [InlineData("""{"entries":[{"url":5}]}""")]
    [InlineData("""{"entries":[{"url":"s3://b"}]}""")]
    [InlineData("""{"entries":[{"url":"http://b/x"}]}""")]
    [InlineData("""{"entries":[{"url":"s3://b/x","mandatory":"yes"}]}""")]
    [InlineData("""{"entries":[{“url”:"s3://b/x"}]}""")]
    public async Task What_is_no_manifest_is_refused(string text)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("m.json", text);
        session.Put("x", "1\n");
        var refused = await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync(FromManifest));
        Assert.StartsWith("Problem reading manifest file - ", refused.Message, StringComparison.Ordinal);
        Assert.Equal("XX000", refused.SqlState);
    }

    [Fact]
    public async Task A_compressed_manifest_is_refused()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("m.json", CopySession.Gzip("""{"entries":[{"url":"s3://b/x"}]}"""u8.ToArray()));
        await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync(FromManifest + " gzip"));
    }

    [Theory]
    [InlineData("s3://b/m")]
    [InlineData("s3://b/")]
    [InlineData("s3://b")]
    public async Task MANIFEST_with_a_prefix_is_8001(string source)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("m.json", """{"entries":[]}""");
        var refused = await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync($"copy t from '{source}' {CopySession.Role} csv manifest"));
        Assert.Contains("MANIFEST requires the full path", refused.Message, StringComparison.Ordinal);
        Assert.Contains("code:      8001", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_MANIFEST_the_manifest_is_data()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("m.json", """{"entries":[]}""");
        var failure = await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync($"copy t from 's3://b/m.json' {CopySession.Role} csv"));
        Assert.StartsWith("Load into table 't' failed.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefix_takes_every_key_that_starts_with_it()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("x/data.txt", "1\n");
        session.Put("x/data.txt.bak", "2\n");
        session.Put("x/data.txt_1/part", "3\n");
        session.Put("x/dat", "4\n");
        await session.CopyAsync($"copy t from 's3://b/x/data.txt' {CopySession.Role} csv");
        Assert.Equal(["1", "2", "3"], await session.RowsAsync());
    }

    [Theory]
    [InlineData("s3://b/none", "The specified S3 prefix 'none' does not exist")]
    [InlineData("s3://none/x", "S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket")]
    public async Task What_does_not_exist_is_named(string source, string message)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        var missing = await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync($"copy t from '{source}' {CopySession.Role} csv"));
        Assert.StartsWith(message, missing.Message, StringComparison.Ordinal);
        Assert.Equal("XX000", missing.SqlState);
        Assert.Equal(-1, session.LastCopy.QueryId);
    }
}
