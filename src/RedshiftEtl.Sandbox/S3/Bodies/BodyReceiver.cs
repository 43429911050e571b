using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using RedshiftEtl.Sandbox.Faults;

namespace RedshiftEtl.Sandbox.S3.Bodies;

/// <summary>Streams a request's body to a file and verifies it against everything that the request says about it.</summary>
internal sealed class BodyReceiver(ObjectStore store)
{
    private const int BufferSize = 512 * 1024;
    private const long LargestPut = 5L * 1024 * 1024 * 1024;

    /// <summary>Receives the body.</summary>
    /// <param name="request">The request, its signature checked.</param>
    /// <param name="fault">What is to go wrong, if anything.</param>
    /// <param name="fallbackAlgorithm">The checksum to compute when the client sends none.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="verifyChecksum">False where the checksum headers speak of something other than the body.</param>
    /// <exception cref="S3Exception">The body isn't what the request says.</exception>
    public async Task<ReceivedBody> ReceiveAsync(S3Request request, S3Fault? fault, string fallbackAlgorithm, CancellationToken cancel, bool verifyChecksum = true)
    {
        long? length = DeclaredLength(request);
        if (length > LargestPut)
            throw new S3Exception(HttpStatusCode.BadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
        (string algorithm, string? expected) = verifyChecksum ? DeclaredChecksum(request) : ("", null);
        using Checksum checksum = Checksum.Start(algorithm == "" ? fallbackAlgorithm : algorithm);
        using IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using IncrementalHash? sha256 = request.Payload.Sha256 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using AwsChunkedStream? chunked = request.Payload.Chunked ? new AwsChunkedStream(request.Http.Request.Body, request.Payload) : null;

        string file = store.NewIncomingFile();
        bool complete = false;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long total = 0;
            await using (var target = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                while (true)
                {
                    int count = await FillAsync(request.Http.Request.Body, chunked, buffer, cancel);
                    if (count == 0) break;
                    md5.AppendData(buffer, 0, count);
                    sha256?.AppendData(buffer, 0, count);
                    checksum.Append(buffer.AsSpan(0, count));
                    // A write to the page cache is shorter than the way to another thread and back.
                    target.Write(buffer, 0, count);
                    total += count;
                    if (fault is not null) await fault.PassAsync(request.Http, total, count, cancel);
                }
            }
            if (length is not null && total != length) throw S3Exception.IncompleteBody();
            if (sha256 is not null && Convert.ToHexStringLower(sha256.GetHashAndReset()) != request.Payload.Sha256)
                throw new S3Exception(HttpStatusCode.BadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
            byte[] digest = md5.GetHashAndReset();
            CheckMd5(request, digest);
            string value = Convert.ToBase64String(checksum.Finish());
            if (algorithm != "")
            {
                if (chunked is not null && chunked.Trailers.TryGetValue("x-amz-checksum-" + algorithm, out string? trailing)) expected = trailing;
                if (expected is null) throw new S3Exception(HttpStatusCode.BadRequest, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.");
                if (expected != value) throw S3Exception.BadDigest(algorithm.ToUpperInvariant());
            }
            complete = true;
            return new ReceivedBody(file, total, digest, new StoredChecksum(algorithm == "" ? fallbackAlgorithm : algorithm, value));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status400BadRequest)
        {
            throw S3Exception.IncompleteBody();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (!complete) File.Delete(file);
        }
    }

    private static async ValueTask<int> FillAsync(Stream plain, AwsChunkedStream? chunked, byte[] buffer, CancellationToken cancel)
    {
        int count = 0;
        while (count < BufferSize)
        {
            Memory<byte> rest = buffer.AsMemory(count, BufferSize - count);
            int read = chunked is null ? await plain.ReadAsync(rest, cancel) : await chunked.ReadAsync(rest, cancel);
            if (read == 0) break;
            count += read;
        }
        return count;
    }

    private static long? DeclaredLength(S3Request request)
    {
        if (!request.Payload.Chunked)
        {
            if (request.Http.Request.ContentLength is { } plain) return plain;
            throw new S3Exception(HttpStatusCode.LengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        }
        return long.TryParse(request.Header("x-amz-decoded-content-length"), NumberStyles.None, CultureInfo.InvariantCulture, out long decoded)
            ? decoded
            : throw new S3Exception(HttpStatusCode.LengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.");
    }

    /// <summary>The checksum that the request announces: its algorithm ("" for none) and its value, null if that trails the body.</summary>
    private static (string Algorithm, string? Value) DeclaredChecksum(S3Request request)
    {
        const string prefix = "x-amz-checksum-";
        var given = Checksum.Algorithms.Where(a => request.Header(prefix + a) is not null).ToList();
        if (given.Count > 1) throw S3Exception.InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        if (given.Count == 1)
        {
            string value = request.Header(prefix + given[0])!;
            using Checksum sample = Checksum.Start(given[0]);
            byte[] decoded = new byte[64];
            if (!Convert.TryFromBase64String(value, decoded, out int length) || length != sample.Finish().Length)
                throw S3Exception.InvalidRequest($"Value for {prefix}{given[0]} header is invalid.");
            return (given[0], value);
        }
        string? trailer = request.Header("x-amz-trailer")?.Split(',', StringSplitOptions.TrimEntries)
            .FirstOrDefault(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        if (trailer is null) return ("", null);
        string algorithm = trailer[prefix.Length..].ToLowerInvariant();
        if (!Checksum.Algorithms.Contains(algorithm)) throw S3Exception.InvalidRequest("The value specified in the x-amz-trailer header is not supported");
        if (!request.Payload.Trailer) throw S3Exception.InvalidRequest("x-amz-trailer needs a payload with a trailer.");
        return (algorithm, null);
    }

    private static void CheckMd5(S3Request request, byte[] actual)
    {
        string? given = request.Header("Content-MD5");
        if (given is null) return;
        byte[] decoded = new byte[32];
        if (!Convert.TryFromBase64String(given, decoded, out int length) || length != 16)
            throw new S3Exception(HttpStatusCode.BadRequest, "InvalidDigest", "The Content-MD5 you specified was invalid.");
        if (!decoded.AsSpan(0, 16).SequenceEqual(actual)) throw S3Exception.BadDigest("Content-MD5");
    }
}
