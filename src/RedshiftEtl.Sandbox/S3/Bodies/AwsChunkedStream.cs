using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using RedshiftEtl.Sandbox.S3.Signing;

namespace RedshiftEtl.Sandbox.S3.Bodies;

/// <summary>Reads the payload out of a body in aws-chunked form, checking each chunk's signature and the trailer's.
/// The form: hex-size[;chunk-signature=hex] CRLF bytes CRLF …, a chunk of size 0, then trailing headers if announced, and an empty line.</summary>
internal sealed class AwsChunkedStream(Stream body, PayloadSigning signing) : IDisposable
{
    private const int LongestLine = 8192;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly IncrementalHash? _chunkHash = signing.Signer is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _start;
    private int _end;
    private long _left;
    private string? _signature;
    private bool _first = true;
    private bool _over;

    /// <summary>The trailing headers, by lower-case name; complete once <see cref="ReadAsync"/> has returned 0.</summary>
    public Dictionary<string, string> Trailers { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Dispose() => _chunkHash?.Dispose();

    /// <summary>Reads payload bytes; 0 at its end.</summary>
    /// <exception cref="S3Exception">The form is broken, or a signature doesn't match.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancel)
    {
        if (_over) return 0;
        if (_left == 0 && !await NextChunkAsync(cancel)) return 0;
        int count;
        if (_end > _start)
        {
            count = (int)Math.Min(Math.Min(_left, _end - _start), target.Length);
            _buffer.AsMemory(_start, count).CopyTo(target);
            _start += count;
        }
        else
        {
            count = await body.ReadAsync(target[..(int)Math.Min(_left, target.Length)], cancel);
            if (count == 0) throw S3Exception.IncompleteBody();
        }
        _chunkHash?.AppendData(target.Span[..count]);
        _left -= count;
        if (_left == 0) await EndChunkAsync(cancel);
        return count;
    }

    private async ValueTask<bool> NextChunkAsync(CancellationToken cancel)
    {
        string header = await LineAsync(cancel);
        string[] parts = header.Split(';', 2);
        if (!long.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left) || _left < 0)
            throw new S3Exception(HttpStatusCode.BadRequest, "InvalidChunkSizeError", "The chunk size is not valid.");
        const string name = "chunk-signature=";
        _signature = parts.Length == 2 && parts[1].StartsWith(name, StringComparison.Ordinal) ? parts[1][name.Length..] : null;
        _first = false;
        if (_left > 0) return true;

        _over = true;
        CheckChunk();
        await TrailerAsync(cancel);
        return false;
    }

    private async ValueTask EndChunkAsync(CancellationToken cancel)
    {
        CheckChunk();
        if (await LineAsync(cancel) != "") throw S3Exception.IncompleteBody();
    }

    private void CheckChunk()
    {
        if (_chunkHash is null) return;
        string expected = signing.Signer!.SignChunk(Convert.ToHexStringLower(_chunkHash.GetHashAndReset()));
        CheckSignature(expected, _signature);
    }

    private async ValueTask TrailerAsync(CancellationToken cancel)
    {
        var signed = new StringBuilder();
        string? signature = null;
        // The last line of all may lack its end.
        for (string line = await LineAsync(cancel, mayEnd: true); line != ""; line = await LineAsync(cancel, mayEnd: true))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) throw new S3Exception(HttpStatusCode.BadRequest, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.");
            string name = line[..colon].Trim().ToLowerInvariant();
            string value = line[(colon + 1)..].Trim();
            if (name == "x-amz-trailer-signature")
            {
                signature = value;
                continue;
            }
            Trailers[name] = value;
            signed.Append(name).Append(':').Append(value).Append('\n');
        }
        if (signing.Trailer && signing.Signer is { } signer) CheckSignature(signer.SignTrailer(signed.ToString()), signature);
        if (_end > _start || await body.ReadAsync(_buffer, cancel) > 0) throw S3Exception.IncompleteBody();
    }

    private static void CheckSignature(string expected, string? given)
    {
        if (given is not null && SigningKey.Same(expected, given)) return;
        throw new S3Exception(HttpStatusCode.Forbidden, "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
    }

    private async ValueTask<string> LineAsync(CancellationToken cancel, bool mayEnd = false)
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                string line = Encoding.UTF8.GetString(_buffer, _start, length);
                _start += length + 2;
                return line;
            }
            if (_end - _start > LongestLine) throw S3Exception.IncompleteBody();
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            int read = await body.ReadAsync(_buffer.AsMemory(_end), cancel);
            _end += read;
            if (read > 0) continue;
            if (!mayEnd || _first) throw S3Exception.IncompleteBody();
            string last = Encoding.UTF8.GetString(_buffer, 0, _end);
            _start = _end = 0;
            return last;
        }
    }
}
