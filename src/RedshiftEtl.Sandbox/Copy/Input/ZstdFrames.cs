using System.Buffers.Binary;

namespace RedshiftEtl.Sandbox.Copy.Input;

/// <summary>
/// Measures a zstd frame by its block headers (RFC 8878). Whether Redshift reads several frames isn't known
/// (redshift-facts.md 1.4), so a file must be exactly one frame; a truncated file shows here, too.
/// </summary>
internal static class ZstdFrames
{
    private const uint Magic = 0xFD2FB528;

    /// <summary>Checks that the stream is one whole frame, and goes back to its beginning.</summary>
    /// <exception cref="CorruptFileException">Not zstd, truncated, or more than one frame.</exception>
    public static void RequireOne(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[4];
        ReadExactly(stream, bytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
            throw new CorruptFileException("zstd: unknown frame descriptor");
        ReadExactly(stream, bytes[..1]);
        byte descriptor = bytes[0];
        bool singleSegment = (descriptor & 0x20) != 0;
        bool checksum = (descriptor & 0x04) != 0;
        int dictionaryId = (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 };
        int contentSize = (descriptor >> 6) switch { 0 => singleSegment ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        Skip(stream, (singleSegment ? 0 : 1) + dictionaryId + contentSize);
        bool last;
        do
        {
            ReadExactly(stream, bytes[..3]);
            int header = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
            last = (header & 1) != 0;
            int kind = (header >> 1) & 3;
            if (kind == 3)
                throw new CorruptFileException("zstd: corrupted block detected");
            Skip(stream, kind == 1 ? 1 : header >> 3);
        }
        while (!last);
        Skip(stream, checksum ? 4 : 0);
        if (stream.Position != stream.Length)
            throw new CorruptFileException("zstd: data after the first frame; whether COPY reads more than one frame is not documented, so the sandbox refuses it");
        stream.Position = 0;
    }

    private static void ReadExactly(Stream stream, Span<byte> buffer)
    {
        if (stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
            throw Truncated();
    }

    private static void Skip(Stream stream, int count)
    {
        if (stream.Length - stream.Position < count)
            throw Truncated();
        stream.Position += count;
    }

    private static CorruptFileException Truncated() => new("zstd: unexpected end of file");
}
