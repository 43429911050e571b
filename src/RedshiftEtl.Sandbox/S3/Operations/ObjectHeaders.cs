using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>The headers that travel with an object: taken when it is written, sent back when it is read.</summary>
internal static class ObjectHeaders
{
    private const string Encryption = "x-amz-server-side-encryption";
    private const string EncryptionKey = Encryption + "-aws-kms-key-id";
    private const string BucketKey = Encryption + "-bucket-key-enabled";
    private const string StorageClass = "x-amz-storage-class";
    private const string UserMetadata = "x-amz-meta-";
    private const int LargestMetadata = 2048;

    private static readonly string[] s_kept =
        ["content-type", "cache-control", "content-disposition", "content-language", "expires", Encryption, EncryptionKey, BucketKey, StorageClass, "x-amz-website-redirect-location"];

    private static readonly string[] s_storageClasses =
        ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"];

    /// <summary>What the request wants kept with its object.</summary>
    /// <exception cref="S3Exception">A header has a value that S3 refuses, or that the sandbox lacks.</exception>
    public static StoredAttributes Take(S3Request request)
    {
        RefuseMissing(request);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in s_kept)
            if (request.Header(name) is { Length: > 0 } value) headers[name] = value;
        headers.TryAdd("content-type", "binary/octet-stream");
        string encoding = string.Join(",", (request.Header("content-encoding") ?? "").Split(',', StringSplitOptions.TrimEntries)
            .Where(e => e is not ("" or "aws-chunked")));
        if (encoding != "") headers["content-encoding"] = encoding;
        int size = 0;
        foreach (string name in request.Http.Request.Headers.Keys.Where(n => n.StartsWith(UserMetadata, StringComparison.OrdinalIgnoreCase)))
        {
            string value = request.Header(name)!;
            size += name.Length - UserMetadata.Length + value.Length;
            headers[name.ToLowerInvariant()] = value;
        }
        if (size > LargestMetadata)
            throw new S3Exception(HttpStatusCode.BadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
        CheckEncryption(headers);
        if (headers.TryGetValue(StorageClass, out string? storage) && !s_storageClasses.Contains(storage))
            throw new S3Exception(HttpStatusCode.BadRequest, "InvalidStorageClass", "The storage class you specified is not valid");
        return new StoredAttributes { Headers = headers, Tags = Tagging.FromHeader(request.Header("x-amz-tagging")) };
    }

    /// <summary>Sends an object's headers.</summary>
    public static void Send(HttpResponse response, StoredObject stored)
    {
        foreach ((string name, string value) in stored.Attributes.Headers)
            if (!(name == StorageClass && value == "STANDARD")) response.Headers[name] = value;
        response.Headers.ETag = stored.ETag;
        response.Headers.LastModified = stored.LastModified.ToString("R", CultureInfo.InvariantCulture);
        response.Headers.AcceptRanges = "bytes";
        if (stored.Attributes.Tags.Count > 0) response.Headers["x-amz-tagging-count"] = stored.Attributes.Tags.Count.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Sends how an object is encrypted, which is part of the answer to a write as well.</summary>
    public static void SendEncryption(HttpResponse response, StoredAttributes attributes)
    {
        foreach (string name in (ReadOnlySpan<string>)[Encryption, EncryptionKey, BucketKey])
            if (attributes.Headers.TryGetValue(name, out string? value)) response.Headers[name] = value;
    }

    /// <summary>Sends a checksum.</summary>
    public static void SendChecksum(HttpResponse response, StoredChecksum? checksum)
    {
        if (checksum is null) return;
        response.Headers[checksum.Header] = checksum.Value;
        response.Headers["x-amz-checksum-type"] = checksum.Type;
    }

    /// <summary>An object's storage class.</summary>
    public static string StorageClassOf(StoredAttributes attributes) => attributes.Headers.GetValueOrDefault(StorageClass, "STANDARD");

    private static void CheckEncryption(Dictionary<string, string> headers)
    {
        string encryption = headers.GetValueOrDefault(Encryption, "AES256"); // S3 encrypts everything since 2023
        headers[Encryption] = encryption;
        if (encryption is not ("AES256" or "aws:kms" or "aws:kms:dsse"))
            throw S3Exception.InvalidArgument("The encryption method specified is not supported", Encryption, encryption);
        if (encryption == "AES256" && headers.TryGetValue(EncryptionKey, out string? key))
            throw S3Exception.InvalidArgument("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", EncryptionKey, key);
        if (encryption != "AES256") headers.TryAdd(EncryptionKey, "arn:aws:kms:us-east-1:123456789012:alias/aws/s3");
    }

    private static void RefuseMissing(S3Request request)
    {
        string? missing = request.Http.Request.Headers.Keys.FirstOrDefault(name =>
            name.StartsWith(Encryption + "-customer", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("x-amz-object-lock", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("x-amz-grant", StringComparison.OrdinalIgnoreCase)
            || name.Equals("x-amz-write-offset-bytes", StringComparison.OrdinalIgnoreCase));
        if (missing is not null) throw S3Exception.NotImplemented(missing);
        if (request.Header("x-amz-acl") is not (null or "private" or "bucket-owner-full-control"))
            throw new S3Exception(HttpStatusCode.BadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs");
    }
}
