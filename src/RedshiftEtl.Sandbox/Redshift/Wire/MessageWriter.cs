using System.Buffers.Binary;
using System.Text;

namespace RedshiftEtl.Sandbox.Redshift.Wire;

/// <summary>Builds PostgreSQL v3 messages in one growing buffer and sends them in one piece.</summary>
internal sealed class MessageWriter(Stream stream)
{
    private const int Kept = 128 * 1024;
    private byte[] _buffer = new byte[16 * 1024];
    private int _length;
    private int _messageStart = -1;

    /// <summary>Bytes waiting to be sent.</summary>
    public int Pending => _length;

    /// <summary>Starts a message of that type; <see cref="End"/> fills in its length.</summary>
    public MessageWriter Begin(char type)
    {
        Reserve(5);
        _buffer[_length] = (byte)type;
        _messageStart = _length + 1;
        _length += 5;
        return this;
    }

    /// <summary>Starts an untyped message (startup, cancel, SSL requests).</summary>
    public MessageWriter BeginUntyped()
    {
        Reserve(4);
        _messageStart = _length;
        _length += 4;
        return this;
    }

    /// <summary>Ends the message begun last.</summary>
    public MessageWriter End()
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_messageStart), _length - _messageStart);
        return this;
    }

    /// <summary>Appends one byte.</summary>
    public MessageWriter Byte(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
        return this;
    }

    /// <summary>Appends a 16-bit integer.</summary>
    public MessageWriter Int16(short value)
    {
        Reserve(2);
        BinaryPrimitives.WriteInt16BigEndian(_buffer.AsSpan(_length), value);
        _length += 2;
        return this;
    }

    /// <summary>Appends a 32-bit integer.</summary>
    public MessageWriter Int32(int value)
    {
        Reserve(4);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_length), value);
        _length += 4;
        return this;
    }

    /// <summary>Appends bytes, with no terminator.</summary>
    public MessageWriter Bytes(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_buffer.AsSpan(_length));
        _length += value.Length;
        return this;
    }

    /// <summary>Appends a string as UTF-8 with its terminating zero.</summary>
    public MessageWriter Text(string value)
    {
        int most = Encoding.UTF8.GetMaxByteCount(value.Length) + 1;
        Reserve(most);
        _length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_length));
        _buffer[_length++] = 0;
        return this;
    }

    /// <summary>Appends a message without a body.</summary>
    public MessageWriter Empty(char type) => Begin(type).End();

    /// <summary>Sends everything that is waiting.</summary>
    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        if (_length == 0) return;
        await stream.WriteAsync(_buffer.AsMemory(0, _length), cancel).ConfigureAwait(false);
        await stream.FlushAsync(cancel).ConfigureAwait(false);
        _length = 0;
        if (_buffer.Length > Kept) _buffer = new byte[Kept];
    }

    private void Reserve(int more)
    {
        if (_length + more > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}
