using System.Buffers;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using RedshiftEtl.Sandbox.Faults;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>GetObject, HeadObject, GetObjectTagging.</summary>
internal sealed class ObjectReads(ObjectStore store)
{
    private const int BufferSize = 256 * 1024;

    private static readonly string[] s_overrides =
        ["content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding"];

    /// <summary>GetObject.</summary>
    public async Task GetAsync(S3Request request, S3Fault? fault, CancellationToken cancel)
    {
        (StoredObject stored, Stream data) = Open(request);
        await using (data)
        {
            ByteRange? range = Answer(request, stored);
            if (request.Http.Response.StatusCode == StatusCodes.Status304NotModified) return;
            data.Position = range?.First ?? 0;
            await SendAsync(request.Http, data, range?.Length ?? stored.Length, fault, cancel);
        }
    }

    /// <summary>HeadObject.</summary>
    public Task HeadAsync(S3Request request)
    {
        Answer(request, Find(request));
        return Task.CompletedTask;
    }

    /// <summary>GetObjectTagging.</summary>
    public Task GetTagsAsync(S3Request request) => S3Xml.WriteAsync(request.Http.Response, Tagging.ToXml(Find(request).Attributes.Tags));

    private StoredObject Find(S3Request request) => store.Find(request.Bucket, request.Key) ?? throw S3Exception.NoSuchKey(request.Key);

    /// <summary>The object and its bytes, also when it is overwritten between the two.</summary>
    private (StoredObject Stored, Stream Data) Open(S3Request request)
    {
        while (true)
        {
            StoredObject stored = Find(request);
            try
            {
                return (stored, store.OpenRead(stored));
            }
            catch (FileNotFoundException) when (store.Find(request.Bucket, request.Key)?.Path != stored.Path)
            {
                // Overwritten or deleted meanwhile: look again.
            }
        }
    }

    /// <summary>Sets the answer's status and headers.</summary>
    private static ByteRange? Answer(S3Request request, StoredObject stored)
    {
        HttpResponse response = request.Http.Response;
        bool changed = Conditions.Read(request.Header, stored);
        ByteRange? range = PartOf(request, stored) ?? ByteRange.Parse(request.Header("Range"), stored.Length);
        ObjectHeaders.Send(response, stored);
        if (!changed)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            response.Headers.Remove("content-type");
            return null;
        }
        if (string.Equals(request.Header("x-amz-checksum-mode"), "ENABLED", StringComparison.OrdinalIgnoreCase) && range is null)
            ObjectHeaders.SendChecksum(response, stored.Attributes.Checksum);
        foreach (string name in s_overrides)
            if (request.Parameter("response-" + name) is { } value) response.Headers[name] = value;
        response.ContentLength = range?.Length ?? stored.Length;
        if (range is { } part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = part.Header(stored.Length);
        }
        return range;
    }

    private static ByteRange? PartOf(S3Request request, StoredObject stored)
    {
        if (request.Parameter("partNumber") is not { } text) return null;
        IReadOnlyList<long> parts = stored.Attributes.Parts;
        int count = Math.Max(parts.Count, 1);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            throw S3Exception.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", text);
        if (number > count)
            throw new S3Exception(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidPartNumber", "The requested partnumber is not satisfiable");
        if (parts.Count == 0) return stored.Length == 0 ? null : new ByteRange(0, stored.Length);
        request.Http.Response.Headers["x-amz-mp-parts-count"] = parts.Count.ToString(CultureInfo.InvariantCulture);
        return new ByteRange(parts.Take(number - 1).Sum(), parts[number - 1]);
    }

    private static async Task SendAsync(HttpContext http, Stream data, long length, S3Fault? fault, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long sent = 0; sent < length;)
            {
                int count = await data.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferSize, length - sent)), cancel);
                if (count == 0) throw new EndOfStreamException("An object's file is shorter than its description says.");
                int allowed = fault?.Allowed(sent, count) ?? count;
                await http.Response.Body.WriteAsync(buffer.AsMemory(0, allowed), cancel);
                sent += count;
                if (fault is null) continue;
                await http.Response.Body.FlushAsync(cancel);
                await fault.PassAsync(http, sent, count, cancel);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
