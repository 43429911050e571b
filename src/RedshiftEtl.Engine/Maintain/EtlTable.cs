using System.Globalization;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>A table of the warehouse as its catalog and the history describe it (fact sheet 5 and 6). What is null is not known: SVV_TABLE_INFO has no row for a table that is empty, or that the user may not see there.</summary>
public sealed record EtlTable
{
    /// <summary>The warehouse's name.</summary>
    public required string Warehouse { get; init; }

    /// <summary>The schema.</summary>
    public required string Schema { get; init; }

    /// <summary>The table's name without its schema.</summary>
    public required string Name { get; init; }

    /// <summary>schema.name, in quotes where it needs them: as -Table takes it.</summary>
    public string Table => TableName.Of(Schema, Name).Written;

    /// <summary>Number of the table in the catalog; another one after a deep copy.</summary>
    public required long Id { get; init; }

    /// <summary>Size on disk, in MB blocks.</summary>
    public long? SizeMegabytes { get; init; }

    /// <summary>Rows that a query sees, as estimated.</summary>
    public long? Rows { get; init; }

    /// <summary>Share of the rows that are deleted but still there, 0 to 100.</summary>
    public decimal? DeletedPercent { get; init; }

    /// <summary>Share of the rows outside of the sorted region, 0 to 100; null also for a table without a sort key and with DISTSTYLE ALL.</summary>
    public decimal? UnsortedPercent { get; init; }

    /// <summary>What sorting would gain queries, as Redshift estimates it, 0 to 100.</summary>
    public decimal? SortBenefitPercent { get; init; }

    /// <summary>How stale the planner's statistics are, 0 (fresh) to 100.</summary>
    public decimal? StatisticsOffPercent { get; init; }

    /// <summary>Rows of the fullest slice for one of the emptiest; 1 is even.</summary>
    public decimal? SkewRatio { get; init; }

    /// <summary>Distribution style, e.g. <c>KEY(id)</c>, <c>AUTO(EVEN)</c>.</summary>
    public string? DistStyle { get; init; }

    /// <summary>First column of the sort key, <c>INTERLEAVED</c>, <c>AUTO(SORTKEY)</c>, or null for none.</summary>
    public string? SortKey { get; init; }

    /// <summary>Columns of the primary key, in order; empty for none.</summary>
    public IReadOnlyList<string> PrimaryKey { get; init; } = [];

    /// <summary>When a job last committed rows into it, UTC; null if the history knows of none.</summary>
    public DateTimeOffset? LastLoadAt { get; init; }

    /// <summary>Loads of the last seven days in the history.</summary>
    public int LoadsInWeek { get; init; }

    /// <summary>When it was last copied, vacuumed or analyzed by this module, UTC; null if the history knows of none.</summary>
    public DateTimeOffset? LastMaintenanceAt { get; init; }

    /// <summary>Whether SVV_TABLE_INFO has a row for it.</summary>
    public bool IsDescribed => SizeMegabytes is not null;

    /// <summary>«sales.orders (1,234 rows, 12 MB)».</summary>
    public override string ToString() => IsDescribed
        ? string.Create(CultureInfo.InvariantCulture, $"{Table} ({Rows:N0} rows, {SizeMegabytes:N0} MB)")
        : Table;
}
