using RedshiftEtl.Sandbox.Copy.Input;
using RedshiftEtl.Sandbox.Copy.Journal;

namespace RedshiftEtl.Sandbox.Copy;

/// <summary>What one COPY needs to know about the session that runs it.</summary>
internal sealed record CopyContext
{
    /// <summary>The buckets that COPY reads from.</summary>
    public required StagedObjects Objects { get; init; }

    /// <summary>The account that the statement's authorization clause is checked against.</summary>
    public required SandboxKeys Keys { get; init; }

    /// <summary>Where errors and history are kept, outside the session's transaction.</summary>
    public required LoadJournal Journal { get; init; }

    /// <summary>The session's last COPY; changed exactly when Redshift changes it.</summary>
    public required LastCopy LastCopy { get; init; }

    /// <summary>The session's user name.</summary>
    public required string UserName { get; init; }

    /// <summary>The session's database, as its client named it.</summary>
    public required string Database { get; init; }

    /// <summary>The number of this statement, unique in the sandbox.</summary>
    public required long QueryId { get; init; }

    /// <summary>The number of the transaction that the statement runs in.</summary>
    public required long TransactionId { get; init; }

    /// <summary>
    /// Whether a quoted field that equals the NULL AS string is NULL (redshift-facts.md 1.5, rule 4: AWS doesn't say).
    /// On by default, the reading that bends the data of a loader that trusts in its quotes. A quoted empty field is an
    /// empty string for character columns under both readings.
    /// </summary>
    public bool QuotedFieldCanBeNull { get; init; } = true;

    /// <summary>Called with the target's name, ready for SQL, before rows are written: the place for Redshift's table-level write lock (redshift-facts.md 3).</summary>
    public Func<string, CancellationToken, Task>? LockTarget { get; init; }

    /// <summary>Called with the bytes read from S3 so far, all files together, after each read. What it throws ends the load: the hook for faults.</summary>
    public Action<long>? BytesRead { get; init; }
}
