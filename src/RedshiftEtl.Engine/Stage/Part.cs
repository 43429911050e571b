using System.IO.Compression;
using RedshiftEtl.Engine.Extract;
using ZstdSharp;

namespace RedshiftEtl.Engine.Stage;

/// <summary>One part that is being written: compressed, counted, its checksum taken on the way.</summary>
internal sealed class Part : IAsyncDisposable
{
    private readonly string _name;
    private readonly IPartWriter _writer;
    private readonly ChecksumStream _counted;
    private readonly Stream _compressor;
    private long _rows;

    /// <summary>Begins a part. One frame or member a part: whether COPY reads several is not documented (fact sheet 1.4).</summary>
    public Part(string name, IPartWriter writer, ExportOptions options)
    {
        _name = name;
        _writer = writer;
        _counted = new ChecksumStream(writer);
        _compressor = options.Compression switch
        {
            Compression.Zstd => new CompressionStream(_counted, options.CompressionLevel ?? 1, leaveOpen: true),
            Compression.Gzip => new GZipStream(_counted, (options.CompressionLevel ?? 1) switch { <= 3 => CompressionLevel.Fastest, <= 6 => CompressionLevel.Optimal, _ => CompressionLevel.SmallestSize }, leaveOpen: true),
            _ => _counted,
        };
    }

    /// <summary>CSV bytes so far.</summary>
    public long CsvBytes { get; private set; }

    /// <summary>Compressed bytes so far.</summary>
    public long Bytes => _counted.Length;

    /// <summary>Writes rows.</summary>
    public async Task WriteAsync(CsvBlock block, CancellationToken cancel)
    {
        await _compressor.WriteAsync(block.Bytes, cancel);
        _rows += block.Rows;
        CsvBytes += block.Bytes.Length;
    }

    /// <summary>Ends the part.</summary>
    public async Task<EtlPart> CompleteAsync(CancellationToken cancel)
    {
        await _compressor.DisposeAsync();
        string location = await _writer.CompleteAsync(_counted.Checksum, cancel);
        return new EtlPart(_name, location, _rows, _counted.Length, _counted.Checksum);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _counted.Abandon();
        await _compressor.DisposeAsync();
        await _writer.DisposeAsync();
    }
}
