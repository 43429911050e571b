using System.Buffers;
using System.Security.Cryptography;
using RedshiftEtl.Sandbox.S3.Bodies;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>CopyObject and UploadPartCopy.</summary>
internal sealed class Copies(ObjectStore store, UploadStore uploads)
{
    private const int BufferSize = 512 * 1024;

    /// <summary>The header that makes a put a copy.</summary>
    public const string SourceHeader = "x-amz-copy-source";

    /// <summary>CopyObject.</summary>
    public async Task CopyAsync(S3Request request, CancellationToken cancel)
    {
        StoredObject source = Source(request);
        bool replace = Directive(request, "x-amz-metadata-directive");
        bool replaceTags = Directive(request, "x-amz-tagging-directive");
        StoredAttributes wanted = ObjectHeaders.Take(request);
        bool changes = replace || replaceTags || request.Header("x-amz-storage-class") is not null || request.Header("x-amz-server-side-encryption") is not null;
        if (source.Bucket == request.Bucket && source.Key == request.Key && !changes)
        {
            throw S3Exception.InvalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.");
        }
        StoredAttributes attributes = replace ? wanted : wanted with { Headers = Merge(source.Attributes.Headers, wanted.Headers) };
        if (!replaceTags) attributes = attributes with { Tags = source.Attributes.Tags };
        string algorithm = request.Header("x-amz-checksum-algorithm")?.ToLowerInvariant() ?? source.Attributes.Checksum?.Algorithm ?? "crc64nvme";
        using ReceivedBody body = await ReadAsync(source, new ByteRange(0, source.Length), algorithm, cancel);
        StoredObject copy = store.Put(request.Bucket, request.Key, body.File, body.ETag, attributes with { Checksum = body.Checksum }, Conditions.Write(request));
        ObjectHeaders.SendEncryption(request.Http.Response, attributes);
        await S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("CopyObjectResult",
            S3Xml.Element("LastModified", S3Xml.Time(copy.LastModified)), S3Xml.Element("ETag", copy.ETag), MultipartUploads.ChecksumElement(body.Checksum)));
    }

    /// <summary>UploadPartCopy.</summary>
    public async Task CopyPartAsync(S3Request request, CancellationToken cancel)
    {
        Upload upload = uploads.Find(request.Parameter("uploadId") ?? "", request.Bucket, request.Key);
        int number = MultipartUploads.PartNumber(request);
        StoredObject source = Source(request);
        string? header = request.Header("x-amz-copy-source-range");
        ByteRange? range = ByteRange.Parse(header, source.Length);
        if (header is not null && range is null)
            throw S3Exception.InvalidArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy", "x-amz-copy-source-range", header);
        using ReceivedBody body = await ReadAsync(source, range ?? new ByteRange(0, source.Length), upload.Algorithm ?? "crc64nvme", cancel);
        UploadPart part = uploads.Put(upload, number, body.File, body.Length, body.Md5, body.Checksum);
        await S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("CopyPartResult",
            S3Xml.Element("LastModified", S3Xml.Time(part.LastModified)), S3Xml.Element("ETag", part.ETag), MultipartUploads.ChecksumElement(part.Checksum)));
    }

    private StoredObject Source(S3Request request)
    {
        string header = request.Header(SourceHeader)!;
        string[] path = header.Split('?', 2);
        if (path.Length == 2 && path[1] != "versionId=null") throw S3Exception.NotImplemented("versionId");
        string[] parts = UriText.Decode(path[0], plusIsSpace: true).TrimStart('/').Split('/', 2);
        if (parts.Length != 2 || parts[1] == "")
            throw S3Exception.InvalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", SourceHeader, header);
        if (!store.BucketExists(parts[0])) throw S3Exception.NoSuchBucket(parts[0]);
        StoredObject source = store.Find(parts[0], parts[1]) ?? throw S3Exception.NoSuchKey(parts[1]);
        // A copy has no "not modified": the condition fails.
        if (!Conditions.Read(name => request.Header($"{SourceHeader}-{name}"), source)) throw S3Exception.PreconditionFailed($"{SourceHeader}-If-None-Match");
        return source;
    }

    private async Task<ReceivedBody> ReadAsync(StoredObject source, ByteRange range, string algorithm, CancellationToken cancel)
    {
        using Checksum checksum = Checksum.Start(algorithm);
        using IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        string file = store.NewIncomingFile();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        bool complete = false;
        try
        {
            await using (Stream from = store.OpenRead(source))
            await using (var to = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                from.Position = range.First;
                for (long left = range.Length; left > 0;)
                {
                    int count = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferSize, left)), cancel);
                    if (count == 0) throw new EndOfStreamException("An object's file is shorter than its description says.");
                    md5.AppendData(buffer, 0, count);
                    checksum.Append(buffer.AsSpan(0, count));
                    to.Write(buffer, 0, count);
                    left -= count;
                }
            }
            complete = true;
            return new ReceivedBody(file, range.Length, md5.GetHashAndReset(), new StoredChecksum(algorithm, Convert.ToBase64String(checksum.Finish())));
        }
        catch (FileNotFoundException)
        {
            throw S3Exception.NoSuchKey(source.Key); // overwritten or deleted since it was found
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (!complete) File.Delete(file);
        }
    }

    /// <summary>The source's headers, but encryption and storage class, which are never copied.</summary>
    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> source, IReadOnlyDictionary<string, string> wanted)
    {
        static bool OfTarget(string name) => name.StartsWith("x-amz-server-side", StringComparison.Ordinal) || name == "x-amz-storage-class";
        return source.Where(h => !OfTarget(h.Key)).Concat(wanted.Where(h => OfTarget(h.Key))).ToDictionary(h => h.Key, h => h.Value, StringComparer.Ordinal);
    }

    private static bool Directive(S3Request request, string name) => request.Header(name)?.ToUpperInvariant() switch
    {
        null or "COPY" => false,
        "REPLACE" => true,
        { } other => throw S3Exception.InvalidArgument("Unknown metadata directive.", name, other),
    };
}
