using System.Buffers.Binary;
using System.IO.Compression;

namespace RedshiftEtl.Engine.Extract.Files;

/// <summary>A gzip file, decompressed, that must end with the length of what was in it: the runtime's own stream takes a file that was cut short for a whole one.</summary>
internal sealed class GzipFile : Stream
{
    private readonly GZipStream _plain;
    private readonly uint _expected;
    private uint _length;

    /// <summary>Prepares; the file is at its start.</summary>
    public GzipFile(FileStream file)
    {
        byte[] end = new byte[4];
        file.Seek(-Math.Min(4, file.Length), SeekOrigin.End);
        file.ReadAtLeast(end, end.Length, throwOnEndOfStream: false);
        _expected = BinaryPrimitives.ReadUInt32LittleEndian(end);
        file.Position = 0;
        _plain = new GZipStream(file, CompressionMode.Decompress);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file was cut short, or has several members, whose end cannot be checked.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read = _plain.Read(buffer);
        _length += (uint)read;
        return read > 0 || buffer.IsEmpty || _length == _expected ? read : throw new InvalidDataException(
            "the gzip data was cut short, or was put together of several gzip files (compress it again in one piece).");
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _plain.Dispose();
        }

        base.Dispose(disposing);
    }
}
