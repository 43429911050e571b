using System.Buffers;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Some whole rows of CSV in a pooled buffer; whoever receives the block disposes it.</summary>
/// <param name="buffer">A buffer rented from the shared pool.</param>
/// <param name="length">Bytes of it that are used.</param>
/// <param name="rows">Rows in it.</param>
internal sealed class CsvBlock(byte[] buffer, int length, int rows) : IDisposable
{
    /// <summary>Bytes at which a block is handed on: enough to make the hand-over cheap, and a few of them are still little memory.</summary>
    public const int TargetBytes = 512 * 1024;

    /// <summary>How long a source gathers rows when they come slowly, so that progress shows them.</summary>
    public const int PatienceMilliseconds = 250;

    private byte[]? _buffer = buffer;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => new(_buffer ?? throw new ObjectDisposedException(nameof(CsvBlock)), 0, length);

    /// <summary>The number of rows.</summary>
    public int Rows { get; } = rows;

    /// <summary>The first rows of it, in the same buffer: this block is not to be used any more.</summary>
    public CsvBlock First(int count)
    {
        if (count >= Rows)
        {
            return this;
        }

        byte[] bytes = Interlocked.Exchange(ref _buffer, null) ?? throw new ObjectDisposedException(nameof(CsvBlock));
        bool isQuoted = false;
        int end = 0;
        for (int found = 0; found < count; end++)
        {
            isQuoted ^= bytes[end] == CsvDialect.Quote;
            found += !isQuoted && bytes[end] == CsvDialect.RowEnd ? 1 : 0;
        }

        return new CsvBlock(bytes, end, count);
    }

    /// <summary>Gives the buffer back to the pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
