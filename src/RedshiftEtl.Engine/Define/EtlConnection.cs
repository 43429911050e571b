using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>A source, a stage or a warehouse, with all that is needed to open it. Validated; opens nothing by itself.</summary>
public abstract record EtlConnection
{
    /// <summary>The name in connections.psd1, or a describing word for one that was given as a table.</summary>
    public required string Name { get; init; }

    /// <summary>The type's name as it stands in connections.psd1.</summary>
    public abstract string Type { get; }

    /// <summary>What it points to (host and database, file, bucket), without secrets.</summary>
    public abstract string Target { get; }

    /// <summary>Jobs that may use it at once within one Invoke-EtlJob, from 1; null for as many as -ThrottleLimit lets run.</summary>
    public int? MaxJobs { get; init; }

    /// <summary>The secrets of this connection, so that they can be looked up before the work starts.</summary>
    public virtual IEnumerable<Secret> GetSecrets() => [];

    /// <summary>Name, type and target; never a secret.</summary>
    public sealed override string ToString() => $"{Name} ({Type} {Target})";
}

/// <summary>A database or file that rows are read from.</summary>
public abstract record SourceConnection : EtlConnection
{
    /// <summary>How its SQL is cut into strings, names, comments and parameters.</summary>
    public abstract SqlDialect SqlDialect { get; }
}
