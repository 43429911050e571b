using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Stage;

/// <summary>An export whose parts and manifest lie in S3.</summary>
public sealed record EtlStage
{
    /// <summary>What was exported.</summary>
    public required EtlExport Export { get; init; }

    /// <summary>The stage connection that holds it.</summary>
    public required S3Connection Stage { get; init; }

    /// <summary>The parts where they lie now, in order.</summary>
    public required IReadOnlyList<EtlPart> Parts { get; init; }

    /// <summary>Key prefix of the run, ending with a slash: <c>&lt;prefix&gt;/&lt;job&gt;/&lt;yyyyMMddTHHmmssZ&gt;-&lt;runid&gt;/</c>.</summary>
    public required string KeyPrefix { get; init; }

    /// <summary>s3:// URL of the manifest, the one object that COPY names; null when there are no rows and so nothing to load.</summary>
    public required string? ManifestUrl { get; init; }

    /// <summary>Bytes uploaded, without the manifest.</summary>
    public required long Bytes { get; init; }

    /// <summary>How long uploading took; when the extract streamed straight to S3, its tail only.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The manifest.</summary>
    public override string ToString() => ManifestUrl ?? "no rows";
}
