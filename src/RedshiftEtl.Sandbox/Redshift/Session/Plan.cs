using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>What a statement does to the transaction.</summary>
internal enum TransactionEffect
{
    /// <summary>It runs inside one.</summary>
    None,

    /// <summary>BEGIN, START TRANSACTION.</summary>
    Begin,

    /// <summary>COMMIT, END.</summary>
    Commit,

    /// <summary>ROLLBACK, ABORT.</summary>
    Rollback,
}

/// <summary>What the sandbox makes of one statement.</summary>
internal abstract record Plan;

/// <summary>The private PostgreSQL runs the statement, as <paramref name="Sql"/>, and answers it.</summary>
/// <param name="Sql">The statement in PostgreSQL's words.</param>
internal sealed record ForwardPlan(SqlText Sql) : Plan
{
    /// <summary>The table whose writers wait for each other (redshift-facts 3).</summary>
    public ObjectName? Writes { get; init; }

    /// <summary>What the statement does to the transaction.</summary>
    public TransactionEffect Effect { get; init; }

    /// <summary>The server's command tag where Redshift's is another.</summary>
    public string? Tag { get; init; }
}

/// <summary>The sandbox carries the statement out itself, with statements of its own.</summary>
/// <param name="Run">Does it; returns the command tag.</param>
internal sealed record LocalPlan(Func<StatementContext, CancellationToken, Task<string>> Run) : Plan
{
    /// <summary>Refused in a transaction block and in a request of several statements; the words that name the command (redshift-facts 3).</summary>
    public string? Alone { get; init; }

    /// <summary>The table whose writers wait for each other.</summary>
    public ObjectName? Writes { get; init; }

    /// <summary>Commits the transaction when it is done, as TRUNCATE does.</summary>
    public bool Commits { get; init; }

    /// <summary>Needs neither transaction nor server.</summary>
    public bool Detached { get; init; }
}

/// <summary>What a statement that the sandbox carries out has at hand.</summary>
/// <param name="Backend">The session's connection to the private PostgreSQL.</param>
/// <param name="State">The session.</param>
/// <param name="Notify">Sends a notice: severity and text.</param>
internal sealed record StatementContext(BackendSession Backend, SessionState State, Action<string, string> Notify)
{
    /// <summary>Has a statement run once the implicit transaction has ended, whatever becomes of it.</summary>
    public required Action<string> AfterBatch { get; init; }

    /// <summary>Has a statement run once the transaction, implicit or the client's own block, has ended either way.</summary>
    public required Action<string> AfterTransaction { get; init; }
}

/// <summary>What a session remembers.</summary>
internal sealed class SessionState
{
    /// <summary>The user logged in.</summary>
    public required string User { get; init; }

    /// <summary>The database connected to.</summary>
    public required string Database { get; init; }

    /// <summary>The process id that the client was told.</summary>
    public int ProcessId { get; init; }

    /// <summary>Whether the user is a superuser.</summary>
    public bool IsSuperuser { get; init; }

    /// <summary>enable_case_sensitive_identifier (redshift-facts 7.3).</summary>
    public bool CaseSensitive { get; set; }

    /// <summary>Whether the database was SERIALIZABLE, and not SNAPSHOT, when the session began (redshift-facts 3).</summary>
    public bool IsSerializable { get; set; }

    /// <summary>Whether the warehouse is Redshift Serverless (redshift-facts 6).</summary>
    public bool IsServerless { get; init; }

    /// <summary>Carries out COPY.</summary>
    public required CopyExecutor Copy { get; init; }
}

/// <summary>Carries out one COPY statement: sends its notices, loads the rows, throws <see cref="BackendException"/> when it fails.</summary>
/// <param name="sql">The statement as the client wrote it.</param>
/// <param name="context">The session.</param>
/// <param name="cancel">Cancelled by the client's cancel request.</param>
/// <returns>The rows loaded and the query's id.</returns>
internal delegate Task<CopyOutcome> CopyExecutor(string sql, StatementContext context, CancellationToken cancel);

/// <summary>How a COPY ended.</summary>
/// <param name="QueryId">Its query id, for pg_last_copy_id(); null if it never started loading (redshift-facts 6).</param>
/// <param name="RowsLoaded">For pg_last_copy_count().</param>
/// <param name="Failure">Why it failed, or null.</param>
internal sealed record CopyOutcome(long? QueryId, long RowsLoaded, BackendException? Failure)
{
    /// <summary>Whether Redshift would have run ANALYZE at the end, by STATUPDATE (redshift-facts 1.4).</summary>
    public bool RefreshesStatistics { get; init; }
}
