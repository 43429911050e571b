using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Brings an export's parts into S3 and writes their manifest, last: what has a manifest is complete.</summary>
public static class Stager
{
    /// <summary>Parts that are sent at a time: one connection seldom fills a line.</summary>
    private const int ParallelUploads = 4;

    /// <summary>Stages an export.</summary>
    /// <param name="export">The export; parts that lie below <paramref name="keyPrefix"/> already stay where they are.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="keyPrefix">Prefix of the run's keys, ending with a slash.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it; incomplete uploads are aborted.</param>
    /// <exception cref="EtlException"><see cref="Fault.PartMissing"/>: a file is gone or changed; S3's faults.</exception>
    public static async Task<EtlStage> SendAsync(
        EtlExport export, S3Connection stage, string keyPrefix, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var destination = new S3Parts(stage, keyPrefix);
        bool isThere = export.Location == destination.Location;
        IReadOnlyList<EtlPart> parts = isThere ? export.Parts : await UploadAsync(export.Parts, destination, new UploadProgress(progress, clock), cancel);
        string? manifest = parts.Count == 0 ? null : await WriteManifestAsync(parts, destination.Store, keyPrefix + StageKeys.ManifestName, cancel);
        if (!isThere)
        {
            progress.Report(new MilestoneEvent("Staged", string.Create(CultureInfo.InvariantCulture,
                $"{parts.Count} part(s), {parts.Sum(part => part.Bytes):N0} bytes to {destination.Location} in {clock.Elapsed.TotalSeconds:N1} s.")));
            if (export.IsTemporary)
            {
                RemoveTemporary(export.Location, progress);
            }
        }

        return new EtlStage
        {
            Export = export,
            Stage = stage,
            Parts = parts,
            KeyPrefix = keyPrefix,
            ManifestUrl = manifest,
            Bytes = parts.Sum(part => part.Bytes),
            Duration = clock.Elapsed,
        };
    }

    private static async Task<EtlPart[]> UploadAsync(IReadOnlyList<EtlPart> parts, S3Parts destination, UploadProgress progress, CancellationToken cancel)
    {
        await destination.PrepareAsync(cancel);
        var uploaded = new EtlPart[parts.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelUploads, CancellationToken = cancel };
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, parts.Count), options, async (i, stop) => uploaded[i] = await UploadAsync(parts[i], destination, progress, stop));
        }
        catch
        {
            await destination.RemoveAsync(uploaded.Where(part => part is not null).Select(part => part.Name).ToArray());
            throw;
        }

        progress.End();
        return uploaded;
    }

    /// <summary>Uploads a file and takes its checksum on the way; the object is only completed when the file is what was exported.</summary>
    private static async Task<EtlPart> UploadAsync(EtlPart part, S3Parts destination, UploadProgress progress, CancellationToken cancel)
    {
        try
        {
            await using var file = new FileStream(part.Location, FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true);
            await using IPartWriter writer = await destination.CreateAsync(part.Name, cancel);
            await using var counted = new ChecksumStream(writer);
            byte[] buffer = new byte[256 * 1024];
            int read;
            while (counted.Length <= part.Bytes && (read = await file.ReadAsync(buffer, cancel)) > 0)
            {
                await counted.WriteAsync(buffer.AsMemory(0, read), cancel);
                progress.Add(read, 0);
            }

            if (counted.Length != part.Bytes || counted.Checksum != part.Crc32C)
            {
                throw new EtlException(Fault.PartMissing, $"The part '{part.Location}' is not what was exported: it was changed since.", part.Location);
            }

            string location = await writer.CompleteAsync(counted.Checksum, cancel);
            progress.Add(0, part.Rows);
            return part with { Location = location };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EtlException(Fault.PartMissing, $"The part '{part.Location}' is not there any more.", part.Location, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EtlException(Fault.PartMissing, $"The part '{part.Location}' cannot be read: {e.Message}", part.Location, e);
        }
    }

    /// <summary>Writes the manifest under a key that must be new. Staging the same export twice is no mistake: then the same manifest is there already.</summary>
    private static async Task<string> WriteManifestAsync(IReadOnlyList<EtlPart> parts, S3Store store, string key, CancellationToken cancel)
    {
        byte[] manifest = Manifest.Write(parts);
        bool isWritten = await store.PutAsync(key, manifest, manifest.Length, ChecksumStream.Of(manifest), isNew: true, cancel);
        return isWritten || (await store.GetAsync(key, cancel)).AsSpan().SequenceEqual(manifest)
            ? store.Url(key)
            : throw new EtlException(Fault.ArgumentInvalid, $"There is another manifest at {store.Url(key)} already.", key, null, "Stage the export under another -Name, or export again.");
    }

    private static void RemoveTemporary(string folder, IProgress<EtlEvent> progress)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            progress.Report(new WarningEvent($"The temporary folder '{folder}' could not be removed: {e.Message}"));
        }
    }

    /// <summary>Adds up what the parallel uploads send, and tells it at most five times a second.</summary>
    private sealed class UploadProgress(IProgress<EtlEvent> progress, Stopwatch clock)
    {
        private readonly object _lock = new();
        private TimeSpan _next;
        private long _bytes;
        private long _rows;

        public void Add(int bytes, long rows)
        {
            lock (_lock)
            {
                _bytes += bytes;
                _rows += rows;
                if (clock.Elapsed >= _next)
                {
                    _next = clock.Elapsed + TimeSpan.FromMilliseconds(200);
                    progress.Report(new ProgressEvent("Upload", _rows, _bytes, clock.Elapsed));
                }
            }
        }

        public void End() => progress.Report(new ProgressEvent("Upload", _rows, _bytes, clock.Elapsed, true));
    }
}
