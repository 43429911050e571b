using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Runs a query and writes its rows as compressed parts: reading and compressing overlap, and only a few blocks are ever in memory.</summary>
public static class Exporter
{
    /// <summary>Blocks of 256 KiB between the reader and the compressor.</summary>
    private const int QueuedBlocks = 8;

    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Exports.</summary>
    /// <param name="source">The source.</param>
    /// <param name="query">The query.</param>
    /// <param name="options">How the parts are written.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it: the source's query is cancelled and what was written is removed.</param>
    /// <exception cref="EtlException">Nothing is left at the destination.</exception>
    public static async Task<EtlExport> ExportAsync(
        SourceConnection source, SourceQuery query, ExportOptions options, IPartDestination destination, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        await destination.PrepareAsync(cancel);
        await using ISourceReader reader = await Sources.Of(source).OpenAsync(query, options.Dialect, cancel);
        progress.Report(new VerboseEvent($"{source.Name}: {reader.Columns.Count} column(s), {options.Compression} parts to {destination.Location}."));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Channel<CsvBlock> blocks = Channel.CreateBounded<CsvBlock>(new BoundedChannelOptions(QueuedBlocks) { SingleReader = true, SingleWriter = true });
        long rowsRead = 0;
        Task reading = Task.Run(async () => rowsRead = await ReadAsync(reader, blocks.Writer, stop.Token), CancellationToken.None);
        await using var parts = new PartSet(destination, options);
        try
        {
            await WriteAsync(parts, blocks.Reader, clock, progress, stop.Token);
            await reading;
            IReadOnlyList<EtlPart> written = await parts.CompleteAsync(stop.Token);
            progress.Report(new ProgressEvent("Extract", parts.Rows, parts.CsvBytes, clock.Elapsed, true));
            progress.Report(new MilestoneEvent("Exported", string.Create(CultureInfo.InvariantCulture,
                $"{parts.Rows:N0} rows from {source.Name} in {written.Count} part(s), {written.Sum(part => part.Bytes):N0} bytes, in {clock.Elapsed.TotalSeconds:N1} s.")));
            return new EtlExport
            {
                RunId = options.RunId,
                StartedAt = startedAt,
                Source = source.Name,
                Columns = reader.Columns,
                RowsRead = rowsRead,
                RowsWritten = parts.Rows,
                CsvBytes = parts.CsvBytes,
                Bytes = written.Sum(part => part.Bytes),
                Parts = written,
                Compression = options.Compression,
                Dialect = options.Dialect,
                Location = destination.Location,
                IsTemporary = destination.IsTemporary,
                Duration = clock.Elapsed,
            };
        }
        catch
        {
            await stop.CancelAsync();
            await DrainAsync(reading, blocks.Reader);
            throw;
        }
    }

    /// <summary>Moves blocks from the source to the queue and returns the rows; the queue ends with the source's error, if it has one.</summary>
    private static async Task<long> ReadAsync(ISourceReader reader, ChannelWriter<CsvBlock> blocks, CancellationToken cancel)
    {
        long rows = 0;
        try
        {
            await foreach (CsvBlock block in reader.ReadAsync(cancel))
            {
                rows += block.Rows;
                await blocks.WriteAsync(block, cancel);
            }

            blocks.Complete();
            return rows;
        }
        catch (Exception e)
        {
            blocks.Complete(e);
            throw;
        }
    }

    private static async Task WriteAsync(PartSet parts, ChannelReader<CsvBlock> blocks, Stopwatch clock, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        TimeSpan next = s_progressInterval;
        try
        {
            await foreach (CsvBlock block in blocks.ReadAllAsync(cancel))
            {
                await parts.WriteAsync(block, cancel);
                if (clock.Elapsed >= next)
                {
                    progress.Report(new ProgressEvent("Extract", parts.Rows, parts.CsvBytes, clock.Elapsed));
                    next = clock.Elapsed + s_progressInterval;
                }
            }
        }
        catch (ChannelClosedException e) when (e.InnerException is { } cause)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
        }
    }

    /// <summary>Waits for the reader to end and gives its blocks back; the error that matters is already on its way.</summary>
    private static async Task DrainAsync(Task reading, ChannelReader<CsvBlock> blocks)
    {
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (blocks.TryRead(out CsvBlock? block))
        {
            block.Dispose();
        }
    }
}
