using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.S3.Bodies;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>An operation of the S3 API.</summary>
/// <param name="Name">Its name in the API; faults name it so.</param>
/// <param name="RunAsync">Carries it out.</param>
internal sealed record Operation(string Name, Func<S3Request, S3Fault?, CancellationToken, Task> RunAsync);

/// <summary>Finds the operation that a request asks for: by method, by service, bucket or object, and by subresource.</summary>
internal sealed class Router(ObjectStore store, UploadStore uploads, SandboxKeys keys)
{
    /// <summary>Query parameters that make a request another operation, which the sandbox may or may not have.</summary>
    private static readonly HashSet<string> s_subresources = new(StringComparer.Ordinal)
    {
        "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "location",
        "logging", "metadataTable", "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication",
        "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent", "uploadId", "uploads", "versioning", "versions", "website",
    };

    private readonly BucketOperations _buckets = new(store, new BodyReceiver(store), keys.Region);
    private readonly ObjectReads _reads = new(store);
    private readonly ObjectWrites _writes = new(store, new BodyReceiver(store));
    private readonly Listing _listing = new(store);
    private readonly Copies _copies = new(store, uploads);
    private readonly MultipartUploads _multipart = new(uploads, new BodyReceiver(store));
    private readonly MultipartCompletion _completion = new(store, uploads, new BodyReceiver(store));

    /// <summary>The operation.</summary>
    /// <exception cref="S3Exception">S3 or the sandbox has no such operation.</exception>
    public Operation Find(S3Request request)
    {
        string? subresource = request.Query.Select(q => q.Name).FirstOrDefault(s_subresources.Contains);
        if (request.Parameter("versionId") is { } version && version != "null") throw S3Exception.NotImplemented("versionId");
        Operation? found = request switch
        {
            { Bucket: "" } => Service(request.Method, subresource),
            { Key: "" } => Bucket(request, subresource),
            _ => Object(request, subresource),
        };
        if (found is not null) return found;
        if (subresource is not null) throw S3Exception.NotImplemented(subresource);
        throw S3Exception.MethodNotAllowed(request.Method);
    }

    private Operation? Service(string method, string? subresource) => (method, subresource) switch
    {
        ("GET", null) => new("ListBuckets", (r, _, _) => _buckets.ListAsync(r)),
        _ => null,
    };

    private Operation? Bucket(S3Request request, string? subresource) => (request.Method, subresource) switch
    {
        ("PUT", null) => new("CreateBucket", _buckets.CreateAsync),
        ("HEAD", null) => new("HeadBucket", (r, _, _) => _buckets.HeadAsync(r)),
        ("DELETE", null) => new("DeleteBucket", (r, _, _) => _buckets.DeleteAsync(r)),
        ("GET", "location") => new("GetBucketLocation", (r, _, _) => _buckets.LocateAsync(r)),
        ("GET", "versioning") => new("GetBucketVersioning", (r, _, _) => _buckets.VersioningAsync(r)),
        ("GET", "uploads") => new("ListMultipartUploads", (r, _, _) => _multipart.ListUploadsAsync(r)),
        ("GET", null) when request.Parameter("list-type") == "2" => new("ListObjectsV2", (r, _, _) => _listing.ListV2Async(r)),
        ("GET", null) => new("ListObjects", (r, _, _) => _listing.ListV1Async(r)),
        ("POST", "delete") => new("DeleteObjects", _writes.DeleteManyAsync),
        _ => null,
    };

    private Operation? Object(S3Request request, string? subresource) => (request.Method, subresource) switch
    {
        ("PUT", null) when request.Header(Copies.SourceHeader) is not null => new("CopyObject", (r, _, c) => _copies.CopyAsync(r, c)),
        ("PUT", null) => new("PutObject", _writes.PutAsync),
        ("GET", null) => new("GetObject", _reads.GetAsync),
        ("HEAD", null) => new("HeadObject", (r, _, _) => _reads.HeadAsync(r)),
        ("DELETE", null) => new("DeleteObject", (r, _, _) => _writes.DeleteAsync(r)),
        ("GET", "tagging") => new("GetObjectTagging", (r, _, _) => _reads.GetTagsAsync(r)),
        ("PUT", "tagging") => new("PutObjectTagging", _writes.PutTagsAsync),
        ("DELETE", "tagging") => new("DeleteObjectTagging", (r, _, _) => _writes.DeleteTagsAsync(r)),
        ("POST", "uploads") => new("CreateMultipartUpload", (r, _, _) => _multipart.CreateAsync(r)),
        ("PUT", "uploadId") when request.Header(Copies.SourceHeader) is not null => new("UploadPartCopy", (r, _, c) => _copies.CopyPartAsync(r, c)),
        ("PUT", "uploadId") => new("UploadPart", _multipart.PutPartAsync),
        ("POST", "uploadId") => new("CompleteMultipartUpload", _completion.CompleteAsync),
        ("DELETE", "uploadId") => new("AbortMultipartUpload", (r, _, _) => _multipart.AbortAsync(r)),
        ("GET", "uploadId") => new("ListParts", (r, _, _) => _multipart.ListPartsAsync(r)),
        _ => null,
    };
}
