using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>A moment at which a fault may strike a session.</summary>
/// <param name="Sql">The statement as the client wrote it.</param>
/// <param name="Comment">The comments before it, or "".</param>
/// <param name="HasTakenEffect">False before the statement runs; true when it, and the implicit transaction that it
/// belongs to, has taken effect and the client hasn't been told.</param>
internal sealed record StatementMoment(string Sql, string Comment, bool HasTakenEffect);

/// <summary>What strikes: an error, or, without one, the end of the connection without a word. An error that comes after the
/// statement has taken effect ends the connection too, as a server that goes down does.</summary>
/// <param name="Error">The error.</param>
internal sealed record StatementStrike(BackendException? Error);

/// <summary>Decides what strikes at a moment, null for nothing; a delay is made by answering late.</summary>
internal delegate ValueTask<StatementStrike?> StatementFaults(StatementMoment moment, CancellationToken cancel);

/// <summary>A fault has broken the client's connection.</summary>
internal sealed class ConnectionDroppedException() : IOException("A fault has dropped the connection.");

/// <summary>Asks for faults at every statement of one session.</summary>
internal sealed class StatementFaultPoints(StatementFaults? faults, MessageWriter client, CancellationToken lifetime)
{
    private readonly List<(string Sql, string Comment)> _inBatch = [];

    /// <summary>Called before a statement runs.</summary>
    /// <exception cref="ConnectionDroppedException">The connection is to break.</exception>
    /// <exception cref="BackendException">The statement is to fail.</exception>
    public async ValueTask BeforeAsync(string sql, string comment)
    {
        if (faults is null) return;
        var strike = await faults(new StatementMoment(sql, comment, false), lifetime).ConfigureAwait(false);
        if (strike is not null) throw (Exception?)strike.Error ?? new ConnectionDroppedException();
        _inBatch.Add((sql, comment));
    }

    /// <summary>Called when a request or batch has ended, before the client hears of it.</summary>
    /// <exception cref="ConnectionDroppedException">The connection is to break.</exception>
    public async ValueTask AfterBatchAsync(bool failed)
    {
        if (faults is null) return;
        foreach ((string sql, string comment) in failed ? [] : _inBatch.ToArray())
        {
            if (await faults(new StatementMoment(sql, comment, true), lifetime).ConfigureAwait(false) is not { } strike) continue;
            if (strike.Error is { } error)
            {
                (ErrorFields.From(error) with { Severity = "FATAL" }).Write(client, 'E');
                await client.FlushAsync(lifetime).ConfigureAwait(false);
            }
            throw new ConnectionDroppedException();
        }
        _inBatch.Clear();
    }
}
