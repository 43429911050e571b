using RedshiftEtl.Engine.Maintain;
using RedshiftEtl.Engine.Schedule;

namespace RedshiftEtl.Engine.Define;

/// <summary>What a load does to the rows that are there (DESIGN.md, load modes).</summary>
public enum LoadMode
{
    /// <summary>Adds rows.</summary>
    Append,

    /// <summary>Deletes the rows concerned, then adds the new ones, in one transaction.</summary>
    Overwrite,

    /// <summary>Replaces the rows that have the same key, and adds the others.</summary>
    Merge,
}

/// <summary>Which load of a job runs.</summary>
public enum LoadKind
{
    /// <summary>Initial if the table is missing or no initial load ever succeeded, else Ongoing.</summary>
    Auto,

    /// <summary>Creates the table if it is missing and loads everything.</summary>
    Initial,

    /// <summary>Loads what the ongoing SQL selects.</summary>
    Ongoing,
}

/// <summary>The four SQL files of a job: full paths; null where the job has none.</summary>
/// <param name="Create">Creates the target table, on Redshift.</param>
/// <param name="Initial">The query of the initial load, on the source.</param>
/// <param name="Ongoing">The query of the ongoing loads, on the source.</param>
/// <param name="Delete">Deletes the rows that an ongoing load replaces, on Redshift.</param>
public sealed record JobSql(string? Create, string? Initial, string? Ongoing, string? Delete);

/// <summary>A job as its dictionary defines it, validated. Immutable; <c>with</c> makes a variant.</summary>
public sealed record EtlJob
{
    /// <summary>The name: its folder's.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for lists.</summary>
    public string? Description { get; init; }

    /// <summary>What a load does to the rows that are there.</summary>
    public required LoadMode Mode { get; init; }

    /// <summary>The source.</summary>
    public required SourceConnection Source { get; init; }

    /// <summary>The stage; null when the project defines none, so that the command has to give it.</summary>
    public required S3Connection? Stage { get; init; }

    /// <summary>The warehouse; null when the project defines none, so that the command has to give it.</summary>
    public required RedshiftConnection? Warehouse { get; init; }

    /// <summary>The target table.</summary>
    public required TableName Table { get; init; }

    /// <summary>Parameters of the source queries and the delete, in order.</summary>
    public required IReadOnlyList<ParameterDefinition> Parameters { get; init; }

    /// <summary>The SQL files.</summary>
    public required JobSql Sql { get; init; }

    /// <summary>How parts are compressed.</summary>
    public Stage.Compression Compression { get; init; }

    /// <summary>Level of the compression: 1 to 22 for Zstd, 1 to 9 for Gzip; the fastest if null.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>The text that stands for NULL in the parts.</summary>
    public string? NullMarker { get; init; }

    /// <summary>What a merge goes by; null in another mode.</summary>
    public MergeDefinition? Merge { get; init; }

    /// <summary>What happens when the extract's columns are not the table's.</summary>
    public SchemaDrift SchemaDrift { get; init; }

    /// <summary>What is done for the table after a load.</summary>
    public MaintenanceMethod MaintenanceMethod { get; init; }

    /// <summary>From when on it is done.</summary>
    public MaintenanceThresholds MaintenanceThresholds { get; init; } = MaintenanceThresholds.Default;

    /// <summary>The maintenance after a load.</summary>
    internal MaintenanceRequest MaintenanceRequest => new() { Method = MaintenanceMethod, Thresholds = MaintenanceThresholds, Pace = Schedule?.Pace ?? MaintenancePace.Auto, Job = Name, Mode = Mode };

    /// <summary>How its sessions on the warehouse are set up.</summary>
    public SessionSettings Session { get; init; } = SessionSettings.None;

    /// <summary>The column by which ongoing loads go on from the last one; null for none.</summary>
    public WatermarkDefinition? Watermark { get; init; }

    /// <summary>Numbers at which a load stops before its COMMIT.</summary>
    public JobGuards Guards { get; init; } = JobGuards.None;

    /// <summary>How long staged files stay.</summary>
    public KeepStage KeepStage { get; init; } = KeepStage.Default;

    /// <summary>How often a step is repeated after a fault that may pass, 0 to 20.</summary>
    public int Retries { get; init; } = Retry.DefaultRetries;

    /// <summary>How long a run may take; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What becomes of values that Redshift cannot hold.</summary>
    public Extract.ValueRules Rules { get; init; } = Extract.ValueRules.None;

    /// <summary>The table that loads without a SQL file of their own read; null for none.</summary>
    public Extract.SourceTable? SourceTable { get; init; }

    /// <summary>How the extract is split; null to read it in one go.</summary>
    public Extract.SourcePartition? Partition { get; init; }

    /// <summary>When it is to run; null for a job that only runs when it is asked for.</summary>
    public JobSchedule? Schedule { get; init; }

    /// <summary>Words to choose jobs by.</summary>
    public IReadOnlyList<string> Tag { get; init; } = [];

    /// <summary>Jobs that run before it, when they run together with it.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>What the history says of its last run; <see cref="EtlJobState.Unknown"/> when it was not asked.</summary>
    public EtlJobState State { get; init; }

    /// <summary>When its last run began; null when it never ran, or when the history was not asked.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>When it is to run next: the time that has come already when it is due; null without a schedule.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>Whether its time has come and no run has begun since; false when the history was not asked.</summary>
    public bool IsDue { get; init; }

    /// <summary>The time that a run is asked for, for a job of Get-EtlJob -Due: if another run has begun since then, none is needed.</summary>
    public DateTimeOffset? DueSince { get; init; }

    /// <summary>For a job of Get-EtlJob -Due: a job that it depends on, that is not due itself and whose last run did not succeed. Invoke-EtlJob leaves the job out then.</summary>
    public string? BlockedBy { get; init; }

    /// <summary>The job's folder; null for one that was made of parameters.</summary>
    public string? Folder { get; init; }

    /// <summary>A query of the job, ready for its source.</summary>
    internal Extract.SourceQuery Ask(Plan.SqlText sql, IReadOnlyList<Plan.EtlParameter> parameters) => new(sql, parameters) { Rules = Rules, Partition = Partition, Table = sql.File is null ? SourceTable : null };

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
