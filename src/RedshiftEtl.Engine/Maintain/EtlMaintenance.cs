using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>Maintenance of one table, from the decision to what became of it.</summary>
public sealed record EtlMaintenance
{
    /// <summary>The table, schema.name.</summary>
    public required string Table { get; init; }

    /// <summary>What was done.</summary>
    public required MaintenanceAction Action { get; init; }

    /// <summary>Whether ANALYZE ran.</summary>
    public required bool IsAnalyzed { get; init; }

    /// <summary>Why.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>The table before.</summary>
    public required EtlTable Before { get; init; }

    /// <summary>The table afterwards; the same as before when nothing was done.</summary>
    public required EtlTable After { get; init; }

    /// <summary>The statements that were sent, or would be.</summary>
    public required IReadOnlyList<string> Statements { get; init; }

    /// <summary>For VACUUM: the share of rows to be sorted and live; null for Redshift's 95.</summary>
    internal int? ToPercent { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How it ended.</summary>
    public RunStatus Status { get; init; }

    /// <summary>The error of one that did not succeed.</summary>
    public string? Error { get; init; }

    /// <summary>«sales.orders: DeepCopy».</summary>
    public override string ToString() => $"{Table}: {Action}";
}
