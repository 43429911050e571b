using System.Globalization;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>The S3 keys of a run: unique to it, so that two runs never meet and a key is never written twice.</summary>
public static class StageKeys
{
    /// <summary>The manifest's name below the run's prefix.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary><c>&lt;prefix&gt;/&lt;name&gt;/&lt;yyyyMMddTHHmmssZ&gt;-&lt;runid&gt;/</c></summary>
    /// <param name="stage">The stage, with its own prefix.</param>
    /// <param name="name">The job's name; signs that are not safe in keys become underscores.</param>
    /// <param name="startedAt">When the run started.</param>
    /// <param name="runId">The run's id.</param>
    public static string Prefix(S3Connection stage, string name, DateTimeOffset startedAt, string runId)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{Folder(stage, name)}{startedAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{runId}/");
    }

    /// <summary>The prefix of all runs of a job, or of all jobs; ends with a slash unless it is empty.</summary>
    public static string Folder(S3Connection stage, string? name)
    {
        string root = stage.Prefix.Length == 0 ? "" : $"{stage.Prefix}/";
        return name is null ? root : $"{root}{Safe(name)}/";
    }

    /// <summary>The name as it stands in keys: letters, digits, hyphens, underscores and points; anything else becomes an underscore.</summary>
    private static string Safe(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
}
