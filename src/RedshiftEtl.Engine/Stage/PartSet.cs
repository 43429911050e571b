using System.Globalization;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Spreads blocks of rows over parts as fact sheet 2 wants them: of even size, each of 1 MB or more, their number a multiple of the warehouse's
/// slices as soon as the data is big enough for that, none near 1 GB. Used by one thread, which it blocks while the parts are behind.</summary>
internal sealed class PartSet : IAsyncDisposable
{
    /// <summary>The least size of a part that a slice is worth being started for.</summary>
    private const long LeastBytes = 1024 * 1024;

    /// <summary>CSV that is held back at most between two rounds of parts.</summary>
    private const long HeldLimit = 32 * 1024 * 1024;

    private readonly IPartDestination _destination;
    private readonly ExportOptions _options;
    private readonly CancellationTokenSource _stop;
    private readonly List<Part> _parts = [];
    private readonly List<Part> _open = [];
    private readonly Queue<CsvBlock> _held = [];
    private long _heldBytes;
    private bool _isComplete;

    /// <summary>Prepares; nothing is written before the first block.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Cancelled when a part fails, so that the source stops too.</param>
    public PartSet(IPartDestination destination, ExportOptions options, CancellationTokenSource stop)
    {
        _destination = destination;
        _options = options;
        _stop = stop;
    }

    /// <summary>Rows taken so far.</summary>
    public long Rows { get; private set; }

    /// <summary>CSV bytes taken so far.</summary>
    public long CsvBytes { get; private set; }

    /// <summary>Compressed bytes so far.</summary>
    public long Bytes => _parts.Sum(part => part.Bytes);

    /// <summary>Time spent compressing, summed over the parts.</summary>
    public TimeSpan CompressTime => new(_parts.Sum(part => part.CompressTime.Ticks));

    /// <summary>Time spent waiting for the destination, summed over the parts.</summary>
    public TimeSpan WriteTime => new(_parts.Sum(part => part.WriteTime.Ticks));

    /// <summary>What went wrong with a part; null if nothing did.</summary>
    public Exception? Error => _parts.Select(part => part.Completion.Exception?.InnerException).FirstOrDefault(error => error is not null);

    /// <summary>Takes a block, which is the set's from now on.</summary>
    /// <exception cref="EtlException">A part could not be written.</exception>
    public void Write(CsvBlock block)
    {
        Rows += block.Rows;
        CsvBytes += block.Bytes.Length;
        if (_open.Count == 0 || _open.Exists(part => part.Bytes < _options.PartBytes))
        {
            Spread(block);
            return;
        }

        // The round is full. Whether another is worth it shows when there is enough for parts of its own; if not, the full ones take the rest.
        _held.Enqueue(block);
        _heldBytes += block.Bytes.Length;
        double ratio = (double)Bytes / (CsvBytes - _heldBytes);
        if (_heldBytes * ratio >= 1.25 * LeastBytes * _options.ParallelParts || _heldBytes >= HeldLimit)
        {
            _open.ForEach(part => part.End());
            _open.Clear();
            while (_open.Count < _options.ParallelParts)
            {
                Open();
            }

            SpreadHeld();
        }
    }

    /// <summary>Ends all parts and returns them in order.</summary>
    public async Task<IReadOnlyList<EtlPart>> CompleteAsync()
    {
        SpreadHeld();
        _open.ForEach(part => part.End());
        EtlPart[] parts = await Task.WhenAll(_parts.Select(part => part.Completion));
        _isComplete = true;
        return parts;
    }

    /// <summary>Gives up and removes everything that was written, unless it was completed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isComplete)
        {
            return;
        }

        await _stop.CancelAsync();
        while (_held.TryDequeue(out CsvBlock? block))
        {
            block.Dispose();
        }

        await Task.WhenAll(_parts.Select(part => (Task)part.Completion)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _destination.RemoveAsync(_parts.Where(part => part.Completion.IsCompletedSuccessfully).Select(part => part.Name).ToArray());
    }

    private void SpreadHeld()
    {
        _heldBytes = 0;
        while (_held.TryDequeue(out CsvBlock? block))
        {
            Spread(block);
        }
    }

    private void Spread(CsvBlock block)
    {
        // One part more when those that are there have earned it.
        if (_open.Count < _options.ParallelParts && _open.TrueForAll(part => part.Bytes >= LeastBytes))
        {
            Open();
        }

        _open.MinBy(part => part.CsvBytes)!.Write(block);
    }

    private void Open()
    {
        string extension = _options.Compression switch { Compression.Zstd => ".zst", Compression.Gzip => ".gz", _ => "" };
        var part = new Part(string.Create(CultureInfo.InvariantCulture, $"part-{_parts.Count:D5}.csv{extension}"), _destination, _options, _stop.Token);
        part.Completion.ContinueWith(_ => _stop.Cancel(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _parts.Add(part);
        _open.Add(part);
    }
}
