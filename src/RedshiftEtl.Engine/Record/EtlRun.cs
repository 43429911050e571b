using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;

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
}

/// <summary>One run of a job from end to end: the row of the history.</summary>
public sealed record EtlRun
{
    /// <summary>Unique id; the S3 keys carry it.</summary>
    public required string RunId { get; init; }

    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>Initial or Ongoing.</summary>
    public required LoadKind Load { get; init; }

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

    /// <summary>Rows deleted before the COPY.</summary>
    public long RowsDeleted { get; init; }

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

    /// <summary>Machine that ran it.</summary>
    public string Host { get; init; } = Environment.MachineName;

    /// <summary>Operating system user that ran it.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>Version of the module.</summary>
    public string ModuleVersion { get; init; } = typeof(EtlRun).Assembly.GetName().Version!.ToString(3);

    /// <summary>The error, for a run that did not succeed.</summary>
    public string? Error { get; init; }

    /// <summary>The load in detail, for a run that succeeded.</summary>
    public EtlLoad? Result { get; init; }

    /// <summary>From start to end.</summary>
    public TimeSpan Duration => EndedAt - StartedAt;

    /// <summary>«orders Ongoing Succeeded (1,234 rows)».</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Job} {Load} {Status} ({RowsLoaded:N0} rows)");
}
