using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ICSharpCode.SharpZipLib.BZip2;
using RedshiftEtl.Sandbox.Copy.Statement;
using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox.Copy.Input;

/// <summary>
/// Reads one data file's text. Exactly one compressed member or frame is read; whether Redshift reads more isn't known
/// (redshift-facts.md 1.4), so more is an error and not a shorter table.
/// </summary>
internal sealed class DataFile : IDisposable
{
    private readonly CopyCompression _compression;
    private readonly Stream _raw;
    private readonly Stream _content;
    private readonly uint _gzipLength;
    private uint _gzipRead;
    private long _bzip2Read;

    /// <summary>Opens the file.</summary>
    /// <param name="stored">The file.</param>
    /// <param name="statement">Says how it is compressed and encoded.</param>
    /// <param name="objects">Where it is.</param>
    /// <param name="read">Called with the number of bytes of each read from S3.</param>
    /// <exception cref="CorruptFileException">The file isn't compressed that way, or is truncated.</exception>
    public DataFile(StoredObject stored, CopyStatement statement, StagedObjects objects, Action<int> read)
    {
        _compression = statement.Compression;
        _raw = objects.Open(stored);
        try
        {
            if (_compression == CopyCompression.Zstd)
                ZstdFrames.RequireOne(_raw);
            if (_compression == CopyCompression.Gzip)
                _gzipLength = ReadGzipLength(_raw);
            _content = Decode(Decompress(new CountedStream(_raw, read)), statement.Encoding);
        }
        catch (Exception e)
        {
            _raw.Dispose();
            if (IsCorruption(e))
                throw Corrupt(e);
            throw;
        }
    }

    /// <summary>Reads the next bytes of text; 0 at the end.</summary>
    /// <exception cref="CorruptFileException">The file is corrupt, truncated, or holds more than one member.</exception>
    public int Read(Span<byte> buffer)
    {
        try
        {
            int count = _content.Read(buffer);
            if (count == 0)
                CheckEnd();
            return count;
        }
        catch (DecoderFallbackException e)
        {
            throw new CorruptFileException("File encoding is different from the encoding specified by ENCODING", e);
        }
        catch (Exception e) when (IsCorruption(e))
        {
            throw Corrupt(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _content.Dispose();
        _raw.Dispose();
    }

    /// <summary>The bzip2 decoder trusts its tables: on corrupt ones it runs out of its arrays.</summary>
    private bool IsCorruption(Exception e) =>
        e is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException or BZip2Exception
        || (_compression == CopyCompression.Bzip2 && e is IndexOutOfRangeException or ArgumentException or OverflowException);

    private CorruptFileException Corrupt(Exception e)
    {
        string name = _compression switch { CopyCompression.Gzip => "zlib", CopyCompression.Zstd => "zstd", _ => "bzip2" };
        return new CorruptFileException($"{name}: {e.Message}", e);
    }

    private Stream Decompress(Stream counted) => _compression switch
    {
        CopyCompression.Gzip => new CountedStream(new GZipStream(counted, CompressionMode.Decompress), count => _gzipRead += (uint)count),
        CopyCompression.Zstd => new ZstdSharp.DecompressionStream(counted, leaveOpen: false),
        CopyCompression.Bzip2 => new BZip2InputStream(new CountedStream(new BufferedStream(counted, 1 << 16), count => _bzip2Read += count)),
        _ => counted,
    };

    private static Stream Decode(Stream content, CopyEncoding encoding)
    {
        if (encoding == CopyEncoding.Utf8)
            return content;
        bool bigEndian = encoding == CopyEncoding.Utf16BigEndian;
        if (encoding == CopyEncoding.Utf16)
        {
            Span<byte> mark = stackalloc byte[2];
            bool marked = content.ReadAtLeast(mark, 2, throwOnEndOfStream: false) == 2;
            bigEndian = marked && mark[0] == 0xfe && mark[1] == 0xff;
            if (!bigEndian && !(marked && mark[0] == 0xff && mark[1] == 0xfe))
                throw new CorruptFileException("File encoding is different from the encoding specified by ENCODING: no byte order mark");
        }
        var utf16 = new UnicodeEncoding(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true);
        return Encoding.CreateTranscodingStream(content, utf16, new UTF8Encoding(false));
    }

    /// <summary>The last four bytes of a gzip member are the length of its text, modulo 2^32 (RFC 1952).</summary>
    private static uint ReadGzipLength(Stream raw)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (raw.Length < 18 || raw.ReadAtLeast(bytes[..2], 2, throwOnEndOfStream: false) < 2 || bytes[0] != 0x1f || bytes[1] != 0x8b)
            throw new CorruptFileException("zlib: incorrect header check");
        raw.Position = raw.Length - 4;
        raw.ReadExactly(bytes);
        raw.Position = 0;
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private void CheckEnd()
    {
        if (_compression == CopyCompression.Gzip && _gzipRead != _gzipLength)
            throw new CorruptFileException("zlib: the file is truncated or has data after the first member; whether COPY reads more than one member is not documented, so the sandbox refuses it");
        if (_compression == CopyCompression.Bzip2 && _bzip2Read != _raw.Length)
            throw new CorruptFileException("bzip2: data after the first stream; whether COPY reads more than one stream is not documented, so the sandbox refuses it");
    }
}
