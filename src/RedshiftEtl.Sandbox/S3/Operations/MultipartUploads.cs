using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.S3.Bodies;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>CreateMultipartUpload, UploadPart, AbortMultipartUpload, ListParts, ListMultipartUploads.</summary>
internal sealed class MultipartUploads(UploadStore uploads, BodyReceiver receiver)
{
    private const int MostParts = 10_000;
    private const int MostListed = 1000;
    private const string DefaultAlgorithm = "crc64nvme";

    /// <summary>CreateMultipartUpload.</summary>
    public Task CreateAsync(S3Request request)
    {
        StoredAttributes attributes = ObjectHeaders.Take(request);
        string? algorithm = request.Header("x-amz-checksum-algorithm")?.ToLowerInvariant();
        if (algorithm is not null) Checksum.Start(algorithm).Dispose(); // refuses one that isn't there
        bool linear = algorithm is "crc32" or "crc32c" or DefaultAlgorithm or null;
        string type = request.Header("x-amz-checksum-type")?.ToUpperInvariant()
            ?? (algorithm is null or DefaultAlgorithm ? StoredChecksum.FullObject : StoredChecksum.Composite);
        if ((type == StoredChecksum.FullObject && !linear) || (type == StoredChecksum.Composite && algorithm is (null or DefaultAlgorithm)))
            throw S3Exception.InvalidRequest($"The {type} checksum type cannot be used with the {algorithm ?? DefaultAlgorithm} checksum algorithm.");
        if (type is not (StoredChecksum.FullObject or StoredChecksum.Composite))
            throw S3Exception.InvalidArgument("Value for x-amz-checksum-type header is invalid.", "x-amz-checksum-type", type);

        Upload upload = uploads.Create(request.Bucket, request.Key, attributes, algorithm, type);
        HttpResponse response = request.Http.Response;
        ObjectHeaders.SendEncryption(response, attributes);
        if (algorithm is not null)
        {
            response.Headers["x-amz-checksum-algorithm"] = algorithm.ToUpperInvariant();
            response.Headers["x-amz-checksum-type"] = type;
        }
        return S3Xml.WriteAsync(response, S3Xml.Element("InitiateMultipartUploadResult",
            S3Xml.Element("Bucket", request.Bucket), S3Xml.Element("Key", request.Key), S3Xml.Element("UploadId", upload.Id)));
    }

    /// <summary>UploadPart.</summary>
    public async Task PutPartAsync(S3Request request, S3Fault? fault, CancellationToken cancel)
    {
        Upload upload = Find(request);
        int number = PartNumber(request);
        string wanted = upload.Algorithm ?? DefaultAlgorithm;
        using ReceivedBody body = await receiver.ReceiveAsync(request, fault, wanted, cancel);
        if (upload.Algorithm is not null && body.Checksum.Algorithm != wanted)
        {
            throw S3Exception.InvalidRequest($"Checksum Type mismatch occurred, expected checksum Type: {wanted}, actual checksum Type: {body.Checksum.Algorithm}");
        }
        UploadPart part = uploads.Put(upload, number, body.File, body.Length, body.Md5, body.Checksum);
        request.Http.Response.Headers.ETag = part.ETag;
        request.Http.Response.Headers[part.Checksum.Header] = part.Checksum.Value;
        ObjectHeaders.SendEncryption(request.Http.Response, upload.Attributes);
    }

    /// <summary>AbortMultipartUpload.</summary>
    public Task AbortAsync(S3Request request)
    {
        uploads.Remove(Find(request));
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>ListParts.</summary>
    public Task ListPartsAsync(S3Request request)
    {
        Upload upload = Find(request);
        int max = Listing.Number(request, "max-parts", MostListed);
        int marker = request.Has("part-number-marker") ? Listing.Number(request, "part-number-marker", MostParts) : 0;
        var rest = uploads.Parts(upload).Values.Where(p => p.Number > marker).ToList();
        var page = rest.Take(max).ToList();
        return S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("ListPartsResult",
            S3Xml.Element("Bucket", upload.Bucket), S3Xml.Element("Key", Listing.Encoding(request)(upload.Key)), S3Xml.Element("UploadId", upload.Id),
            S3Xml.Owner("Initiator"), S3Xml.Owner(), S3Xml.Element("StorageClass", ObjectHeaders.StorageClassOf(upload.Attributes)),
            S3Xml.Element("PartNumberMarker", marker), S3Xml.Element("NextPartNumberMarker", page.Count > 0 ? page[^1].Number : 0),
            S3Xml.Element("MaxParts", max), S3Xml.Element("IsTruncated", rest.Count > page.Count), Listing.EncodingType(request),
            upload.Algorithm is null ? null : S3Xml.Element("ChecksumAlgorithm", upload.Algorithm.ToUpperInvariant()),
            page.Select(p => S3Xml.Element("Part", S3Xml.Element("PartNumber", p.Number), S3Xml.Element("LastModified", S3Xml.Time(p.LastModified)),
                S3Xml.Element("ETag", p.ETag), S3Xml.Element("Size", p.Length), ChecksumElement(p.Checksum)))));
    }

    /// <summary>ListMultipartUploads.</summary>
    public Task ListUploadsAsync(S3Request request)
    {
        string prefix = request.Parameter("prefix") ?? "";
        if (request.Parameter("delimiter") is { Length: > 0 }) throw S3Exception.NotImplemented("delimiter");
        int max = Listing.Number(request, "max-uploads", MostListed);
        string keyMarker = request.Parameter("key-marker") ?? "";
        string idMarker = request.Parameter("upload-id-marker") ?? "";
        Func<string, string> encode = Listing.Encoding(request);
        var all = uploads.List(request.Bucket).Where(u => u.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        int marked = idMarker == "" ? -1 : all.FindIndex(u => u.Key == keyMarker && u.Id == idMarker);
        var rest = marked >= 0 ? all.Skip(marked + 1).ToList() : all.Where(u => KeyOrder.Instance.Compare(u.Key, keyMarker) > 0).ToList();
        var page = rest.Take(max).ToList();
        bool more = rest.Count > page.Count;
        return S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("ListMultipartUploadsResult",
            S3Xml.Element("Bucket", request.Bucket), S3Xml.Element("KeyMarker", encode(keyMarker)), S3Xml.Element("UploadIdMarker", idMarker),
            more && page.Count > 0 ? new[] { S3Xml.Element("NextKeyMarker", encode(page[^1].Key)), S3Xml.Element("NextUploadIdMarker", page[^1].Id) } : null,
            S3Xml.Element("Prefix", encode(prefix)), S3Xml.Element("MaxUploads", max), S3Xml.Element("IsTruncated", more), Listing.EncodingType(request),
            page.Select(u => S3Xml.Element("Upload", S3Xml.Element("Key", encode(u.Key)), S3Xml.Element("UploadId", u.Id),
                S3Xml.Owner("Initiator"), S3Xml.Owner(), S3Xml.Element("StorageClass", ObjectHeaders.StorageClassOf(u.Attributes)),
                S3Xml.Element("Initiated", S3Xml.Time(u.Initiated))))));
    }

    /// <summary>The upload that a request names.</summary>
    /// <exception cref="S3Exception">There is none.</exception>
    public Upload Find(S3Request request) => uploads.Find(request.Parameter("uploadId") ?? "", request.Bucket, request.Key);

    /// <summary>The part's number that a request names.</summary>
    /// <exception cref="S3Exception">It isn't one.</exception>
    public static int PartNumber(S3Request request)
    {
        string text = request.Parameter("partNumber") ?? "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= MostParts
            ? number
            : throw S3Exception.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", text);
    }

    /// <summary>A checksum in a document, for example ChecksumCRC32.</summary>
    public static XElement ChecksumElement(StoredChecksum checksum) => S3Xml.Element("Checksum" + checksum.Algorithm.ToUpperInvariant(), checksum.Value);
}
