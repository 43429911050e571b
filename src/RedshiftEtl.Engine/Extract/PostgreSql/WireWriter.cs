using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>Builds one message of the PostgreSQL protocol 3.0; the length is filled in at the end.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly int _lengthAt;

    /// <summary>Begins a message.</summary>
    /// <param name="type">Its type; none for the messages that open a connection.</param>
    public WireWriter(char? type = null)
    {
        if (type is { } sign)
        {
            _buffer.Write([(byte)sign]);
            _lengthAt = 1;
        }

        Int32(0);
    }

    /// <summary>A 32-bit number.</summary>
    public WireWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    /// <summary>A 16-bit number.</summary>
    public WireWriter Int16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_buffer.GetSpan(2), value);
        _buffer.Advance(2);
        return this;
    }

    /// <summary>Bytes as they are.</summary>
    public WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        _buffer.Write(value);
        return this;
    }

    /// <summary>Text in UTF-8, ended with NUL.</summary>
    public WireWriter Text(string value)
    {
        Encoding.UTF8.GetBytes(value, _buffer);
        _buffer.Write("\0"u8);
        return this;
    }

    /// <summary>The whole message.</summary>
    public byte[] ToArray()
    {
        byte[] message = _buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(_lengthAt), message.Length - _lengthAt);
        return message;
    }
}
