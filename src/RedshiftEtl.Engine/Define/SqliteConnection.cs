using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>A SQLite database file to read from. It is opened read-only.</summary>
public sealed record SqliteConnection : SourceConnection
{
    /// <inheritdoc/>
    public override SqlDialect SqlDialect => SqlDialect.Sqlite;

    /// <inheritdoc/>
    public override string Type => "SQLite";

    /// <summary>Full path of the database file.</summary>
    public required string DataSource { get; init; }

    /// <summary>How long to wait for a writer's lock, in seconds, 0 to 86,400.</summary>
    public int BusyTimeout { get; init; } = 30;

    /// <inheritdoc/>
    public override string Target => DataSource;
}
