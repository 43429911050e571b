using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Passes bytes on to a part's writer, counts them and takes their CRC-32C with the processor's own instruction.</summary>
internal sealed class ChecksumStream(IPartWriter writer) : Stream
{
    private uint _crc = uint.MaxValue;
    private long _length;
    private bool _isAbandoned;

    /// <summary>Ticks of the stopwatch that went by in the part's writer.</summary>
    public long WaitedTicks { get; private set; }

    /// <summary>Lets a compressor end without writing its last bytes to a part that is given up.</summary>
    public void Abandon() => _isAbandoned = true;

    /// <summary>The CRC-32C so far, as S3 writes it.</summary>
    public string Checksum => Encode(_crc);

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Position { get => _length; set => throw new NotSupportedException(); }

    /// <summary>The CRC-32C of bytes, as S3 writes it: base64 of the big-endian value.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Encode(Append(uint.MaxValue, bytes));

    /// <summary>The CRC-32C of a stream, as S3 writes it.</summary>
    public static async Task<string> OfAsync(Stream stream, CancellationToken cancel)
    {
        byte[] buffer = new byte[256 * 1024];
        uint crc = uint.MaxValue;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            crc = Append(crc, buffer.AsSpan(0, read));
        }

        return Encode(crc);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isAbandoned)
        {
            return;
        }

        _crc = Append(_crc, buffer.Span);
        _length += buffer.Length;
        long began = Stopwatch.GetTimestamp();
        await writer.WriteAsync(buffer, cancellationToken);
        WaitedTicks += Stopwatch.GetTimestamp() - began;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }

    private static string Encode(uint crc)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~crc);
        return Convert.ToBase64String(bytes);
    }
}
