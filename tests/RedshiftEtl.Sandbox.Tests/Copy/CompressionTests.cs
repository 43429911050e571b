using System.Text;
using CsCheck;
using RedshiftEtl.Sandbox.Copy;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.4: compression by keyword, one member or frame per file.</summary>
public sealed class CompressionTests(PostgresServer server)
{
    private static readonly byte[] s_data = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i},row {i * 7919}\n")));

    private static byte[] Pack(string keyword, byte[] data) => keyword switch
    {
        "gzip" => CopySession.Gzip(data),
        "zstd" => CopySession.Zstd(data),
        "bzip2" => CopySession.Bzip2(data),
        _ => data,
    };

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public async Task A_file_is_read_by_its_keyword(string keyword)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        CopyResult result = await session.LoadAsync(Pack(keyword, s_data), "csv " + keyword);
        Assert.Equal(5000, result.RowsLoaded);
        Assert.Equal("5000", await session.ScalarAsync("SELECT count(*) FROM t WHERE b = 'row ' || a * 7919"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public async Task An_empty_text_is_no_row(string keyword)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        Assert.Equal(0, (await session.LoadAsync(Pack(keyword, []), "csv " + keyword)).RowsLoaded);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public async Task A_second_member_or_frame_is_refused(string keyword)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        byte[] twice = [.. Pack(keyword, s_data), .. Pack(keyword, s_data)];
        var refused = await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync(twice, "csv " + keyword));
        Assert.Contains("not documented, so the sandbox refuses it", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await session.RowsAsync());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public async Task Text_that_is_not_compressed_is_refused(string keyword)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        foreach (byte[] data in (byte[][])[s_data, [], [0x1f]])
        {
            var refused = await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync(data, "csv maxerror 100 " + keyword));
            Assert.Equal("XX000", refused.SqlState);
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public async Task A_truncated_file_loads_nothing(string keyword)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        byte[] packed = Pack(keyword, s_data);
        for (int length = packed.Length - 1; length > 0; length -= 1 + (packed.Length / 40))
        {
            var refused = await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync(packed[..length], "csv ignoreallerrors " + keyword));
            Assert.Contains("code:      8001", refused.Detail, StringComparison.Ordinal);
        }
        Assert.Empty(await session.RowsAsync());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public async Task A_corrupt_file_ends_with_an_error_or_with_the_right_rows(string keyword)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(100)");
        byte[] packed = Pack(keyword, s_data);
        Gen.Select(Gen.Int[0, packed.Length - 1], Gen.Byte).Array[1, 5].Sample(
            changes =>
            {
                byte[] corrupt = [.. packed];
                foreach ((int at, byte value) in changes)
                    corrupt[at] ^= value;
                try
                {
                    // A header's time or name may change without harm; the text may not.
                    CopyResult result = session.LoadAsync(corrupt, "csv " + keyword).GetAwaiter().GetResult();
                    Assert.Equal(5000, result.RowsLoaded);
                    Assert.Equal("0", session.ScalarAsync("SELECT count(*) FROM t WHERE b <> 'row ' || a * 7919").GetAwaiter().GetResult());
                    session.SqlAsync("TRUNCATE t").GetAwaiter().GetResult();
                }
                catch (BackendException e)
                {
                    Assert.Equal("XX000", e.SqlState);
                }
            },
            iter: 100, threads: 1);
    }
}
