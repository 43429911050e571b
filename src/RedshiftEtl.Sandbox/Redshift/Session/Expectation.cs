using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>What a message sent to the private PostgreSQL will be answered with.</summary>
internal enum ReplyKind
{
    /// <summary>ParseComplete.</summary>
    Parse,

    /// <summary>BindComplete.</summary>
    Bind,

    /// <summary>CloseComplete.</summary>
    Close,

    /// <summary>ParameterDescription, then RowDescription or NoData.</summary>
    DescribeStatement,

    /// <summary>RowDescription or NoData.</summary>
    DescribePortal,

    /// <summary>Rows, then CommandComplete, EmptyQueryResponse or PortalSuspended.</summary>
    Execute,

    /// <summary>Everything up to ReadyForQuery.</summary>
    Sync,
}

/// <summary>An answer that is still to come.</summary>
/// <param name="Kind">Which answer.</param>
/// <param name="Relayed">Whether the client is to see it.</param>
internal sealed record Expectation(ReplyKind Kind, bool Relayed)
{
    /// <summary>Takes the rows instead of the client.</summary>
    public Action<ReadOnlyMemory<byte>>? Row { get; init; }

    /// <summary>Relays a description only if there are columns, as the simple protocol does.</summary>
    public bool OmitNoData { get; init; }

    /// <summary>An error that this provokes is of no interest to the client.</summary>
    public bool ErrorWanted { get; init; }

    /// <summary>The SQL sent, to lead error positions back into the client's text.</summary>
    public SqlText? Sql { get; init; }

    /// <summary>The client's text.</summary>
    public string? Source { get; init; }

    /// <summary>Told when the statement completed, with its command tag.</summary>
    public Action<string>? Completed { get; init; }

    /// <summary>Feeds a COPY FROM STDIN once the server asks for data.</summary>
    public Func<CancellationToken, Task>? CopyIn { get; init; }
}
