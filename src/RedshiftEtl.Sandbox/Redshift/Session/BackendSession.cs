using System.Text;
using RedshiftEtl.Sandbox.Redshift.Sql;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>Sends messages to the private PostgreSQL and hands its answers, in order, to the client or to the sandbox.
/// Rows pass through without being collected.</summary>
/// <param name="connection">The session's own connection to the private PostgreSQL.</param>
/// <param name="client">Messages to the client.</param>
/// <param name="lifetime">Ends all waiting when the endpoint stops. A statement's own cancellation never interrupts the
/// exchange of messages, which would leave answers unread; it reaches the server as a cancel request.</param>
internal sealed class BackendSession(BackendConnection connection, MessageWriter client, CancellationToken lifetime) : IBackend
{
    private const int FlushAt = 64 * 1024;
    private const string OwnName = "rs$sandbox";
    private readonly Queue<Expectation> _expected = new();
    private ErrorFields? _hiddenError;
    private bool _catchErrors;

    /// <inheritdoc/>
    public int ProcessId => connection.ProcessId;

    /// <summary>Whether an error has made the server skip everything up to the next Sync.</summary>
    public bool Failed { get; private set; }

    /// <summary>Whether the client has been sent the error of this batch.</summary>
    public bool Reported { get; private set; }

    /// <summary>The transaction status of the last ReadyForQuery: I, T or E.</summary>
    public char Status { get; private set; } = 'I';

    /// <summary>Whether answers are still to come.</summary>
    public bool IsPending => _expected.Count > 0;

    /// <summary>Told of each ErrorResponse and NoticeResponse before it goes to the client; returns what to send.</summary>
    public required Func<ErrorFields, bool, ErrorFields?> MapFields { get; init; }

    /// <summary>Told of each ParameterStatus; returns the value to report, or null to keep it from the client.</summary>
    public required Func<string, string, string?> MapParameter { get; init; }

    /// <summary>Sends a message as the client sent it, and expects its answer.</summary>
    public void Forward(ReadOnlySpan<byte> raw, Expectation expectation)
    {
        connection.Writer.Bytes(raw);
        _expected.Enqueue(expectation);
    }

    /// <summary>Sends a Parse of SQL that stands for the client's.</summary>
    public void Parse(string name, string sql, ReadOnlySpan<byte> parameterTypes, Expectation expectation)
    {
        var writer = connection.Writer.Begin('P').Text(name).Text(sql);
        if (parameterTypes.IsEmpty) writer.Int16(0);
        else writer.Bytes(parameterTypes);
        writer.End();
        _expected.Enqueue(expectation);
    }

    /// <summary>Sends Parse, Bind, Describe and Execute of a statement whose rows go to the client as text, as in the simple protocol.</summary>
    public void Run(SqlText sql, string source, Action<string>? completed)
    {
        Parse("", sql.ToString(), [], new Expectation(ReplyKind.Parse, false) { Sql = sql, Source = source });
        Bind("", new Expectation(ReplyKind.Bind, false) { Sql = sql, Source = source });
        connection.Writer.Begin('D').Byte((byte)'P').Text("").End();
        _expected.Enqueue(new Expectation(ReplyKind.DescribePortal, true) { OmitNoData = true });
        Execute("", new Expectation(ReplyKind.Execute, true) { Sql = sql, Source = source, Completed = completed });
    }

    /// <summary>Sends a statement of the sandbox's own; the client sees neither rows nor completion.</summary>
    public void RunHidden(string sql, Action<ReadOnlyMemory<byte>>? row = null, Func<CancellationToken, Task>? copyIn = null, Action<string>? completed = null)
    {
        // Names of its own: the client's unnamed statement and portal must outlive what the sandbox does in between.
        Close('P');
        Close('S');
        Parse(OwnName, sql, [], new Expectation(ReplyKind.Parse, false));
        Bind(OwnName, new Expectation(ReplyKind.Bind, false));
        Execute(OwnName, new Expectation(ReplyKind.Execute, false) { Row = row, CopyIn = copyIn, Completed = completed });
    }

    /// <summary>Makes the server's transaction fail, as the client's statement has failed in the sandbox.</summary>
    public void Spoil() => Parse(OwnName, "the statement failed in the sandbox", [], new Expectation(ReplyKind.Parse, false) { ErrorWanted = true });

    /// <summary>Waits for every answer that is due.</summary>
    public async Task DrainAsync()
    {
        if (_expected.Count == 0) return;
        connection.Writer.Empty('H');
        await PumpAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the batch: waits for every answer and the server's ReadyForQuery, which isn't relayed.</summary>
    public async Task SyncAsync()
    {
        connection.Writer.Empty('S');
        _expected.Enqueue(new Expectation(ReplyKind.Sync, false));
        await PumpAsync().ConfigureAwait(false);
        Failed = Reported = false;
    }

    /// <summary>Runs a statement in the simple protocol, relaying everything but ReadyForQuery: the shortest way for a lone statement.</summary>
    public async Task QuerySimpleAsync(SqlText sql, string source, Action<string>? completed)
    {
        connection.Writer.Begin('Q').Text(sql.ToString()).End();
        _expected.Enqueue(new Expectation(ReplyKind.Sync, true) { Sql = sql, Source = source, Completed = completed });
        await PumpAsync().ConfigureAwait(false);
        Failed = Reported = false;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string?[]>> QueryAsync(string sql, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await DrainAsync().ConfigureAwait(false);
        var rows = new List<string?[]>();
        RunHidden(sql, row => rows.Add(ReadRow(row.Span)));
        await DrainHiddenAsync().ConfigureAwait(false);
        return rows;
    }

    /// <inheritdoc/>
    public async Task<long> CopyInAsync(string sql, Func<Stream, CancellationToken, Task> write, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await DrainAsync().ConfigureAwait(false);
        string tag = "";
        Exception? failure = null;
        RunHidden(sql, copyIn: async _ =>
        {
            await using var stream = new CopyInStream(connection.Writer);
            try
            {
                await write(stream, cancel).ConfigureAwait(false);
                connection.Writer.Empty('c');
            }
            catch (Exception error) when (error is not IOException)
            {
                failure = error;
                connection.Writer.Begin('f').Text("the load failed").End();
            }
            connection.Writer.Empty('H');
        }, completed: completed => tag = completed);
        try
        {
            await DrainHiddenAsync().ConfigureAwait(false);
        }
        catch (BackendException) when (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
        return long.Parse(tag.AsSpan(tag.LastIndexOf(' ') + 1), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task DrainHiddenAsync()
    {
        _hiddenError = null;
        _catchErrors = true;
        try
        {
            await DrainAsync().ConfigureAwait(false);
        }
        finally
        {
            _catchErrors = false;
        }
        if (_hiddenError is { } error) throw error.ToException();
    }

    /// <summary>Closes a portal of the client's, of which the client needn't know.</summary>
    public void ClosePortal(string name) => Close('P', name);

    private void Close(char kind, string name = OwnName)
    {
        connection.Writer.Begin('C').Byte((byte)kind).Text(name).End();
        _expected.Enqueue(new Expectation(ReplyKind.Close, false));
    }

    private void Bind(string name, Expectation expectation)
    {
        connection.Writer.Begin('B').Text(name).Text(name).Int16(0).Int16(0).Int16(0).End();
        _expected.Enqueue(expectation);
    }

    private void Execute(string name, Expectation expectation)
    {
        connection.Writer.Begin('E').Text(name).Int32(0).End();
        _expected.Enqueue(expectation);
    }

    private async Task PumpAsync()
    {
        await connection.Writer.FlushAsync(lifetime).ConfigureAwait(false);
        while (_expected.TryPeek(out var expected))
        {
            if (client.Pending > FlushAt) await client.FlushAsync(lifetime).ConfigureAwait(false);
            var message = await connection.Reader.ReadAsync(lifetime).ConfigureAwait(false)
                ?? throw new BackendException("57P01", "the private PostgreSQL closed the connection");
            await HandleAsync(message, expected).ConfigureAwait(false);
        }
    }

    private async Task HandleAsync(WireMessage message, Expectation expected)
    {
        switch (message.Type)
        {
            case 'D':
                if (expected.Row is not null) expected.Row(message.Body);
                else if (expected.Relayed) client.Bytes(message.Raw.Span);
                return;
            case 'E':
                Fail(ErrorFields.Parse(message.Body.Span), expected);
                return;
            case 'N':
                if (MapFields(ErrorFields.Parse(message.Body.Span), false) is { } notice) notice.Write(client, 'N');
                return;
            case 'S':
                ReportParameter(message.Body.Span);
                return;
            case 'G' when expected.CopyIn is not null:
                await expected.CopyIn(lifetime).ConfigureAwait(false);
                await connection.Writer.FlushAsync(lifetime).ConfigureAwait(false);
                return;
            case 'Z':
                Status = (char)message.Body.Span[0];
                _expected.Dequeue();
                return;
            case 'A':
                return;
        }
        if (expected.Kind == ReplyKind.Sync)
        {
            // A relayed simple query: rows' descriptions and completions, until ReadyForQuery.
            if (message.Type == 'C') expected.Completed?.Invoke(new BodyReader(message.Body.Span).Text());
            if (expected.Relayed) client.Bytes(message.Raw.Span);
            return;
        }
        if (message.Type == 'C') expected.Completed?.Invoke(new BodyReader(message.Body.Span).Text());
        if (expected.Relayed && !(expected.OmitNoData && message.Type == 'n')) client.Bytes(message.Raw.Span);
        if (message.Type != 't') _expected.Dequeue();
    }

    private void Fail(ErrorFields error, Expectation expected)
    {
        Failed = true;
        if (expected.ErrorWanted)
        {
            // Only the state of the transaction was wanted.
        }
        else if (_catchErrors)
        {
            _hiddenError ??= error;
        }
        else if (MapFields(Locate(error, expected), true) is { } mapped)
        {
            mapped.Write(client, 'E');
            Reported = true;
        }
        while (_expected.TryPeek(out var next) && next.Kind != ReplyKind.Sync) _expected.Dequeue();
    }

    private static ErrorFields Locate(ErrorFields error, Expectation expected) => error.Position > 0
        ? error with { Position = expected is { Sql: { } sql, Source: { } source } ? sql.SourcePosition(error.Position, source) : 0 }
        : error;

    private void ReportParameter(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        string name = reader.Text();
        if (MapParameter(name, reader.Text()) is { } value) client.Begin('S').Text(name).Text(value).End();
    }

    private static string?[] ReadRow(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var values = new string?[reader.Int16()];
        for (int i = 0; i < values.Length; i++)
        {
            int length = reader.Int32();
            values[i] = length < 0 ? null : Encoding.UTF8.GetString(reader.Take(length));
        }
        return values;
    }
}
