namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>A moment at which a fault may strike a session.</summary>
/// <param name="ProcessId">The session, as pg_backend_pid() tells its client.</param>
/// <param name="Number">The statement's number in its session, from 1.</param>
/// <param name="Sql">The statement as the client wrote it.</param>
/// <param name="HasTakenEffect">False before the statement runs; true when it, and the implicit transaction that it
/// belongs to, has taken effect and the client hasn't been told.</param>
internal sealed record StatementMoment(int ProcessId, int Number, string Sql, bool HasTakenEffect);

/// <summary>What strikes.</summary>
internal enum StatementFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The connection breaks without a word.</summary>
    DropConnection,

    /// <summary>The statement fails with error 1023 (redshift-facts 3). Means something only before the statement runs.</summary>
    SerializableViolation,
}

/// <summary>Decides what strikes at a moment; a delay is made by answering late.</summary>
internal delegate ValueTask<StatementFault> StatementFaults(StatementMoment moment, CancellationToken cancel);

/// <summary>A fault has broken the client's connection.</summary>
internal sealed class ConnectionDroppedException() : IOException("A fault has dropped the connection.");

/// <summary>Asks for faults at every statement of one session.</summary>
internal sealed class FaultPoint(StatementFaults? faults, int processId, CancellationToken lifetime)
{
    private readonly List<(int Number, string Sql)> _inBatch = [];
    private int _number;

    /// <summary>Called before a statement runs.</summary>
    /// <exception cref="ConnectionDroppedException">The connection is to break.</exception>
    /// <exception cref="BackendException">The statement is to fail.</exception>
    public async ValueTask BeforeAsync(string sql)
    {
        if (faults is null) return;
        _inBatch.Add((++_number, sql));
        var fault = await faults(new StatementMoment(processId, _number, sql, false), lifetime).ConfigureAwait(false);
        if (fault == StatementFault.DropConnection) throw new ConnectionDroppedException();
        if (fault == StatementFault.SerializableViolation)
            throw new BackendException("XX000", "1023", "Serializable isolation violation on table, ordered by the sandbox's faults.");
    }

    /// <summary>Called when a request or batch has taken effect, before the client hears of it.</summary>
    /// <exception cref="ConnectionDroppedException">The connection is to break.</exception>
    public async ValueTask AfterBatchAsync()
    {
        if (faults is null) return;
        foreach (var (number, sql) in _inBatch)
            if (await faults(new StatementMoment(processId, number, sql, true), lifetime).ConfigureAwait(false) == StatementFault.DropConnection)
                throw new ConnectionDroppedException();
        _inBatch.Clear();
    }
}
