using RedshiftEtl.Sandbox.Redshift.Sql;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>Runs plans and keeps the session's transaction as Redshift would: a request, or a batch up to Sync, is one
/// implicit transaction, writers lock their table before they take a snapshot, TRUNCATE commits (redshift-facts 3).</summary>
internal sealed class StatementRunner(BackendSession backend, SessionState state, MessageWriter client)
{
    private readonly List<string> _afterBatch = [];
    private readonly HashSet<string> _lockedInBatch = new(StringComparer.Ordinal);
    private bool _hidden;
    private bool _failedHere;
    private bool _caseSensitiveBefore;
    private int _statementsInBatch;
    private CancellationTokenSource? _running;

    /// <summary>Whether the client has opened a transaction block.</summary>
    public bool InBlock { get; private set; }

    /// <summary>Whether the batch has failed, so that nothing more of it runs.</summary>
    public bool BatchFailed => _failedHere || backend.Failed;

    /// <summary>Runs a statement of a simple request, relaying its answer as text.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="statement">What the client wrote.</param>
    /// <param name="several">Whether the request has other statements.</param>
    public async Task RunSimpleAsync(Plan plan, Statement statement, bool several)
    {
        if (plan is LocalPlan local)
        {
            await RunLocalAsync(local, several).ConfigureAwait(false);
            return;
        }
        var forward = (ForwardPlan)plan;
        if (await EnterAsync(forward, several).ConfigureAwait(false)) return;
        backend.Run(forward.Sql, statement.Source, null);
        await backend.DrainAsync().ConfigureAwait(false);
    }

    /// <summary>Runs a lone statement of a simple request that needs neither lock nor transaction of ours.</summary>
    public Task RunAloneAsync(ForwardPlan plan, Statement statement) => backend.QuerySimpleAsync(plan.Sql, statement.Source, null);

    /// <summary>Whether <see cref="RunAloneAsync"/> is right for the plan.</summary>
    public bool CanRunAlone(Plan plan) => plan is ForwardPlan { Writes: null } && !_hidden && _statementsInBatch == 0;

    /// <summary>Prepares the transaction for a statement that is about to be sent. Returns true if it needn't be sent at all.</summary>
    public async Task<bool> EnterAsync(ForwardPlan plan, bool several)
    {
        _statementsInBatch++;
        if (plan.Effect == TransactionEffect.None)
        {
            if (several || plan.Writes is not null) BeginHidden();
            if (plan.Writes is { } table) Lock(table);
            return false;
        }
        _lockedInBatch.Clear();
        bool wasHidden = _hidden;
        _hidden = false;
        InBlock = plan.Effect == TransactionEffect.Begin;
        if (!wasHidden) return false;
        await backend.DrainAsync().ConfigureAwait(false);
        if (plan.Effect == TransactionEffect.Begin)
        {
            // The implicit transaction becomes the client's, as in PostgreSQL.
            client.Begin('C').Text("BEGIN").End();
            return true;
        }
        Notify("WARNING", "25P01", "there is no transaction in progress");
        return false;
    }

    /// <summary>Locks a table against other writers before the statement that writes takes its snapshot.</summary>
    public void LockForWrite(ObjectName table)
    {
        BeginHidden();
        Lock(table);
    }

    /// <summary>Carries out a statement of the sandbox's own.</summary>
    public async Task RunLocalAsync(LocalPlan plan, bool several)
    {
        await backend.DrainAsync().ConfigureAwait(false);
        if (BatchFailed) return;
        if (InBlock && backend.Status == 'E')
            throw new BackendException("25P02", "current transaction is aborted, commands ignored until end of transaction block");
        if (plan.Alone is { } words)
        {
            if (InBlock) throw new BackendException("25001", $"{words} cannot run inside a transaction block");
            if (several || _statementsInBatch > 0) throw new BackendException("25001", $"{words} cannot be executed from a function or multi-command string");
        }
        else if (!plan.Detached)
        {
            BeginHidden();
        }
        _statementsInBatch++;
        if (plan.Writes is { } table)
        {
            Lock(table);
            await backend.DrainAsync().ConfigureAwait(false);
            if (BatchFailed) return;
        }
        string tag = await CancellableAsync(plan).ConfigureAwait(false);
        if (plan.Commits)
        {
            backend.RunHidden("COMMIT");
            (_hidden, InBlock) = (false, false);
            _lockedInBatch.Clear();
        }
        await backend.DrainAsync().ConfigureAwait(false);
        if (!BatchFailed) client.Begin('C').Text(tag).End();
    }

    /// <summary>Reports a failure in the sandbox itself and makes the transaction fail with it.</summary>
    public void Fail(BackendException error)
    {
        if (!backend.Failed && InBlock) backend.Spoil();
        _failedHere = true;
        // What the client sent before may have failed meanwhile; a batch fails once.
        if (!backend.Reported) ErrorWords.Translate(ErrorFields.From(error) with { Message = ErrorWords.NameOf(error.Message, state.IsServerless) }, state.IsSerializable).Write(client, 'E');
    }

    /// <summary>Runs that statement when the implicit transaction has ended; never after a block of the client's own.</summary>
    public void AfterBatch(string sql)
    {
        if (!InBlock) _afterBatch.Add(sql);
    }

    /// <summary>Runs that statement when the transaction has ended, whether by the batch or by the client.</summary>
    public void AfterTransaction(string sql) => _afterBatch.Add(sql);

    /// <summary>Ends the request or batch: commits or rolls back the implicit transaction, sends ReadyForQuery.</summary>
    public async Task EndBatchAsync(bool synced = false)
    {
        if (_hidden && !backend.Failed) backend.RunHidden(_failedHere ? "ROLLBACK" : "COMMIT");
        if (!synced) await backend.SyncAsync().ConfigureAwait(false);
        if (_hidden && backend.Status != 'I')
        {
            backend.RunHidden("ROLLBACK");
            await backend.SyncAsync().ConfigureAwait(false);
        }
        InBlock = backend.Status != 'I';
        if (!InBlock) await LeaveTransactionAsync().ConfigureAwait(false);
        (_hidden, _failedHere, _statementsInBatch) = (false, false, 0);
        _lockedInBatch.Clear();
        client.Begin('Z').Byte((byte)backend.Status).End();
    }

    /// <summary>Cancels the statement that the sandbox is carrying out, if any.</summary>
    public void Cancel()
    {
        try
        {
            _running?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The statement ended at this very moment.
        }
    }

    /// <summary>Sends a notice.</summary>
    public void Notify(string severity, string sqlState, string message) =>
        new ErrorFields { Severity = severity, SqlState = sqlState, Message = message }.Write(client, 'N');

    private async Task<string> CancellableAsync(LocalPlan plan)
    {
        using var running = new CancellationTokenSource();
        _running = running;
        try
        {
            return await plan.Run(new StatementContext(backend, state, (severity, text) => Notify(severity, "00000", ErrorWords.NameOf(text, state.IsServerless))) { AfterBatch = AfterBatch, AfterTransaction = AfterTransaction }, running.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
            throw new BackendException("57014", "Query cancelled on user's request");
        }
        finally
        {
            _running = null;
        }
    }

    private async Task LeaveTransactionAsync()
    {
        // A setting made inside a transaction that was rolled back is undone by the server; what the sandbox itself
        // goes by has to follow.
        if (state.CaseSensitive != _caseSensitiveBefore)
        {
            var rows = await backend.QueryAsync("SELECT current_setting('rs.enable_case_sensitive_identifier', true)", CancellationToken.None).ConfigureAwait(false);
            state.CaseSensitive = rows[0][0] is "true" or "on" or "1";
            _caseSensitiveBefore = state.CaseSensitive;
            await backend.SyncAsync().ConfigureAwait(false);
        }
        if (_afterBatch.Count == 0) return;
        foreach (string sql in _afterBatch) backend.RunHidden(sql);
        _afterBatch.Clear();
        await backend.SyncAsync().ConfigureAwait(false);
    }

    private void BeginHidden()
    {
        if (_hidden || InBlock) return;
        backend.RunHidden("BEGIN");
        _hidden = true;
    }

    private void Lock(ObjectName table)
    {
        if (!_lockedInBatch.Add(table.Sql)) return;
        // LOCK wants more rights than INSERT does; the statement itself still runs, and is refused, as the user.
        if (!state.IsSuperuser) backend.RunHidden("RESET SESSION AUTHORIZATION");
        backend.RunHidden($"LOCK TABLE {table.Sql} IN SHARE ROW EXCLUSIVE MODE");
        if (!state.IsSuperuser) backend.RunHidden($"SET SESSION AUTHORIZATION {Literal.QuoteName(state.User)}");
    }
}
