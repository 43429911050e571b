using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.S3.Operations;
using RedshiftEtl.Sandbox.S3.Signing;

namespace RedshiftEtl.Sandbox.S3;

/// <summary>Speaks the S3 protocol on loopback: path style, and virtual-host style as bucket.localhost.</summary>
internal sealed class S3Endpoint : IAsyncDisposable
{
    private const int LongestKey = 1024;

    private readonly ObjectStore _store;
    private readonly FaultRegistry _faults;
    private readonly SignatureCheck _signatures;
    private readonly Router _router;
    private LoopbackServer? _server;

    private S3Endpoint(ObjectStore store, SandboxKeys keys, FaultRegistry faults)
    {
        _store = store;
        _faults = faults;
        _signatures = new SignatureCheck(keys, faults);
        _router = new Router(store, new UploadStore(store), keys);
    }

    /// <summary>What a client takes as the service's address.</summary>
    public string ServiceUrl => _server!.Url.AbsoluteUri.TrimEnd('/');

    /// <summary>Starts listening.</summary>
    /// <param name="store">The buckets.</param>
    /// <param name="keys">The one account that is let in.</param>
    /// <param name="faults">What is to go wrong.</param>
    /// <param name="port">The port, or 0 for a free one.</param>
    /// <param name="cancel">Cancels the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<S3Endpoint> StartAsync(ObjectStore store, SandboxKeys keys, FaultRegistry faults, int port, CancellationToken cancel)
    {
        var endpoint = new S3Endpoint(store, keys, faults);
        endpoint._server = await LoopbackServer.StartAsync(port, endpoint.HandleAsync, cancel);
        return endpoint;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        S3Request? request = null;
        try
        {
            request = new S3Request(http);
            http.Response.Headers["x-amz-request-id"] = request.Id;
            await ServeAsync(request, http.RequestAborted);
        }
        catch (S3Exception e)
        {
            await RefuseAsync(http, request, e);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && (http.RequestAborted.IsCancellationRequested || http.Response.HasStarted))
        {
            http.Abort(); // the client is gone, or a fault says so
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, request, new S3Exception(HttpStatusCode.InternalServerError, "InternalError", $"The sandbox failed: {e.Message}"));
        }
    }

    private async Task ServeAsync(S3Request request, CancellationToken cancel)
    {
        _signatures.Verify(request);
        Operation operation = _router.Find(request);
        S3Fault? fault = _faults.OnS3(operation.Name, request.Bucket, request.Key);
        if (fault is not null)
        {
            if (fault.Delay > TimeSpan.Zero) await Task.Delay(fault.Delay, cancel);
            if (fault.Status is { } status) throw new S3Exception((HttpStatusCode)status, fault.Code, fault.Message);
            if (fault.CutAfterBytes == 0)
            {
                request.Http.Abort();
                return;
            }
        }
        if (request.Bucket != "" && operation.Name != "CreateBucket" && !_store.BucketExists(request.Bucket)) throw S3Exception.NoSuchBucket(request.Bucket);
        int size = Encoding.UTF8.GetByteCount(request.Key);
        if (size > LongestKey)
        {
            throw new S3Exception(HttpStatusCode.BadRequest, "KeyTooLongError", "Your key is too long")
            {
                Details = [("Size", size.ToString(CultureInfo.InvariantCulture)), ("MaxSizeAllowed", "1024")],
            };
        }
        await operation.RunAsync(request, fault, cancel);
    }

    private static async Task RefuseAsync(HttpContext http, S3Request? request, S3Exception error)
    {
        if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
            return;
        }
        http.Response.Clear();
        http.Response.Headers["x-amz-request-id"] = request?.Id;
        http.Response.StatusCode = (int)error.Status;
        if (HttpMethods.IsHead(http.Request.Method) || error.Status == HttpStatusCode.NotModified) return;
        // Errors are the one document without S3's namespace.
        var document = new XElement("Error",
            new XElement("Code", error.Code), new XElement("Message", error.Message),
            error.Details.Select(d => new XElement(d.Name, d.Value)),
            new XElement("Resource", request?.RawPath), new XElement("RequestId", request?.Id), new XElement("HostId", "sandbox"));
        await S3Xml.WriteAsync(http.Response, document, (int)error.Status);
    }
}
