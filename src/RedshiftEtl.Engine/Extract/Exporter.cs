using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Runs a query and writes its rows as compressed parts: reading, compressing and writing overlap, and only a few blocks are ever in memory.</summary>
public static class Exporter
{
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
        options.Check();
        ISource opener = Sources.Of(source);
        if (query.Partition is not null && !opener.CanPartition)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"'{source.Name}' cannot be read in partitions: a {source.Type} connection gives several readers no common snapshot.", source.Name,
                advice: "Leave PartitionColumn out.");
        }

        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        await destination.PrepareAsync(cancel);
        string values = query.Parameters.Count == 0 ? "" : $"\n-- {string.Join(", ", query.Parameters)}";
        progress.Report(new DebugEvent($"{source.Name}: {query.Sql.Text.Trim()}{values}"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var parts = new PartSet(destination, options, stop);
        await using ISourceReader reader = await opener.OpenAsync(query, options.Dialect, cancel);
        WatermarkTracker? tracker = options.WatermarkColumn is { } column
            ? WatermarkTracker.Of(column, reader.Columns, options.Dialect, source.SqlDialect)
            : null;
        progress.Report(new VerboseEvent($"{source.Name}: {reader.Columns.Count} column(s), {options.Compression} parts to {destination.Location}."));
        foreach (string remark in reader.Remarks)
        {
            progress.Report(new VerboseEvent($"{source.Name}: {remark}"));
        }

        try
        {
            // A thread of its own, since a source blocks it while its server thinks.
            var moved = await Task.Factory.StartNew(
                () => Move(reader, parts, tracker, options, clock, progress, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            IReadOnlyList<EtlPart> written = await parts.CompleteAsync();
            var export = new EtlExport
            {
                RunId = options.RunId,
                StartedAt = startedAt,
                Source = source.Name,
                Columns = reader.Columns,
                RowsRead = moved.Rows,
                RowsWritten = written.Sum(part => part.Rows),
                CsvBytes = parts.CsvBytes,
                Bytes = written.Sum(part => part.Bytes),
                Parts = written,
                Compression = options.Compression,
                Dialect = options.Dialect,
                Location = destination.Location,
                IsTemporary = destination.IsTemporary,
                Repairs = reader.Repairs,
                Duration = clock.Elapsed,
                Watermark = tracker?.Greatest,
                WatermarkNulls = tracker?.Nulls ?? 0,
                Times = new ExportTimes(moved.Read, moved.Held, parts.CompressTime, parts.WriteTime),
            };
            progress.Report(new VerboseEvent(string.Create(CultureInfo.InvariantCulture,
                $"{source.Name}: {export.Times.Read.TotalSeconds:N1} s reading, {export.Times.Held.TotalSeconds:N1} s held up by the parts; {export.Times.Compress.TotalSeconds:N1} s compressing and {export.Times.Write.TotalSeconds:N1} s writing over {written.Count} part(s).")));
            if (export.Repairs.Count > 0)
            {
                progress.Report(new WarningEvent(string.Create(CultureInfo.InvariantCulture,
                    $"{source.Name}: {export.Repairs.Sum(repair => repair.Count):N0} value(s) that Redshift cannot hold were changed as ValueRule says: {string.Join("; ", export.Repairs)}.")));
            }

            progress.Report(new ProgressEvent("Extract", export.RowsWritten, export.CsvBytes, export.Duration, true));
            progress.Report(new MilestoneEvent("Exported", string.Create(CultureInfo.InvariantCulture,
                $"{export.RowsWritten:N0} rows from {source.Name} in {written.Count} part(s), {export.Bytes:N0} bytes, in {export.Duration.TotalSeconds:N1} s.")));
            return export;
        }
        catch (Exception) when (parts.Error is { } error && !cancel.IsCancellationRequested)
        {
            // The source was stopped because a part failed; that is what the user should see.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            throw;
        }
    }

    /// <summary>Moves blocks from the source to the parts, until its end.</summary>
    private static (long Rows, TimeSpan Read, TimeSpan Held) Move(
        ISourceReader reader, PartSet parts, WatermarkTracker? tracker, ExportOptions options, Stopwatch clock, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        long rows = 0;
        TimeSpan held = TimeSpan.Zero;
        TimeSpan began = clock.Elapsed;
        TimeSpan next = began + s_progressInterval;
        while (rows < (options.SampleRows ?? long.MaxValue) && reader.Read(cancel) is { } found)
        {
            TimeSpan read = clock.Elapsed;
            CsvBlock block = options.SampleRows is { } sample ? found.First((int)(sample - rows)) : found;
            rows += block.Rows;
            if (rows > options.MaxRows)
            {
                block.Dispose();
                throw new EtlException(Fault.GuardFailed, string.Create(CultureInfo.InvariantCulture, $"The query gives more than the job's MaxRows of {options.MaxRows:N0} rows."), options.MaxRows);
            }

            tracker?.Add(block.Bytes.Span);
            parts.Write(block);
            TimeSpan now = clock.Elapsed;
            held += now - read;
            if (now >= next)
            {
                progress.Report(new ProgressEvent("Extract", rows, parts.CsvBytes, now));
                next = now + s_progressInterval;
            }
        }

        return (rows, clock.Elapsed - began - held, held);
    }
}
