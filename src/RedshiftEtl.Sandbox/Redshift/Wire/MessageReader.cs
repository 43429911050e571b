using System.Buffers.Binary;

namespace RedshiftEtl.Sandbox.Redshift.Wire;

/// <summary>One typed protocol message inside the reader's buffer; valid until the next read.</summary>
/// <param name="Type">The type byte as a character.</param>
/// <param name="Raw">The whole message: type, length and body.</param>
internal readonly record struct WireMessage(char Type, ReadOnlyMemory<byte> Raw)
{
    /// <summary>The body without type and length.</summary>
    public ReadOnlyMemory<byte> Body => Raw[5..];
}

/// <summary>Cuts a byte stream into PostgreSQL v3 messages, holding no more than one message and a read-ahead buffer.</summary>
/// <param name="stream">Where bytes come from; the reader doesn't own it.</param>
/// <param name="maximumLength">The longest message accepted, in bytes.</param>
internal sealed class MessageReader(Stream stream, int maximumLength = MessageReader.LongestMessage)
{
    /// <summary>64 MB: above Redshift's 16 MB statement limit (redshift-facts 1.1) with room for binary parameters.</summary>
    public const int LongestMessage = 64 * 1024 * 1024;

    private const int ReadAhead = 64 * 1024;
    private byte[] _buffer = new byte[ReadAhead];
    private int _start;
    private int _end;

    /// <summary>Whether a whole message is buffered, so that the next read won't wait.</summary>
    public bool HasMessage => _end - _start >= 5 && _end - _start >= 1 + BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + 1));

    /// <summary>The type of the next message if it has arrived already, else zero.</summary>
    public char NextType => _end > _start ? (char)_buffer[_start] : '\0';

    /// <summary>Reads an untyped message, as the startup packets are: length, then body. Null at the end of the stream.</summary>
    /// <exception cref="ProtocolException">The length is nonsense.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadUntypedAsync(CancellationToken cancel)
    {
        const int longestStartup = 10_000;
        if (!await FillAsync(4, cancel).ConfigureAwait(false)) return null;
        int length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if (length is < 8 or > longestStartup) throw new ProtocolException("invalid length of startup packet");
        if (!await FillAsync(length, cancel).ConfigureAwait(false)) return null;
        var body = _buffer.AsMemory(_start + 4, length - 4);
        _start += length;
        return body;
    }

    /// <summary>Reads the next message. Null at the end of the stream, also when it ends inside a message.</summary>
    /// <exception cref="ProtocolException">The length is nonsense.</exception>
    public async ValueTask<WireMessage?> ReadAsync(CancellationToken cancel)
    {
        if (!await FillAsync(5, cancel).ConfigureAwait(false)) return null;
        int length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + 1));
        if (length < 4 || length >= maximumLength) throw new ProtocolException("invalid message length");
        if (!await FillAsync(length + 1, cancel).ConfigureAwait(false)) return null;
        var message = new WireMessage((char)_buffer[_start], _buffer.AsMemory(_start, length + 1));
        _start += length + 1;
        return message;
    }

    /// <summary>Reads one byte, or -1 at the end of the stream.</summary>
    public async ValueTask<int> ReadByteAsync(CancellationToken cancel) =>
        await FillAsync(1, cancel).ConfigureAwait(false) ? _buffer[_start++] : -1;

    /// <summary>Bytes read ahead of what was asked for: plain text smuggled before a TLS handshake.</summary>
    public bool HasLeftover => _end > _start;

    private async ValueTask<bool> FillAsync(int wanted, CancellationToken cancel)
    {
        if (_end - _start >= wanted) return true;
        if (_start + wanted > _buffer.Length)
        {
            var target = wanted > _buffer.Length ? new byte[Math.Max(wanted, ReadAhead)] : _buffer;
            Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
            (_buffer, _end, _start) = (target, _end - _start, 0);
        }
        while (_end - _start < wanted)
        {
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
            if (read == 0) return false;
            _end += read;
        }
        return true;
    }
}

/// <summary>A message that breaks the protocol: answered with 08P01, after which the connection is closed.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
