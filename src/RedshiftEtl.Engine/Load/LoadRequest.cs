using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Load;

/// <summary>What a load is to do with staged parts.</summary>
public sealed record LoadRequest
{
    /// <summary>The run's id.</summary>
    public required string RunId { get; init; }

    /// <summary>The job's name, for the history.</summary>
    public required string Job { get; init; }

    /// <summary>Initial or Ongoing.</summary>
    public required LoadKind Load { get; init; }

    /// <summary>The mode.</summary>
    public required LoadMode Mode { get; init; }

    /// <summary>The warehouse.</summary>
    public required RedshiftConnection Warehouse { get; init; }

    /// <summary>The target table.</summary>
    public required TableName Table { get; init; }

    /// <summary>The name of what was read, for the history.</summary>
    public required string Source { get; init; }

    /// <summary>Creates the table when it is missing; null: a missing table is an error.</summary>
    public SqlText? Create { get; init; }

    /// <summary>Deletes the rows that are replaced, when <see cref="Mode"/> is Overwrite and <see cref="Load"/> Ongoing.</summary>
    public SqlText? Delete { get; init; }

    /// <summary>What a merge goes by; null in another mode.</summary>
    public MergeDefinition? Merge { get; init; }

    /// <summary>What happens when the extract's columns are not the table's.</summary>
    public SchemaDrift Drift { get; init; }

    /// <summary>A value for every parameter of the SQL.</summary>
    public IReadOnlyList<EtlParameter> Parameters { get; init; } = [];

    /// <summary>Whether an initial Append may load into a table that has rows.</summary>
    public bool IsForced { get; init; }

    /// <summary>The number that the run gets among the job's committed ones; null outside of a job. It is committed only if no other run took the number meanwhile.</summary>
    public long? Sequence { get; init; }

    /// <summary>The job's watermark and what the run makes of it; null for none.</summary>
    public WatermarkStep? Watermark { get; init; }

    /// <summary>The largest share of the table's rows that an ongoing load may delete, in percent; null for no limit.</summary>
    public int? MaxDeletePercent { get; init; }

    /// <summary>SHA-256 of the SQL that the run reads and deletes by.</summary>
    public string? SqlHashes { get; init; }

    /// <summary>The run's start; null outside of a job, where it is the export's.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long planning took.</summary>
    public TimeSpan PlanDuration { get; init; }
}
