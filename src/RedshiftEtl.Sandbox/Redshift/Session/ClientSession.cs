using System.Security.Cryptography;
using RedshiftEtl.Sandbox.Redshift.Sql;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>One logged-in client: reads its messages, has them carried out one after the other, answers.</summary>
internal sealed class ClientSession : IAsyncDisposable
{
    private readonly MessageReader _reader;
    private readonly MessageWriter _writer;
    private readonly BackendConnection _connection;
    private readonly BackendSession _backend;
    private readonly StatementRunner _runner;
    private readonly ExtendedProtocol _extended;
    private readonly SessionState _state;
    private readonly StatementFaultPoints _faults;
    private readonly CancellationToken _lifetime;

    /// <summary>Makes the session of a client that has logged in.</summary>
    public ClientSession(MessageReader reader, MessageWriter writer, BackendConnection connection, SessionState state, StatementFaults? faults, CancellationToken lifetime)
    {
        (_reader, _writer, _connection, _state, _lifetime) = (reader, writer, connection, state, lifetime);
        _faults = new StatementFaultPoints(faults, writer, lifetime);
        _backend = new BackendSession(connection, writer, lifetime) { MapFields = MapFields, MapParameter = ReportedParameters.Map };
        _runner = new StatementRunner(_backend, state, writer);
        _extended = new ExtendedProtocol(_backend, _runner, writer, _faults, Translate);
    }

    /// <summary>What a cancel request must show besides the process id.</summary>
    public int Secret { get; } = RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <summary>The process id that the client was told.</summary>
    public int ProcessId => _connection.ProcessId;

    /// <summary>Cancels what the session is running.</summary>
    public async Task CancelAsync()
    {
        _runner.Cancel();
        await _connection.CancelRunningAsync(_lifetime).ConfigureAwait(false);
    }

    /// <summary>Serves the client until it leaves.</summary>
    public async Task ServeAsync()
    {
        while (await _reader.ReadAsync(_lifetime).ConfigureAwait(false) is { } message)
        {
            if (message.Type == 'X') return;
            try
            {
                await HandleAsync(message).ConfigureAwait(false);
            }
            catch (BackendException error) when (error.SqlState != "57P01")
            {
                await _backend.DrainAsync().ConfigureAwait(false);
                _runner.Fail(error);
                if (message.Type is 'Q' or 'F') await FinishAsync().ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task HandleAsync(WireMessage message)
    {
        if (message.Type is 'P' or 'B' or 'D' or 'E' or 'C' && _runner.BatchFailed) return;
        switch (message.Type)
        {
            case 'Q':
                await QueryAsync(new BodyReader(message.Body.Span).Text()).ConfigureAwait(false);
                break;
            case 'P':
                await _extended.ParseAsync(message.Body).ConfigureAwait(false);
                break;
            case 'B':
                await _extended.BindAsync(message.Raw).ConfigureAwait(false);
                break;
            case 'D':
                await _extended.DescribeAsync(message.Raw).ConfigureAwait(false);
                break;
            case 'E':
                await _extended.ExecuteAsync(message.Raw, isLast: _reader.NextType is 'S' or '\0').ConfigureAwait(false);
                break;
            case 'C':
                await _extended.CloseAsync(message.Raw).ConfigureAwait(false);
                break;
            case 'H':
                await _backend.DrainAsync().ConfigureAwait(false);
                await _writer.FlushAsync(_lifetime).ConfigureAwait(false);
                break;
            case 'S':
                await FinishAsync().ConfigureAwait(false);
                break;
            case 'd' or 'c' or 'f':
                // Left over from a COPY that has failed; the protocol says to ignore it.
                break;
            case 'F':
                throw new BackendException("0A000", "function calls through the protocol are not supported");
            default:
                throw new ProtocolException($"invalid frontend message type {(int)message.Type}");
        }
    }

    private async Task QueryAsync(string sql)
    {
        var statements = StatementSplitter.Split(sql);
        if (statements.Count == 0) _writer.Empty('I');
        for (int i = 0; i < statements.Count && !_runner.BatchFailed; i++)
        {
            var plan = Translate(statements[i]);
            bool several = statements.Count > 1;
            await _faults.BeforeAsync(statements[i].Text, statements[i].Comment).ConfigureAwait(false);
            if (!several && _runner.CanRunAlone(plan))
            {
                await _runner.RunAloneAsync((ForwardPlan)plan, statements[i]).ConfigureAwait(false);
                await FinishAsync(synced: true).ConfigureAwait(false);
                return;
            }
            await _runner.RunSimpleAsync(plan, statements[i], several).ConfigureAwait(false);
        }
        await FinishAsync().ConfigureAwait(false);
    }

    private async Task FinishAsync(bool synced = false)
    {
        bool failed = _runner.BatchFailed;
        await _runner.EndBatchAsync(synced).ConfigureAwait(false);
        _extended.EndBatch();
        await _faults.AfterBatchAsync(failed).ConfigureAwait(false);
        await _writer.FlushAsync(_lifetime).ConfigureAwait(false);
    }

    private Plan Translate(Statement statement) => Translator.Translate(statement, _state);

    private ErrorFields? MapFields(ErrorFields fields, bool isError) => isError ? ErrorWords.Translate(fields, _state.IsSerializable) : fields;
}
