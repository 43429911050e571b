using System.IO.Compression;
using System.Text;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Reads one line of a staged part, for an error of which the server keeps only the line's number.</summary>
internal static class StagedLine
{
    private const int MaxLength = 1024;

    /// <summary>The line, cut to 1,024 characters; null when the part or the line is not there.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="url">The part: <c>s3://bucket/key</c>.</param>
    /// <param name="line">The line's number, from 1; lines end at newlines, quoted ones included, as the server counts.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task<string?> ReadAsync(S3Connection stage, string url, long line, CancellationToken cancel)
    {
        string root = $"s3://{stage.Bucket}/";
        if (!url.StartsWith(root, StringComparison.Ordinal))
        {
            return null;
        }

        using var store = new S3Store(stage);
        await using Stream part = await store.OpenAsync(url[root.Length..], cancel);
        await using Stream text = url.EndsWith(".zst", StringComparison.Ordinal) ? new ZstdSharp.DecompressionStream(part)
            : url.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(part, CompressionMode.Decompress)
            : part;
        using var reader = new StreamReader(text, Encoding.UTF8);
        for (long i = 1; await reader.ReadLineAsync(cancel) is { } found; i++)
        {
            if (i == line)
            {
                return found.Length > MaxLength ? found[..MaxLength] : found;
            }
        }

        return null;
    }
}
