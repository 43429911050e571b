using System.Globalization;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Spreads blocks of rows evenly over parts. A small extract is one part; a larger one is a multiple of the parallel parts.</summary>
internal sealed class PartSet(IPartDestination destination, ExportOptions options) : IAsyncDisposable
{
    /// <summary>CSV held back until it is known whether one part will do: less would give parts under 1 MB (fact sheet 2).</summary>
    private const long HeldBytes = 8 * 1024 * 1024;

    /// <summary>A round of parts ends when they have this size, well under 1 GB (fact sheet 2).</summary>
    private const long PartLimit = 512L * 1024 * 1024;

    private readonly List<CsvBlock> _held = [];
    private readonly List<Part> _open = [];
    private readonly List<Part> _parts = [];
    private readonly List<string> _completed = [];
    private long _heldBytes;

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>CSV bytes so far.</summary>
    public long CsvBytes { get; private set; }

    /// <summary>Takes a block.</summary>
    public async Task WriteAsync(CsvBlock block, CancellationToken cancel)
    {
        Rows += block.Rows;
        CsvBytes += block.Bytes.Length;
        if (_open.Count > 0)
        {
            await WriteToSmallestAsync(block, cancel);
            return;
        }

        _held.Add(block);
        _heldBytes += block.Bytes.Length;
        if (_heldBytes >= HeldBytes)
        {
            await OpenAsync(options.ParallelParts, cancel);
        }
    }

    /// <summary>Ends all parts and returns them in order.</summary>
    public async Task<IReadOnlyList<EtlPart>> CompleteAsync(CancellationToken cancel)
    {
        if (_held.Count > 0)
        {
            await OpenAsync(1, cancel);
        }

        var completed = new List<EtlPart>(_parts.Count);
        foreach (Part part in _parts)
        {
            EtlPart done = await part.CompleteAsync(cancel);
            completed.Add(done);
            _completed.Add(done.Name);
        }

        _completed.Clear();
        return completed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (CsvBlock block in _held)
        {
            block.Dispose();
        }

        foreach (Part part in _parts)
        {
            await part.DisposeAsync();
        }

        if (_completed.Count > 0)
        {
            await destination.RemoveAsync(_completed);
        }
    }

    private async Task OpenAsync(int count, CancellationToken cancel)
    {
        for (int i = 0; i < count; i++)
        {
            string extension = options.Compression switch { Compression.Zstd => ".zst", Compression.Gzip => ".gz", _ => "" };
            string name = string.Create(CultureInfo.InvariantCulture, $"part-{_parts.Count:D5}.csv{extension}");
            var part = new Part(name, await destination.CreateAsync(name, cancel), options);
            _parts.Add(part);
            _open.Add(part);
        }

        CsvBlock[] held = [.. _held];
        _held.Clear();
        foreach (CsvBlock block in held)
        {
            await WriteToSmallestAsync(block, cancel);
        }
    }

    private async Task WriteToSmallestAsync(CsvBlock block, CancellationToken cancel)
    {
        using (block)
        {
            Part part = _open.MinBy(candidate => candidate.CsvBytes)!;
            await part.WriteAsync(block, cancel);
        }

        if (_open.TrueForAll(part => part.Bytes >= PartLimit))
        {
            // The next round begins as the first did: held back until it is worth it.
            _open.Clear();
            _heldBytes = 0;
        }
    }
}
