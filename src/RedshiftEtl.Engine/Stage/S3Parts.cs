using Amazon.S3;
using Amazon.S3.Model;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Writes parts straight to S3: no temporary file, a few buffers of memory.</summary>
/// <param name="stage">The stage.</param>
/// <param name="keyPrefix">Prefix of the run's keys, ending with a slash.</param>
internal sealed class S3Parts(S3Connection stage, string keyPrefix) : IPartDestination, IDisposable
{
    private readonly AmazonS3Client _client = S3Clients.Open(stage);

    /// <inheritdoc/>
    public string Location => $"s3://{stage.Bucket}/{keyPrefix}";

    /// <inheritdoc/>
    public bool IsTemporary => false;

    /// <summary>Asks for the bucket, so that a missing one or wrong keys are known before the source works.</summary>
    public Task PrepareAsync(CancellationToken cancel) =>
        S3Error.GuardAsync(stage, $"listing {keyPrefix}", () => _client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = stage.Bucket, Prefix = keyPrefix, MaxKeys = 1 }, cancel));

    /// <inheritdoc/>
    public Task<IPartWriter> CreateAsync(string name, CancellationToken cancel) =>
        Task.FromResult<IPartWriter>(new S3PartWriter(_client, stage, keyPrefix + name));

    /// <inheritdoc/>
    public async Task RemoveAsync(IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                await _client.DeleteObjectAsync(stage.Bucket, keyPrefix + name, limit.Token);
            }
            catch (Exception e) when (e is AmazonS3Exception or Amazon.Runtime.AmazonClientException or HttpRequestException or OperationCanceledException)
            {
                // Best effort: the error that led here matters more, and nothing refers to a part without a manifest.
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
