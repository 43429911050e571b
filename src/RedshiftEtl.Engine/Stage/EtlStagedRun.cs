using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>What one run has staged in S3.</summary>
public sealed record EtlStagedRun
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The job, by its folder's name in S3.</summary>
    public required string Job { get; init; }

    /// <summary>The run's start.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Where: <c>s3://bucket/prefix/job/start-run/</c>.</summary>
    public required string Location { get; init; }

    /// <summary>Whether everything is there: then the manifest is, which is written last.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Number of objects.</summary>
    public required int Objects { get; init; }

    /// <summary>Their size in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Uploads that were begun and neither ended nor aborted: S3 keeps (and charges for) what was sent of them.</summary>
    public required int Uploads { get; init; }

    /// <summary>The target table; null when the run left no description of itself.</summary>
    public string? Table => Record?.Table;

    /// <summary>Host, port and database of the warehouse; null as for <see cref="Table"/>.</summary>
    public string? Warehouse => Record?.Warehouse;

    /// <summary>The machine that ran it; null as for <see cref="Table"/>.</summary>
    public string? Host => Record?.Host;

    /// <summary>Rows staged; null when it is not complete.</summary>
    public long? Rows => IsComplete ? Record?.Export?.RowsWritten : null;

    /// <summary>The stage.</summary>
    public required S3Connection Stage { get; init; }

    /// <summary>Key prefix.</summary>
    internal string KeyPrefix { get; init; } = "";

    /// <summary>Keys of the objects.</summary>
    internal IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Keys and ids of the uploads.</summary>
    internal IReadOnlyList<(string Key, string UploadId)> OpenUploads { get; init; } = [];

    /// <summary>The run's own description.</summary>
    internal StageRecord? Record { get; init; }

    /// <summary>Where it is.</summary>
    public override string ToString() => Location;
}
