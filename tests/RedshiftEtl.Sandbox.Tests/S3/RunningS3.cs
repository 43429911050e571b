using Amazon.Runtime;
using Amazon.S3;
using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox.Tests.S3;

/// <summary>An S3 endpoint in a folder of its own, with a bucket named "lake".</summary>
internal sealed class RunningS3 : IAsyncDisposable
{
    private readonly string _folder;
    private readonly S3Endpoint _endpoint;

    private RunningS3(string folder, ObjectStore store, FaultRegistry faults, S3Endpoint endpoint) =>
        (_folder, Store, Faults, _endpoint) = (folder, store, faults, endpoint);

    public static SandboxKeys Keys { get; } = new() { AccessKey = "AKIASANDBOXEXAMPLE00", SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYsandboxKEY" };

    public ObjectStore Store { get; }

    public FaultRegistry Faults { get; }

    public string ServiceUrl => _endpoint.ServiceUrl;

    /// <summary>Files that requests left behind: none, when all is well.</summary>
    public IEnumerable<string> Leftovers => Directory.EnumerateFiles(Store.Incoming);

    /// <summary>Waits until the endpoint, which learns of a broken connection in its own time, has cleaned up.</summary>
    public async Task CleanAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (Leftovers.Any())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public static async Task<RunningS3> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("rse-s3-").FullName;
        var store = new ObjectStore(folder);
        store.CreateBucket("lake");
        var faults = new FaultRegistry();
        return new RunningS3(folder, store, faults, await S3Endpoint.StartAsync(store, Keys, faults, 0, TestContext.Current.CancellationToken));
    }

    public AmazonS3Client Client(Action<AmazonS3Config>? change = null)
    {
        var config = new AmazonS3Config { ServiceURL = ServiceUrl, ForcePathStyle = true, AuthenticationRegion = "us-east-1", UseHttp = true, MaxErrorRetry = 0 };
        change?.Invoke(config);
        return new AmazonS3Client(new BasicAWSCredentials(Keys.AccessKey, Keys.SecretKey), config);
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
