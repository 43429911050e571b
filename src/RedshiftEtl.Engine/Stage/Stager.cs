using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Brings an export's parts into S3 and writes their manifest, last: what has a manifest is complete.</summary>
public static class Stager
{
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
        var parts = new List<EtlPart>(export.Parts.Count);
        foreach (EtlPart part in export.Parts)
        {
            parts.Add(isThere ? part : await UploadAsync(part, destination, cancel));
            progress.Report(new ProgressEvent("Upload", parts.Sum(done => done.Rows), parts.Sum(done => done.Bytes), clock.Elapsed, parts.Count == export.Parts.Count));
        }

        string? manifest = parts.Count == 0 ? null : await WriteManifestAsync(parts, stage, keyPrefix + StageKeys.ManifestName, cancel);
        if (!isThere)
        {
            progress.Report(new MilestoneEvent("Staged", string.Create(CultureInfo.InvariantCulture,
                $"{parts.Count} part(s), {parts.Sum(part => part.Bytes):N0} bytes to {destination.Location} in {clock.Elapsed.TotalSeconds:N1} s.")));
            if (export.IsTemporary)
            {
                Directory.Delete(export.Location, recursive: true);
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

    private static async Task<EtlPart> UploadAsync(EtlPart part, S3Parts destination, CancellationToken cancel)
    {
        try
        {
            await using var file = new FileStream(part.Location, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
            string checksum = await ChecksumStream.OfAsync(file, cancel);
            if (file.Length != part.Bytes || checksum != part.Crc32C)
            {
                throw new EtlException(Fault.PartMissing, $"The part '{part.Location}' is not what was exported: it was changed since.", part.Location);
            }

            file.Position = 0;
            await using IPartWriter writer = await destination.CreateAsync(part.Name, cancel);
            byte[] buffer = new byte[256 * 1024];
            int read;
            while ((read = await file.ReadAsync(buffer, cancel)) > 0)
            {
                await writer.WriteAsync(buffer.AsMemory(0, read), cancel);
            }

            return part with { Location = await writer.CompleteAsync(checksum, cancel) };
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

    /// <summary>Every entry mandatory: COPY skips what is missing otherwise (fact sheet 1.2).</summary>
    private static async Task<string> WriteManifestAsync(List<EtlPart> parts, S3Connection stage, string key, CancellationToken cancel)
    {
        var manifest = new
        {
            entries = parts.Select(part => new { url = part.Location, mandatory = true, meta = new { content_length = part.Bytes } }),
        };
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(manifest);
        using AmazonS3Client client = S3Clients.Open(stage);
        await using var writer = new S3PartWriter(client, stage, key);
        await writer.WriteAsync(json, cancel);
        return await writer.CompleteAsync(ChecksumStream.Of(json), cancel);
    }
}
