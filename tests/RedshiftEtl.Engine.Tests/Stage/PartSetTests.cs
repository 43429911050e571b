using System.Buffers;
using System.IO.Compression;
using System.Text;
using CsCheck;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Tests.Stage;

public sealed class PartSetTests : IDisposable
{
    private const int BlockBytes = 128 * 1024;
    private readonly string _folder = Directory.CreateTempSubdirectory("etlparts").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(6, 1)]
    [InlineData(40, 4)]
    [InlineData(400, 4)]
    public async Task Small_extracts_have_few_parts_and_larger_ones_a_multiple_of_the_slices(int blocks, int parts) =>
        Assert.Equal(parts, (await WriteAsync(blocks, new ExportOptions { RunId = "r", Compression = Compression.None, ParallelParts = 4 })).Count);

    [Fact]
    public async Task Parts_are_of_even_size_and_hold_every_row_once()
    {
        IReadOnlyList<EtlPart> parts = await WriteAsync(600, new ExportOptions { RunId = "r", Compression = Compression.None, ParallelParts = 5 });
        Assert.Equal(5, parts.Count);
        Assert.True(parts.Max(part => part.Bytes) - parts.Min(part => part.Bytes) <= BlockBytes);
        Assert.Equal(
            Enumerable.Range(0, 600),
            parts.SelectMany(part => File.ReadLines(part.Location)).Where(line => line[0] != 'x').Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture)).Order());
        Assert.Equal(1200, parts.Sum(part => part.Rows));
    }

    [Theory]
    [InlineData(81, 4)]
    [InlineData(95, 4)]
    [InlineData(200, 8)]
    [InlineData(1000, null)]
    public async Task A_further_round_begins_only_when_its_parts_are_worth_it(int blocks, int? expected)
    {
        var options = new ExportOptions { RunId = "r", Compression = Compression.None, ParallelParts = 4, PartBytes = 20 * BlockBytes };
        IReadOnlyList<EtlPart> parts = await WriteAsync(blocks, options);
        Assert.Equal(0, parts.Count % 4);
        Assert.All(parts, part => Assert.InRange(part.Bytes, 1024 * 1024, 40 * BlockBytes));
        if (expected is { } count)
        {
            Assert.Equal(count, parts.Count);
        }
    }

    [Fact]
    public async Task A_set_that_is_given_up_leaves_nothing_and_not_even_its_folder()
    {
        string folder = Path.Combine(_folder, "new");
        var destination = new PartFolder(folder);
        await destination.PrepareAsync(TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        await using (var set = new PartSet(destination, new ExportOptions { RunId = "r", ParallelParts = 2 }, stop))
        {
            for (int i = 0; i < 100; i++)
            {
                set.Write(Block(i));
            }
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_part_that_fails_fails_the_set_and_stops_the_source()
    {
        using var stop = new CancellationTokenSource();
        // A folder that was never made.
        await using var set = new PartSet(new PartFolder(Path.Combine(_folder, "nowhere")), new ExportOptions { RunId = "r" }, stop);
        Action writing = () =>
        {
            for (int i = 0; i < 100; i++)
            {
                set.Write(Block(i));
            }
        };
        EtlException error = Assert.Throws<EtlException>(writing);
        Assert.Same(Fault.PartWriteFailed, error.Fault);
        Assert.Same(error, set.Error);
        Assert.True(stop.IsCancellationRequested);
    }

    [Theory]
    [InlineData(Compression.Zstd)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.None)]
    public async Task A_parts_checksum_and_length_are_its_files(Compression compression)
    {
        EtlPart part = Assert.Single(await WriteAsync(3, new ExportOptions { RunId = "r", Compression = compression }));
        byte[] bytes = await File.ReadAllBytesAsync(part.Location, TestContext.Current.CancellationToken);
        Assert.Equal((bytes.Length, Reference(bytes)), (part.Bytes, part.Crc32C));
        await using Stream plain = compression switch
        {
            Compression.Zstd => new ZstdSharp.DecompressionStream(new MemoryStream(bytes)),
            Compression.Gzip => new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress),
            _ => new MemoryStream(bytes),
        };
        using var reader = new StreamReader(plain);
        Assert.Equal(string.Concat(Enumerable.Range(0, 3).Select(Text)), await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void CRC_32C_is_the_polynomials() => Gen.Byte.Array[0, 100].Sample(bytes => ChecksumStream.Of(bytes) == Reference(bytes));

    [Fact]
    public void CRC_32C_of_the_standards_example() =>
        Assert.Equal("4waSgw==", ChecksumStream.Of("123456789"u8));

    /// <summary>CRC-32C bit by bit (RFC 3720, B.4), in base64 of its big-endian value.</summary>
    private static string Reference(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78;
            }
        }

        crc = ~crc;
        return Convert.ToBase64String([(byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc]);
    }

    private async Task<IReadOnlyList<EtlPart>> WriteAsync(int blocks, ExportOptions options)
    {
        using var stop = new CancellationTokenSource();
        await using var set = new PartSet(new PartFolder(_folder), options, stop);
        for (int i = 0; i < blocks; i++)
        {
            set.Write(Block(i));
        }

        return await set.CompleteAsync();
    }

    private static string Text(int number) => $"{number}\n{new string('x', BlockBytes - 12)}\n";

    private static CsvBlock Block(int number)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
        return new CsvBlock(buffer, Encoding.ASCII.GetBytes(Text(number), buffer), 2);
    }
}
