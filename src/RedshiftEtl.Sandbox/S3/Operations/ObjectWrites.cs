using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.S3.Bodies;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>PutObject, DeleteObject, DeleteObjects, PutObjectTagging, DeleteObjectTagging.</summary>
internal sealed class ObjectWrites(ObjectStore store, BodyReceiver receiver)
{
    private const int MostDeletes = 1000;

    /// <summary>PutObject.</summary>
    public async Task PutAsync(S3Request request, S3Fault? fault, CancellationToken cancel)
    {
        StoredAttributes attributes = ObjectHeaders.Take(request);
        Action<StoredObject?>? check = Conditions.Write(request);
        check?.Invoke(store.Find(request.Bucket, request.Key)); // spares the client the upload
        using ReceivedBody body = await receiver.ReceiveAsync(request, fault, "crc64nvme", cancel);
        StoredObject stored = store.Put(request.Bucket, request.Key, body.File, body.ETag, attributes with { Checksum = body.Checksum }, check);
        request.Http.Response.Headers.ETag = stored.ETag;
        ObjectHeaders.SendEncryption(request.Http.Response, attributes);
        ObjectHeaders.SendChecksum(request.Http.Response, body.Checksum);
    }

    /// <summary>DeleteObject.</summary>
    public Task DeleteAsync(S3Request request)
    {
        Conditions.Write(request)?.Invoke(store.Find(request.Bucket, request.Key));
        store.Delete(request.Bucket, request.Key);
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>DeleteObjects.</summary>
    public async Task DeleteManyAsync(S3Request request, S3Fault? fault, CancellationToken cancel)
    {
        bool verified = request.Header("Content-MD5") is not null || request.Header("x-amz-trailer") is not null
            || Checksum.Algorithms.Any(a => request.Header("x-amz-checksum-" + a) is not null);
        if (!verified) throw S3Exception.InvalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        using ReceivedBody body = await receiver.ReceiveAsync(request, fault, "crc32", cancel);
        XElement delete = S3Xml.Read(body.File, "Delete");
        var keys = delete.Children("Object").Select(o => o.Child("Key") ?? throw S3Exception.MalformedXml()).ToList();
        if (keys.Count is 0 or > MostDeletes) throw S3Exception.MalformedXml();
        foreach (string key in keys) store.Delete(request.Bucket, key);
        bool quiet = string.Equals(delete.Child("Quiet"), "true", StringComparison.OrdinalIgnoreCase);
        await S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("DeleteResult",
            quiet ? null : keys.Select(key => S3Xml.Element("Deleted", S3Xml.Element("Key", key)))));
    }

    /// <summary>PutObjectTagging.</summary>
    public async Task PutTagsAsync(S3Request request, S3Fault? fault, CancellationToken cancel)
    {
        using ReceivedBody body = await receiver.ReceiveAsync(request, fault, "crc32", cancel);
        IReadOnlyDictionary<string, string> tags = Tagging.FromXml(S3Xml.Read(body.File, "Tagging"));
        Change(request, tags);
    }

    /// <summary>DeleteObjectTagging.</summary>
    public Task DeleteTagsAsync(S3Request request)
    {
        Change(request, StoredAttributes.None.Tags);
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private void Change(S3Request request, IReadOnlyDictionary<string, string> tags)
    {
        if (!store.Describe(request.Bucket, request.Key, attributes => attributes with { Tags = tags }))
            throw S3Exception.NoSuchKey(request.Key);
    }
}
