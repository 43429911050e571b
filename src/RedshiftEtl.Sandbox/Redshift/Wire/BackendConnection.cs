using System.Net.Sockets;
using System.Text;

namespace RedshiftEtl.Sandbox.Redshift.Wire;

/// <summary>Where the private PostgreSQL listens and how to log in to it.</summary>
/// <param name="Host">Host name or address, or the folder of its Unix socket.</param>
/// <param name="Port">Port number.</param>
/// <param name="Superuser">Its superuser.</param>
/// <param name="Password">The superuser's password; empty if the server trusts.</param>
internal sealed record BackendAddress(string Host, int Port, string Superuser, string Password);

/// <summary>A raw protocol connection to the private PostgreSQL.</summary>
internal sealed class BackendConnection : IAsyncDisposable
{
    private readonly BackendAddress _address;
    private readonly NetworkStream _stream;
    private int _secret;

    private BackendConnection(BackendAddress address, NetworkStream stream)
    {
        _address = address;
        _stream = stream;
        Reader = new MessageReader(stream, int.MaxValue);
        Writer = new MessageWriter(stream);
    }

    /// <summary>Messages from the server.</summary>
    public MessageReader Reader { get; }

    /// <summary>Messages to the server.</summary>
    public MessageWriter Writer { get; }

    /// <summary>The server process of this connection.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Connects and logs in as the superuser.</summary>
    /// <exception cref="BackendException">The server refused the login.</exception>
    public static async Task<BackendConnection> OpenAsync(BackendAddress address, string database, IReadOnlyDictionary<string, string> settings, CancellationToken cancel)
    {
        var connection = new BackendConnection(address, await ConnectAsync(address, cancel).ConfigureAwait(false));
        try
        {
            var writer = connection.Writer.BeginUntyped().Int32(3 << 16);
            writer.Text("user").Text(address.Superuser).Text("database").Text(database).Text("client_encoding").Text("UTF8");
            foreach (var (name, value) in settings) writer.Text(name).Text(value);
            writer.Byte(0).End();
            await writer.FlushAsync(cancel).ConfigureAwait(false);
            await connection.LogInAsync(cancel).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks the server, over a connection of its own, to cancel what this connection is running.</summary>
    public async Task CancelRunningAsync(CancellationToken cancel)
    {
        await using var stream = await ConnectAsync(_address, cancel).ConfigureAwait(false);
        await new MessageWriter(stream).BeginUntyped().Int32(80877102).Int32(ProcessId).Int32(_secret).End().FlushAsync(cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Writer.Empty('X').FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The server is gone already, which is what was wanted.
        }
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<NetworkStream> ConnectAsync(BackendAddress address, CancellationToken cancel)
    {
        bool unix = Path.IsPathRooted(address.Host);
        var socket = unix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (unix) await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(address.Host, $".s.PGSQL.{address.Port}")), cancel).ConfigureAwait(false);
            else await socket.ConnectAsync(address.Host, address.Port, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task LogInAsync(CancellationToken cancel)
    {
        var scram = new ScramClient(_address.Password);
        while (await Reader.ReadAsync(cancel).ConfigureAwait(false) is { } message)
        {
            switch (message.Type)
            {
                case 'R':
                    AnswerAuthentication(message.Body.Span, scram);
                    await Writer.FlushAsync(cancel).ConfigureAwait(false);
                    break;
                case 'K':
                    ReadKey(message.Body.Span);
                    break;
                case 'E':
                    throw ErrorFields.Parse(message.Body.Span).ToException();
                case 'Z':
                    return;
            }
        }
        throw new BackendException("08006", "the private PostgreSQL closed the connection during login");
    }

    private void ReadKey(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        ProcessId = reader.Int32();
        _secret = reader.Int32();
    }

    private void AnswerAuthentication(ReadOnlySpan<byte> body, ScramClient scram)
    {
        var reader = new BodyReader(body);
        switch (reader.Int32())
        {
            case 0:
                break;
            case 3:
                Writer.Begin('p').Text(_address.Password).End();
                break;
            case 5:
                Writer.Begin('p').Text(Md5Password.Answer(Md5Password.Stored(_address.Superuser, _address.Password), reader.Take(4))).End();
                break;
            case 10:
                byte[] first = Encoding.UTF8.GetBytes(scram.First());
                Writer.Begin('p').Text("SCRAM-SHA-256").Int32(first.Length).Bytes(first).End();
                break;
            case 11:
                Writer.Begin('p').Bytes(Encoding.UTF8.GetBytes(scram.Final(Encoding.UTF8.GetString(reader.Rest)))).End();
                break;
            case 12:
                if (!scram.Verify(Encoding.UTF8.GetString(reader.Rest))) throw new ProtocolException("SCRAM server signature mismatch");
                break;
            case var method:
                throw new ProtocolException($"the private PostgreSQL asks for authentication method {method}");
        }
    }
}
