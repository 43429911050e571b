using System.Globalization;
using System.Text;
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
        var safe = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            safe.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_');
        }

        string own = string.Create(CultureInfo.InvariantCulture, $"{safe}/{startedAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{runId}/");
        return stage.Prefix.Length == 0 ? own : $"{stage.Prefix}/{own}";
    }
}
