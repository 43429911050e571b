using Amazon.S3;
using Amazon.S3.Model;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Tries a stage by doing what a run does with it.</summary>
internal static class StageTest
{
    /// <summary>Writes, looks at and deletes a tiny object below the prefix.</summary>
    /// <returns>What was done.</returns>
    /// <exception cref="EtlException">The stage cannot be used.</exception>
    public static async Task<string> RunAsync(S3Connection stage, CancellationToken cancel)
    {
        string key = StageKeys.Prefix(stage, "_test", DateTimeOffset.UtcNow, Plan.RunId.New()) + "probe";
        byte[] probe = "RedshiftEtl"u8.ToArray();
        using AmazonS3Client client = S3Clients.Open(stage);
        await S3Error.GuardAsync(stage, "listing", () => client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = stage.Bucket, Prefix = stage.Prefix, MaxKeys = 1 }, cancel));
        await using (var writer = new S3PartWriter(client, stage, key))
        {
            await writer.WriteAsync(probe, cancel);
            await writer.CompleteAsync(ChecksumStream.Of(probe), cancel);
        }

        await S3Error.GuardAsync(stage, "delete", () => client.DeleteObjectAsync(stage.Bucket, key, cancel));
        return $"An object could be written, read and deleted below {stage.Target}.";
    }
}
