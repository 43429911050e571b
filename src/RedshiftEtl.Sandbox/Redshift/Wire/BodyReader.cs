using System.Buffers.Binary;
using System.Text;

namespace RedshiftEtl.Sandbox.Redshift.Wire;

/// <summary>Reads the fields of one message's body, refusing to run past its end.</summary>
internal ref struct BodyReader(ReadOnlySpan<byte> body)
{
    private static readonly UTF8Encoding s_strict = new(false, true);
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>What hasn't been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Reads one byte.</summary>
    public byte Byte() => Take(1)[0];

    /// <summary>Reads a 16-bit integer.</summary>
    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    /// <summary>Reads a 32-bit integer.</summary>
    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>Reads that many bytes.</summary>
    /// <exception cref="ProtocolException">The message is shorter.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length) throw new ProtocolException("insufficient data left in message");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>Reads a zero-terminated UTF-8 string.</summary>
    /// <exception cref="ProtocolException">The terminator is missing.</exception>
    /// <exception cref="BackendException">The bytes aren't UTF-8 (22021).</exception>
    public string Text()
    {
        int end = _rest.IndexOf((byte)0);
        if (end < 0) throw new ProtocolException("invalid string in message");
        var bytes = _rest[..end];
        _rest = _rest[(end + 1)..];
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new BackendException("22021", "invalid byte sequence for encoding \"UTF8\"");
        }
    }
}
