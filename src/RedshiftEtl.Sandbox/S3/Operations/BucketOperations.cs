using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.S3.Bodies;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>ListBuckets, CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation.</summary>
internal sealed partial class BucketOperations(ObjectStore store, BodyReceiver receiver, string region)
{
    private const string DefaultRegion = "us-east-1";

    /// <summary>ListBuckets.</summary>
    public Task ListAsync(S3Request request)
    {
        string prefix = request.Parameter("prefix") ?? "";
        return S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("ListAllMyBucketsResult", S3Xml.Owner(),
            S3Xml.Element("Buckets", store.Buckets().Where(b => b.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(b =>
                S3Xml.Element("Bucket", S3Xml.Element("Name", b.Name), S3Xml.Element("CreationDate", S3Xml.Time(b.Created)), S3Xml.Element("BucketRegion", region))))));
    }

    /// <summary>CreateBucket.</summary>
    public async Task CreateAsync(S3Request request, S3Fault? fault, CancellationToken cancel)
    {
        if (!ValidName().IsMatch(request.Bucket) || request.Bucket.Contains("..", StringComparison.Ordinal) || IPAddress.TryParse(request.Bucket, out _))
        {
            throw new S3Exception(HttpStatusCode.BadRequest, "InvalidBucketName", "The specified bucket is not valid.") { Details = [("BucketName", request.Bucket)] };
        }
        string wanted = DefaultRegion;
        if (request.Http.Request.ContentLength > 0 || request.Payload.Chunked)
        {
            using ReceivedBody body = await receiver.ReceiveAsync(request, fault, "crc32", cancel);
            XElement configuration = S3Xml.Read(body.File, "CreateBucketConfiguration");
            wanted = configuration.Child("LocationConstraint") ?? wanted;
        }
        if (wanted != region)
        {
            throw new S3Exception(HttpStatusCode.BadRequest, "IllegalLocationConstraintException",
                $"The {wanted} location constraint is incompatible for the region specific endpoint this request was sent to.");
        }
        if (!store.CreateBucket(request.Bucket) && region != DefaultRegion)
        {
            // us-east-1 answers 200 when the bucket is the caller's already.
            throw new S3Exception(HttpStatusCode.Conflict, "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.") { Details = [("BucketName", request.Bucket)] };
        }
        request.Http.Response.Headers.Location = "/" + request.Bucket;
    }

    /// <summary>HeadBucket.</summary>
    public Task HeadAsync(S3Request request)
    {
        request.Http.Response.Headers["x-amz-bucket-region"] = region;
        return Task.CompletedTask;
    }

    /// <summary>DeleteBucket.</summary>
    public Task DeleteAsync(S3Request request)
    {
        if (!store.DeleteBucket(request.Bucket))
        {
            throw new S3Exception(HttpStatusCode.Conflict, "BucketNotEmpty", "The bucket you tried to delete is not empty")
            {
                Details = [("BucketName", request.Bucket)],
            };
        }
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>GetBucketLocation; us-east-1's name is empty there.</summary>
    public Task LocateAsync(S3Request request) =>
        S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("LocationConstraint", region == DefaultRegion ? null : region));

    /// <summary>GetBucketVersioning: never switched on.</summary>
    public Task VersioningAsync(S3Request request) =>
        S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("VersioningConfiguration"));

    [GeneratedRegex(@"^(?!xn--)(?!sthree-)[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]$(?<!-s3alias)(?<!--ol-s3)", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();
}
