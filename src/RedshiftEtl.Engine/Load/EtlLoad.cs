using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Load;

/// <summary>A committed load.</summary>
public sealed record EtlLoad
{
    /// <summary>The run's id.</summary>
    public required string RunId { get; init; }

    /// <summary>What was loaded.</summary>
    public required EtlStage Stage { get; init; }

    /// <summary>The warehouse's name.</summary>
    public required string Warehouse { get; init; }

    /// <summary>The target table.</summary>
    public required string Table { get; init; }

    /// <summary>Whether this load created the table.</summary>
    public required bool IsTableCreated { get; init; }

    /// <summary>Rows deleted before the COPY.</summary>
    public required long RowsDeleted { get; init; }

    /// <summary>Rows that COPY loaded; the same number was read and written.</summary>
    public required long RowsLoaded { get; init; }

    /// <summary>How long the transaction took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The row of the history that was committed with the rows.</summary>
    public required EtlRun Run { get; init; }

    /// <summary>«5,000 rows into shop.orders».</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{RowsLoaded:N0} rows into {Table}");
}
