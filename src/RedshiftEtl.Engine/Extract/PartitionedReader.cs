using System.Threading.Channels;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Several readers of one extract, read side by side; their blocks come in the order in which they are ready.</summary>
internal sealed class PartitionedReader : ISourceReader
{
    private readonly ISourceReader[] _readers;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<CsvBlock> _blocks;
    private Task? _reading;

    /// <summary>Takes over the readers, all with the same columns.</summary>
    public PartitionedReader(IReadOnlyList<ISourceReader> readers)
    {
        _readers = [.. readers];
        _blocks = Channel.CreateBounded<CsvBlock>(new BoundedChannelOptions(_readers.Length) { SingleReader = true });
    }

    /// <inheritdoc/>
    public IReadOnlyList<EtlColumn> Columns => _readers[0].Columns;

    /// <inheritdoc/>
    public IReadOnlyList<EtlRepair> Repairs => _readers.SelectMany(reader => reader.Repairs)
        .GroupBy(repair => repair with { Count = 0 }).Select(group => group.Key with { Count = group.Sum(repair => repair.Count) }).ToArray();

    /// <inheritdoc/>
    public CsvBlock? Read(CancellationToken cancel)
    {
        _reading ??= ReadAllAsync();
        using CancellationTokenRegistration stop = cancel.Register(_stop.Cancel);
        cancel.ThrowIfCancellationRequested();
        try
        {
            ValueTask<bool> more = _blocks.Reader.WaitToReadAsync(CancellationToken.None);
            return (more.IsCompleted ? more.Result : more.AsTask().GetAwaiter().GetResult()) && _blocks.Reader.TryRead(out CsvBlock? block) ? block : null;
        }
        catch (Exception e) when (e is OperationCanceledException or EtlException)
        {
            cancel.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_reading is not null)
        {
            while (await _blocks.Reader.WaitToReadAsync().AsTask().ContinueWith(wait => wait is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default)
                && _blocks.Reader.TryRead(out CsvBlock? block))
            {
                block.Dispose();
            }

            await _reading;
        }

        foreach (ISourceReader reader in _readers)
        {
            await reader.DisposeAsync();
        }

        _stop.Dispose();
    }

    /// <summary>Reads all to their ends. The first error stops the others and is the one that is thrown.</summary>
    private async Task ReadAllAsync()
    {
        Exception? first = null;
        await Task.WhenAll(_readers.Select(reader => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    while (reader.Read(_stop.Token) is { } block)
                    {
                        Write(block);
                    }
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref first, e, null);
                    _stop.Cancel();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        _blocks.Writer.Complete(first);
    }

    private void Write(CsvBlock block)
    {
        try
        {
            _blocks.Writer.WriteAsync(block, _stop.Token).AsTask().GetAwaiter().GetResult();
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }
}
