using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Tries a stage by doing what a run does with it.</summary>
internal static class StageTest
{
    /// <summary>Lists, writes, looks at and deletes a tiny object below the prefix.</summary>
    /// <returns>What was done, and where.</returns>
    /// <exception cref="EtlException">The stage cannot be used.</exception>
    public static async Task<string> RunAsync(S3Connection stage, CancellationToken cancel)
    {
        string key = StageKeys.Prefix(stage, "_test", DateTimeOffset.UtcNow, Plan.RunId.New()) + "probe";
        byte[] probe = "RedshiftEtl"u8.ToArray();
        using var store = new S3Store(stage);
        await store.ProbeAsync(stage.Prefix, cancel);
        await store.PutAsync(key, probe, probe.Length, ChecksumStream.Of(probe), isNew: false, cancel);
        await store.VerifyAsync(key, probe.Length, cancel);
        await store.DeleteAsync(key, cancel);
        string region = stage.Region is { } name ? $" in {name}" : "";
        return $"An object could be written, read and deleted below {stage.Target}{(stage.ServiceUrl is { } url ? $" at {url}" : region)}.";
    }
}
