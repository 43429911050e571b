using System.Diagnostics;
using System.IO.Compression;
using System.Threading.Channels;
using RedshiftEtl.Engine.Extract;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace RedshiftEtl.Engine.Stage;

/// <summary>One part that is being written, by a task of its own: compressed, counted, its checksum taken on the way.</summary>
internal sealed class Part
{
    /// <summary>Blocks that wait for the compressor: one to go on with and one in case it is faster for a moment.</summary>
    private const int QueuedBlocks = 2;

    private readonly Channel<CsvBlock> _queue = Channel.CreateBounded<CsvBlock>(
        new BoundedChannelOptions(QueuedBlocks) { SingleReader = true, SingleWriter = true });

    private long _bytes;
    private long _compressTicks;
    private long _writeTicks;

    /// <summary>Begins a part.</summary>
    /// <param name="name">Its file's name.</param>
    /// <param name="destination">Where it is written.</param>
    /// <param name="options">How.</param>
    /// <param name="cancel">Gives it up; no trace is left.</param>
    public Part(string name, IPartDestination destination, ExportOptions options, CancellationToken cancel)
    {
        Name = name;
        Completion = Task.Run(() => RunAsync(destination, options, cancel), CancellationToken.None);
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>CSV bytes given to it so far.</summary>
    public long CsvBytes { get; private set; }

    /// <summary>Compressed bytes written so far; runs a few blocks behind.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Time spent compressing.</summary>
    public TimeSpan CompressTime => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _compressTicks));

    /// <summary>Time spent waiting for the destination.</summary>
    public TimeSpan WriteTime => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _writeTicks));

    /// <summary>The finished part, once <see cref="End"/> was called; or what went wrong.</summary>
    public Task<EtlPart> Completion { get; }

    /// <summary>Gives it rows; waits while the compressor is behind. The block is the part's from now on.</summary>
    /// <exception cref="EtlException">The part could not be written.</exception>
    public void Write(CsvBlock block)
    {
        CsvBytes += block.Bytes.Length;
        while (!_queue.Writer.TryWrite(block))
        {
            Task<bool> room = _queue.Writer.WaitToWriteAsync().AsTask();
            if (!room.ContinueWith(wait => wait.IsCompletedSuccessfully && wait.Result, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).GetAwaiter().GetResult())
            {
                block.Dispose();
                Completion.GetAwaiter().GetResult();
            }
        }
    }

    /// <summary>Says that no more rows come.</summary>
    public void End() => _queue.Writer.TryComplete();

    private async Task<EtlPart> RunAsync(IPartDestination destination, ExportOptions options, CancellationToken cancel)
    {
        try
        {
            return await WriteAsync(destination, options, cancel);
        }
        catch (Exception e)
        {
            _queue.Writer.TryComplete(e);
            while (_queue.Reader.TryRead(out CsvBlock? block))
            {
                block.Dispose();
            }

            throw;
        }
    }

    private async Task<EtlPart> WriteAsync(IPartDestination destination, ExportOptions options, CancellationToken cancel)
    {
        await using IPartWriter writer = await destination.CreateAsync(Name, cancel);
        await using var counted = new ChecksumStream(writer);
        Stream compressor = Compress(counted, options);
        long rows = 0;
        try
        {
            await foreach (CsvBlock block in _queue.Reader.ReadAllAsync(cancel))
            {
                using (block)
                {
                    long began = Stopwatch.GetTimestamp();
                    long waited = counted.WaitedTicks;
                    await compressor.WriteAsync(block.Bytes, cancel);
                    rows += block.Rows;
                    Note(counted, Stopwatch.GetTimestamp() - began - (counted.WaitedTicks - waited));
                }
            }

            await compressor.DisposeAsync();
        }
        catch
        {
            // The compressor would write its last bytes to a part that is given up.
            counted.Abandon();
            await compressor.DisposeAsync();
            throw;
        }

        string location = await writer.CompleteAsync(counted.Checksum, cancel);
        Note(counted, 0);
        return new EtlPart(Name, location, rows, counted.Length, counted.Checksum);
    }

    private void Note(ChecksumStream counted, long compressTicks)
    {
        Volatile.Write(ref _bytes, counted.Length);
        Volatile.Write(ref _compressTicks, _compressTicks + compressTicks);
        Volatile.Write(ref _writeTicks, counted.WaitedTicks);
    }

    /// <summary>One frame or member a part: whether COPY reads several is not documented (fact sheet 1.4).</summary>
    private static Stream Compress(ChecksumStream counted, ExportOptions options)
    {
        switch (options.Compression)
        {
            case Compression.Zstd:
                var zstd = new CompressionStream(counted, options.CompressionLevel ?? 1, leaveOpen: true);
                // A checksum of what was compressed, which the reader verifies: as the command line does.
                zstd.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
                return zstd;
            case Compression.Gzip:
                return new GZipStream(counted, (options.CompressionLevel ?? 1) switch { <= 3 => CompressionLevel.Fastest, <= 6 => CompressionLevel.Optimal, _ => CompressionLevel.SmallestSize }, leaveOpen: true);
            default:
                return counted;
        }
    }
}
