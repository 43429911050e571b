using System.Buffers;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>Rows in PostgreSQL's COPY text format, built in place.</summary>
internal sealed class RowBuffer : IDisposable
{
    private static readonly SearchValues<byte> s_escaped = SearchValues.Create("\\\n\r\t\b\f\v"u8);

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1 << 18);

    /// <summary>Bytes written; setting it back drops a row that turned out bad.</summary>
    public int Length { get; set; }

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Room for at least that many bytes; tell with <see cref="Advance"/> how many were used.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Takes in bytes written to the reserved room.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Appends one byte as it is.</summary>
    public void Append(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Appends bytes that need no escaping.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Length += value.Length;
    }

    /// <summary>Appends the mark of NULL.</summary>
    public void AppendNull() => Append("\\N"u8);

    /// <summary>Appends text, escaping what the format gives a meaning.</summary>
    public void AppendText(ReadOnlySpan<byte> value)
    {
        Span<byte> room = Reserve(value.Length * 2);
        int written = 0;
        while (value.IndexOfAny(s_escaped) is var at and >= 0)
        {
            value[..at].CopyTo(room[written..]);
            written += at;
            room[written++] = (byte)'\\';
            room[written++] = value[at] switch
            {
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                (byte)'\b' => (byte)'b',
                (byte)'\f' => (byte)'f',
                (byte)'\v' => (byte)'v',
                _ => value[at],
            };
            value = value[(at + 1)..];
        }
        value.CopyTo(room[written..]);
        Length += written + value.Length;
    }

    /// <summary>Appends a number with at least that many digits.</summary>
    public void AppendNumber(int value, int digits)
    {
        Span<byte> room = Reserve(11);
        int count = Math.Max(digits, value < 10 ? 1 : value < 100 ? 2 : value < 10_000 ? (value < 1000 ? 3 : 4) : value < 100_000 ? 5 : value < 1_000_000 ? 6 : 10);
        for (int i = count - 1; i >= 0; i--, value /= 10)
            room[i] = (byte)('0' + (value % 10));
        Length += count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Grow(int count)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + count));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
