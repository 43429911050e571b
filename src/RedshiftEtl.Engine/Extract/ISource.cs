using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract;

/// <summary>A query with its parameters, ready to be sent to a source.</summary>
/// <param name="Sql">The SQL as the user wrote it: one statement.</param>
/// <param name="Parameters">A value for every parameter that stands in it.</param>
public sealed record SourceQuery(SqlText Sql, IReadOnlyList<EtlParameter> Parameters)
{
    /// <summary>The table that the SQL was made of; null when the user wrote it.</summary>
    public SourceTable? Table { get; init; }

    /// <summary>How it is split; null to read it in one go.</summary>
    public SourcePartition? Partition { get; init; }

    /// <summary>What becomes of values that Redshift cannot hold.</summary>
    public ValueRules Rules { get; init; } = ValueRules.None;
}

/// <summary>One kind of source: the seam between the street and the databases.</summary>
internal interface ISource
{
    /// <summary>Whether the source can be read over several connections from one consistent snapshot.</summary>
    bool CanPartition => false;

    /// <summary>Opens a connection, starts the query in a read-only, consistent snapshot and learns its columns; no row is read yet.</summary>
    /// <exception cref="EtlException">The fault table's row for what the source refused, with the line in the SQL file where it says one.</exception>
    Task<ISourceReader> OpenAsync(SourceQuery query, CsvDialect dialect, CancellationToken cancel);

    /// <summary>Opens and closes a connection, and returns what answered (product and version).</summary>
    Task<string> TestAsync(CancellationToken cancel);
}

/// <summary>A running query whose rows come as CSV.</summary>
internal interface ISourceReader : IAsyncDisposable
{
    /// <summary>The columns, in order.</summary>
    IReadOnlyList<EtlColumn> Columns { get; }

    /// <summary>What the user should know of this extract, such as a snapshot that the source does not give; sentences for the verbose stream.</summary>
    IReadOnlyList<string> Remarks => [];

    /// <summary>The values that the rules have changed so far, by column.</summary>
    IReadOnlyList<EtlRepair> Repairs { get; }

    /// <summary>The next rows as CSV; null at the end. Blocks its thread while the source thinks, on purpose: databases' own interfaces are fastest that way.
    /// Called by one thread, never again after an error.</summary>
    /// <exception cref="EtlException">What the source refused, or a value that Redshift would not hold.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/>: the source's query is stopped within a second.</exception>
    CsvBlock? Read(CancellationToken cancel);
}
