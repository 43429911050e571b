using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift;

/// <summary>Listens on loopback and speaks to clients as Redshift does (redshift-facts 8), before a private PostgreSQL.</summary>
internal sealed class RedshiftEndpoint : IAsyncDisposable
{
    private const int SslRequest = 80877103;
    private const int GssEncryptionRequest = 80877104;
    private const int CancelRequest = 80877102;

    private readonly TcpListener _listener;
    private readonly ClientLogin _login;
    private readonly X509Certificate2 _certificate = SandboxCertificate.Create();
    private readonly CancellationTokenSource _lifetime = new();
    private readonly ConcurrentDictionary<Task, byte> _clients = new();
    private readonly ConcurrentDictionary<int, ClientSession> _sessions = new();
    private Task _accepting = Task.CompletedTask;

    private RedshiftEndpoint(TcpListener listener, ClientLogin login)
    {
        _listener = listener;
        _login = login;
    }

    /// <summary>The port that clients connect to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Starts listening.</summary>
    /// <param name="backend">The private PostgreSQL, prepared by <see cref="Catalog.WarehouseSetup"/>.</param>
    /// <param name="port">The port, or 0 for a free one.</param>
    /// <param name="copy">Carries out COPY.</param>
    /// <param name="faults">Decides what goes wrong; null if nothing does.</param>
    /// <param name="serverless">Whether to be Redshift Serverless (redshift-facts 6).</param>
    public static RedshiftEndpoint Start(BackendAddress backend, int port, CopyExecutor copy, StatementFaults? faults = null, bool serverless = false)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        var endpoint = new RedshiftEndpoint(listener, new ClientLogin(backend, copy, faults, serverless));
        endpoint._accepting = endpoint.AcceptAsync();
        return endpoint;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_clients.Keys).ConfigureAwait(false);
        _listener.Dispose();
        _certificate.Dispose();
        _lifetime.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_lifetime.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptSocketAsync(_lifetime.Token).ConfigureAwait(false);
                var client = ServeAsync(socket);
                _clients.TryAdd(client, 0);
                _ = client.ContinueWith(done => _clients.TryRemove(done, out _), TaskScheduler.Default);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that gave up before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            stream = await TalkAsync(stream).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or the endpoint is stopping.
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<Stream> TalkAsync(Stream stream)
    {
        var reader = new MessageReader(stream);
        var writer = new MessageWriter(stream);
        try
        {
            while (await reader.ReadUntypedAsync(_lifetime.Token).ConfigureAwait(false) is { } packet)
            {
                int code = new BodyReader(packet.Span).Int32();
                if (code == SslRequest)
                {
                    if (reader.HasLeftover) throw new ProtocolException("received unencrypted data after SSL request");
                    await stream.WriteAsync("S"u8.ToArray(), _lifetime.Token).ConfigureAwait(false);
                    var encrypted = new SslStream(stream);
                    await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _lifetime.Token).ConfigureAwait(false);
                    (stream, reader, writer) = (encrypted, new MessageReader(encrypted), new MessageWriter(encrypted));
                }
                else if (code == GssEncryptionRequest)
                {
                    await stream.WriteAsync("N"u8.ToArray(), _lifetime.Token).ConfigureAwait(false);
                }
                else if (code == CancelRequest)
                {
                    await CancelAsync(packet).ConfigureAwait(false);
                    return stream;
                }
                else
                {
                    await LogInAndServeAsync(code, packet, reader, writer).ConfigureAwait(false);
                    return stream;
                }
            }
        }
        catch (BackendException error)
        {
            await RefuseAsync(writer, ErrorFields.From(error)).ConfigureAwait(false);
        }
        catch (ProtocolException error)
        {
            await RefuseAsync(writer, new ErrorFields { SqlState = "08P01", Message = error.Message }).ConfigureAwait(false);
        }
        catch (System.Security.Authentication.AuthenticationException)
        {
            // The client didn't like our certificate; it knows why.
        }
        return stream;
    }

    private async Task LogInAndServeAsync(int version, ReadOnlyMemory<byte> packet, MessageReader reader, MessageWriter writer)
    {
        if (version >> 16 != 3) throw new BackendException("0A000", $"unsupported frontend protocol {version >> 16}.{version & 0xFFFF}: server supports 1.0 to 3.0");
        var session = await _login.LogInAsync(StartupPacket.Parse(packet.Span[4..]), reader, writer, _lifetime.Token).ConfigureAwait(false);
        if (session is null) return;
        _sessions[session.ProcessId] = session;
        try
        {
            await session.ServeAsync().ConfigureAwait(false);
        }
        finally
        {
            _sessions.TryRemove(session.ProcessId, out _);
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task CancelAsync(ReadOnlyMemory<byte> packet)
    {
        var (processId, secret) = ReadKey(packet.Span[4..]);
        if (_sessions.TryGetValue(processId, out var session) && session.Secret == secret) await session.CancelAsync().ConfigureAwait(false);
    }

    private static (int ProcessId, int Secret) ReadKey(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        return (reader.Int32(), reader.Int32());
    }

    private async Task RefuseAsync(MessageWriter writer, ErrorFields fields)
    {
        (fields with { Severity = "FATAL" }).Write(writer, 'E');
        await writer.FlushAsync(_lifetime.Token).ConfigureAwait(false);
    }
}
