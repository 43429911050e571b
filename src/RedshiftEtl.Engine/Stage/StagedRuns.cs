using System.Globalization;
using System.Text.RegularExpressions;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Finds and removes what runs have staged.</summary>
public static partial class StagedRuns
{
    /// <summary>Lists what is staged, oldest first.</summary>
    /// <param name="stage">Where.</param>
    /// <param name="job">Of one job; null for all.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EtlException">S3 refused or failed.</exception>
    public static async Task<IReadOnlyList<EtlStagedRun>> ListAsync(S3Connection stage, string? job, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        using var store = new S3Store(stage);
        string prefix = StageKeys.Folder(stage, job);
        IReadOnlyList<(string Key, long Bytes)> objects = await store.ListAsync(prefix, cancel);
        IReadOnlyList<(string Key, string UploadId)> uploads = await UploadsAsync(store, prefix, progress, cancel);
        string root = StageKeys.Folder(stage, null);
        var runs = new List<EtlStagedRun>();
        IEnumerable<string> folders = objects.Select(one => one.Key).Concat(uploads.Select(one => one.Key)).Select(key => RunKey().Match(key[root.Length..]))
            .Where(match => match.Success).Select(match => root + match.Groups["folder"].Value).Distinct(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            (string Key, long Bytes)[] own = objects.Where(one => one.Key.StartsWith(folder, StringComparison.Ordinal)).ToArray();
            Match match = RunKey().Match(folder[root.Length..] + "x");
            string record = folder + StageRecord.FileName;
            runs.Add(new EtlStagedRun
            {
                RunId = match.Groups["run"].Value,
                Job = match.Groups["job"].Value,
                StartedAt = DateTimeOffset.ParseExact(match.Groups["start"].Value, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                Location = store.Url(folder),
                IsComplete = own.Any(one => one.Key == folder + StageKeys.ManifestName),
                Objects = own.Length,
                Bytes = own.Sum(one => one.Bytes),
                Stage = stage,
                KeyPrefix = folder,
                Keys = own.Select(one => one.Key).ToArray(),
                OpenUploads = uploads.Where(one => one.Key.StartsWith(folder, StringComparison.Ordinal)).ToArray(),
                Uploads = uploads.Count(one => one.Key.StartsWith(folder, StringComparison.Ordinal)),
                Record = own.Any(one => one.Key == record) ? StageRecord.Read(await store.GetAsync(record, cancel)) : null,
            });
        }

        return runs.OrderBy(run => run.StartedAt).ToArray();
    }

    /// <summary>Removes what a run has staged: the manifest first, so that nothing is ever half there and loadable.</summary>
    /// <exception cref="EtlException">S3 refused or failed; removing again goes on.</exception>
    public static async Task RemoveAsync(EtlStagedRun run, CancellationToken cancel)
    {
        using var store = new S3Store(run.Stage);
        string manifest = run.KeyPrefix + StageKeys.ManifestName;
        string record = run.KeyPrefix + StageRecord.FileName;
        foreach (string key in run.Keys.OrderBy(key => key == manifest ? 0 : key == record ? 2 : 1))
        {
            await store.DeleteAsync(key, cancel);
        }

        foreach ((string key, string uploadId) in run.OpenUploads)
        {
            await store.AbortAsync(key, uploadId);
        }
    }

    /// <summary>Writes a run's description beside its parts.</summary>
    /// <exception cref="EtlException">S3 refused or failed.</exception>
    internal static async Task DescribeAsync(S3Connection stage, string keyPrefix, StageRecord record, CancellationToken cancel)
    {
        using var store = new S3Store(stage);
        byte[] json = record.Write();
        await store.PutAsync(keyPrefix + StageRecord.FileName, json, json.Length, ChecksumStream.Of(json), isNew: false, cancel);
    }

    /// <summary>After a run, does what its job's policy says with what is staged for it; a failure is a warning.</summary>
    /// <param name="job">The job.</param>
    /// <param name="own">The run.</param>
    /// <param name="hasCommitted">Whether it was committed: then what earlier runs of the job have staged can never be loaded any more.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    internal static async Task CleanAsync(EtlJob job, StageRecord own, bool hasCommitted, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        try
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            foreach (EtlStagedRun run in await ListAsync(job.Stage!, job.Name, progress, cancel))
            {
                // Another project may have a job of the same name in the same bucket: only what says that it is this job's is touched.
                bool isOwn = run.RunId == own.RunId;
                bool isOfJob = run.Record is { } record && record.Table == own.Table && record.Warehouse == own.Warehouse;
                if (isOfJob && (isOwn || hasCommitted || !run.IsComplete) && !IsKept(job.KeepStage, run, isOwn, hasCommitted, now))
                {
                    await RemoveAsync(run, cancel);
                    progress.Report(new VerboseEvent($"Removed {run.Location} ({run.Objects} object(s), {run.Uploads} upload(s))."));
                }
            }
        }
        catch (EtlException e)
        {
            progress.Report(new WarningEvent($"What job '{job.Name}' has staged could not be cleaned up: {e.Message}"));
        }
    }

    private static bool IsKept(KeepStage keep, EtlStagedRun run, bool isOwn, bool hasCommitted, DateTimeOffset now) => run.IsComplete && keep.Policy switch
    {
        KeepStagePolicy.Always => true,
        KeepStagePolicy.Days => run.StartedAt > now.AddDays(-keep.Days),
        KeepStagePolicy.OnFailure => isOwn && !hasCommitted,
        _ => false,
    };

    private static async Task<IReadOnlyList<(string Key, string UploadId)>> UploadsAsync(
        S3Store store, string prefix, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        try
        {
            return await store.ListUploadsAsync(prefix, cancel);
        }
        catch (EtlException e) when (e.Fault == Fault.StageDenied)
        {
            progress.Report(new VerboseEvent($"Incomplete uploads are not shown: s3:ListBucketMultipartUploads is not granted. {e.Message}"));
            return [];
        }
    }

    [GeneratedRegex(@"^(?<folder>(?<job>[^/]+)/(?<start>\d{8}T\d{6}Z)-(?<run>[0-9a-f]{16})/).", RegexOptions.CultureInvariant)]
    private static partial Regex RunKey();
}
