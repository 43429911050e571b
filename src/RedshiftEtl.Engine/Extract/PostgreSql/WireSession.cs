using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>A column as the server describes it.</summary>
/// <param name="Name">Its name in the query.</param>
/// <param name="TypeId">The type's OID.</param>
/// <param name="Modifier">The type's modifier; -1 for none.</param>
internal readonly record struct WireColumn(string Name, int TypeId, int Modifier);

/// <summary>A session on a PostgreSQL server: statements, a query's description, and the stream of a COPY. Blocking; used by one thread, cancelled by any.</summary>
internal sealed class WireSession : IDisposable
{
    /// <summary>How long the cancel request may take.</summary>
    private static readonly TimeSpan s_requestLimit = TimeSpan.FromMilliseconds(400);

    /// <summary>How long the server may take to say itself that the query was cancelled.</summary>
    private static readonly TimeSpan s_graceTime = TimeSpan.FromMilliseconds(100);

    private readonly WireConnection _connection;
    private int _processId;
    private byte[] _cancelKey = [];
    private int _isCancelled;
    private int _copyRest;
    private bool _isCopying;

    private WireSession(WireConnection connection) => _connection = connection;

    /// <summary>Rows that the server says it has sent in the last COPY; -1 before its end.</summary>
    public long CopiedRows { get; private set; } = -1;

    /// <summary>Whether a COPY has begun and not ended.</summary>
    public bool IsCopying => _isCopying;

    /// <summary>Connects to the first host that answers and logs in.</summary>
    /// <exception cref="ServerError">The server refused.</exception>
    /// <exception cref="SocketException">No host could be reached.</exception>
    /// <exception cref="AuthenticationException">TLS failed.</exception>
    public static WireSession Open(WireSettings settings, CancellationToken cancel)
    {
        Exception? last = null;
        foreach ((string host, int port) in settings.Hosts)
        {
            try
            {
                foreach (EndPoint address in WireConnection.Resolve(host, port, cancel))
                {
                    cancel.ThrowIfCancellationRequested();
                    try
                    {
                        return Open(settings, host, port, address, cancel);
                    }
                    catch (SocketException e)
                    {
                        last = e;
                    }
                }
            }
            catch (SocketException e)
            {
                last = e;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Runs a statement, or several, and discards what they return.</summary>
    public void Execute(string sql) => Query(sql);

    /// <summary>Runs a statement and returns its rows as text.</summary>
    /// <exception cref="ServerError">The server refused it.</exception>
    public List<string?[]> Query(string sql)
    {
        _connection.Send(new WireWriter('Q').Text(sql));
        var rows = new List<string?[]>();
        ReadUntilReady((type, body) =>
        {
            if (type == 'D')
            {
                rows.Add(ReadRow(body));
            }
        });
        return rows;
    }

    /// <summary>The columns of a query, which is parsed but not run. Exactly one statement; none that returns rows gives no columns.</summary>
    /// <exception cref="ServerError">The server refused it.</exception>
    public IReadOnlyList<WireColumn> Describe(string sql)
    {
        _connection.Send(new WireWriter('P').Text("").Text(sql).Int16(0), new WireWriter('D').Bytes("S"u8).Text(""), new WireWriter('S'));
        var columns = new List<WireColumn>();
        ReadUntilReady((type, body) =>
        {
            if (type == 'T')
            {
                ReadColumns(body, columns);
            }
        });
        return columns;
    }

    /// <summary>Starts a COPY … TO STDOUT.</summary>
    /// <exception cref="ServerError">The server refused it.</exception>
    public void BeginCopy(string sql)
    {
        _connection.Send(new WireWriter('Q').Text(sql));
        while (!_isCopying)
        {
            char type = _connection.ReadHeader(out int length);
            ReadOnlySpan<byte> body = _connection.ReadBody(length);
            if (type == 'E')
            {
                Fail(body);
            }

            Note(type, body);
            _isCopying = type == 'H';
        }

        CopiedRows = -1;
    }

    /// <summary>Takes what has come of the COPY's stream; waits only when there is nothing.</summary>
    /// <returns>The bytes; 0 at the end, which the server has then confirmed.</returns>
    /// <exception cref="ServerError">The server ended it with an error.</exception>
    /// <exception cref="EndOfStreamException">The connection broke.</exception>
    public int ReadCopy(Span<byte> target)
    {
        while (_isCopying)
        {
            int read = _connection.ReadCopyData(target, ref _copyRest);
            if (read > 0)
            {
                return read;
            }

            char type = _connection.ReadHeader(out int length);
            ReadOnlySpan<byte> body = _connection.ReadBody(length);
            if (type == 'c')
            {
                ReadUntilReady((ending, tag) =>
                {
                    if (ending == 'C' && Encoding.ASCII.GetString(tag).TrimEnd('\0').Split(' ') is ["COPY", var count])
                    {
                        CopiedRows = long.Parse(count, CultureInfo.InvariantCulture);
                    }
                });
                _isCopying = false;
            }
            else if (type == 'E')
            {
                _isCopying = false;
                Fail(body);
            }
            else
            {
                Note(type, body);
            }
        }

        return 0;
    }

    /// <summary>Stops what the server does for this session, and the session too: whoever waits on it gets an error, the server's own if it is quick.</summary>
    public async Task CancelAsync()
    {
        await RequestCancelAsync();
        await Task.Delay(s_graceTime);
        _connection.Abort();
    }

    /// <summary>Asks the server, over a connection of its own, to stop what it does for this session. Does not insist when it cannot be asked.</summary>
    public async Task RequestCancelAsync()
    {
        const int CancelRequest = 80877102;
        if (_processId == 0 || Interlocked.Exchange(ref _isCancelled, 1) != 0)
        {
            return;
        }

        try
        {
            using var socket = new Socket(_connection.Address.AddressFamily, SocketType.Stream, _connection.IsLocal ? ProtocolType.Unspecified : ProtocolType.Tcp);
            using var limit = new CancellationTokenSource(s_requestLimit);
            await socket.ConnectAsync(_connection.Address, limit.Token);
            await socket.SendAsync(new WireWriter().Int32(CancelRequest).Int32(_processId).Bytes(_cancelKey).ToArray(), limit.Token);
            // The server closes when it has acted on it.
            await socket.ReceiveAsync(new byte[1], limit.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It will notice that nobody listens any more.
            return;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (!_isCopying)
            {
                _connection.Send(new WireWriter('X'));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The server is gone; there is nobody to say goodbye to.
        }

        _connection.Dispose();
    }

    private static WireSession Open(WireSettings settings, string host, int port, EndPoint address, CancellationToken cancel)
    {
        WireConnection connection = WireConnection.Connect(address, TimeSpan.FromSeconds(settings.Timeout), cancel);
        try
        {
            using CancellationTokenRegistration abort = cancel.Register(connection.Abort);
            WireLogin.Encrypt(connection, settings, host);
            WireLogin.LogIn(connection, settings, host, port);
            var session = new WireSession(connection);
            session.ReadUntilReady(null);
            connection.WaitForever();
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void ReadUntilReady(MessageHandler? handle, ServerError? error = null)
    {
        try
        {
            while (true)
            {
                char type = _connection.ReadHeader(out int length);
                ReadOnlySpan<byte> body = _connection.ReadBody(length);
                if (type == 'Z')
                {
                    break;
                }

                if (type == 'E')
                {
                    error ??= ServerError.Read(body);
                }
                else
                {
                    Note(type, body);
                    handle?.Invoke(type, body);
                }
            }
        }
        catch (Exception e) when (error is not null && (e is IOException or SocketException))
        {
            // After a fatal error the server closes; its words say more than the closed connection.
            throw error!;
        }

        if (error is not null)
        {
            throw error;
        }
    }

    /// <summary>Reads what follows an error, so that the session can be used again, and throws it.</summary>
    [DoesNotReturn]
    private void Fail(ReadOnlySpan<byte> body)
    {
        ReadUntilReady(null, ServerError.Read(body));
        throw new UnreachableException();
    }

    private void Note(char type, ReadOnlySpan<byte> body)
    {
        if (type == 'K')
        {
            _processId = BinaryPrimitives.ReadInt32BigEndian(body);
            _cancelKey = body[4..].ToArray();
        }
    }

    private static string?[] ReadRow(ReadOnlySpan<byte> body)
    {
        string?[] row = new string?[BinaryPrimitives.ReadInt16BigEndian(body)];
        body = body[2..];
        for (int i = 0; i < row.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body);
            body = body[4..];
            if (length >= 0)
            {
                row[i] = Encoding.UTF8.GetString(body[..length]);
                body = body[length..];
            }
        }

        return row;
    }

    private static void ReadColumns(ReadOnlySpan<byte> body, List<WireColumn> columns)
    {
        int count = BinaryPrimitives.ReadInt16BigEndian(body);
        body = body[2..];
        for (int i = 0; i < count; i++)
        {
            int end = body.IndexOf((byte)0);
            string name = Encoding.UTF8.GetString(body[..end]);
            // Behind the name: table (4), column (2), type (4), size (2), modifier (4), format (2).
            body = body[(end + 1)..];
            columns.Add(new WireColumn(name, BinaryPrimitives.ReadInt32BigEndian(body[6..]), BinaryPrimitives.ReadInt32BigEndian(body[12..])));
            body = body[18..];
        }
    }

    private delegate void MessageHandler(char type, ReadOnlySpan<byte> body);
}
