using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Record;

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>Committed.</summary>
    Succeeded,

    /// <summary>Failed; nothing was committed.</summary>
    Failed,

    /// <summary>Stopped by the user or the system; nothing was committed.</summary>
    Stopped,

    /// <summary>The connection broke during COMMIT and the outcome could not be looked up. Only on the object: the history has a row if and only if it was committed.</summary>
    Unknown,

    /// <summary>Left out: a job that it depends on did not succeed, or, of a job that was due, somebody else has run it.</summary>
    Skipped,
}

/// <summary>What a row of the history is about.</summary>
public enum RunKind
{
    /// <summary>It failed before it was decided.</summary>
    Undecided,

    /// <summary>An initial load.</summary>
    Initial,

    /// <summary>An ongoing load.</summary>
    Ongoing,

    /// <summary>No load: Set-EtlWatermark.</summary>
    Watermark,

    /// <summary>No load: a deep copy, VACUUM or ANALYZE.</summary>
    Maintenance,
}

/// <summary>One run of a job from end to end: the row of the history.</summary>
public sealed record EtlRun
{
    /// <summary>Unique id; the S3 keys carry it.</summary>
    public required string RunId { get; init; }

    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>What ran.</summary>
    public required RunKind Load { get; init; }

    /// <summary>The mode.</summary>
    public required LoadMode Mode { get; init; }

    /// <summary>How it ended.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The target table.</summary>
    public required string Table { get; init; }

    /// <summary>Rows that the source gave.</summary>
    public long RowsRead { get; init; }

    /// <summary>Rows written to parts.</summary>
    public long RowsWritten { get; init; }

    /// <summary>Rows that COPY loaded.</summary>
    public long RowsLoaded { get; init; }

    /// <summary>Rows deleted before the COPY; of an ongoing merge those whose keys the extract said are gone.</summary>
    public long RowsDeleted { get; init; }

    /// <summary>Rows that a merge added for keys that were new, as long as keys are unique in the table; null in another mode.</summary>
    public long? RowsInserted { get; init; }

    /// <summary>Rows of the table that a merge replaced; null in another mode.</summary>
    public long? RowsReplaced { get; init; }

    /// <summary>Bytes of CSV before compression.</summary>
    public long CsvBytes { get; init; }

    /// <summary>Bytes staged in S3.</summary>
    public long StagedBytes { get; init; }

    /// <summary>Number of parts.</summary>
    public int PartCount { get; init; }

    /// <summary>s3:// URL of the manifest; null when there was nothing to load.</summary>
    public string? Manifest { get; init; }

    /// <summary>The parameters with their values, as text.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended (just before COMMIT for one that succeeded), UTC.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Time the extract took.</summary>
    public TimeSpan ExtractDuration { get; init; }

    /// <summary>Time the load transaction took.</summary>
    public TimeSpan LoadDuration { get; init; }

    /// <summary>How long planning and checking took.</summary>
    public TimeSpan PlanDuration { get; init; }

    /// <summary>How long the deletes took, within <see cref="LoadDuration"/>.</summary>
    public TimeSpan DeleteDuration { get; init; }

    /// <summary>How long COPY took, within <see cref="LoadDuration"/>.</summary>
    public TimeSpan CopyDuration { get; init; }

    /// <summary>Number of the run among the job's committed ones, from 1; null for a load outside of a job.</summary>
    public long? Sequence { get; init; }

    /// <summary>The job's watermark column; null for none.</summary>
    public string? WatermarkColumn { get; init; }

    /// <summary>The watermark that the run went by; null for none.</summary>
    public WatermarkValue? WatermarkBefore { get; init; }

    /// <summary>The watermark that the next run goes by; null for none.</summary>
    public WatermarkValue? WatermarkAfter { get; init; }

    /// <summary>Rows without a value in the watermark column: the next run does not see their changes.</summary>
    public long WatermarkNulls { get; init; }

    /// <summary>SHA-256 of the SQL that ran, by what it is for.</summary>
    public string? SqlHashes { get; init; }

    /// <summary>Machine that ran it.</summary>
    public string Host { get; init; } = Environment.MachineName;

    /// <summary>Operating system user that ran it.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>Version of the module.</summary>
    public string ModuleVersion { get; init; } = typeof(EtlRun).Assembly.GetName().Version!.ToString(3);

    /// <summary>The error, for a run that did not succeed.</summary>
    public string? Error { get; init; }

    /// <summary>What maintenance was done and why; null for none.</summary>
    public string? Maintenance { get; init; }

    /// <summary>The load in detail, for a run that succeeded.</summary>
    public EtlLoad? Result { get; init; }

    /// <summary>A run as far as it is known from its request and its export.</summary>
    internal static EtlRun Of(LoadRequest request, EtlExport? export, RunStatus status) => new()
    {
        RunId = request.RunId,
        Job = request.Job,
        Load = request.Load == LoadKind.Initial ? RunKind.Initial : RunKind.Ongoing,
        Mode = request.Mode,
        Status = status,
        Source = request.Source,
        Table = request.Table.ToString(),
        RowsRead = export?.RowsRead ?? 0,
        RowsWritten = export?.RowsWritten ?? 0,
        CsvBytes = export?.CsvBytes ?? 0,
        StagedBytes = export?.Bytes ?? 0,
        PartCount = export?.Parts.Count ?? 0,
        Parameters = string.Join("; ", request.Parameters),
        StartedAt = request.StartedAt ?? export?.StartedAt ?? DateTimeOffset.UtcNow,
        EndedAt = DateTimeOffset.UtcNow,
        PlanDuration = request.PlanDuration,
        ExtractDuration = export?.Duration ?? TimeSpan.Zero,
        Sequence = request.Sequence,
        WatermarkColumn = request.Watermark?.Column,
        WatermarkBefore = request.Watermark?.Before,
        WatermarkAfter = request.Watermark?.After,
        WatermarkNulls = request.Watermark?.Nulls ?? 0,
        SqlHashes = request.SqlHashes,
    };

    /// <summary>A job that was left out.</summary>
    internal static EtlRun Skipped(EtlJob job, string error) => new()
    {
        RunId = Plan.RunId.New(),
        Job = job.Name,
        Load = RunKind.Undecided,
        Mode = job.Mode,
        Status = RunStatus.Skipped,
        Source = job.Source.Name,
        Table = job.Table.ToString(),
        StartedAt = DateTimeOffset.UtcNow,
        EndedAt = DateTimeOffset.UtcNow,
        Error = error,
    };

    /// <summary>From start to end.</summary>
    public TimeSpan Duration => EndedAt - StartedAt;

    /// <summary>«orders Ongoing Succeeded (1,234 rows)».</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Job} {Load} {Status} ({RowsLoaded:N0} rows)");
}
