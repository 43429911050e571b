using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>A socket to a PostgreSQL server with the framing of protocol 3.0. Blocking on purpose: one thread that waits in the kernel costs a
/// fraction of the asynchronous path's CPU, whose thread pool spins between the small packets of a COPY (bench/README.md has the figures).</summary>
internal sealed class WireConnection : IDisposable
{
    /// <summary>Bytes asked of the socket at once.</summary>
    private const int BufferBytes = 256 * 1024;

    /// <summary>No message that the protocol allows is longer.</summary>
    private const int MessageLimit = 0x4000_0000;

    private readonly Socket _socket;
    private readonly EndPoint _address;
    private SslStream? _tls;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int _start;
    private int _end;

    private WireConnection(Socket socket, EndPoint address)
    {
        _socket = socket;
        _address = address;
    }

    /// <summary>Where it is connected to, for a second connection that cancels the query.</summary>
    public EndPoint Address => _address;

    /// <summary>Whether the bytes are encrypted.</summary>
    public bool IsEncrypted => _tls is not null;

    /// <summary>Whether it is a socket on this machine that TLS is not made for.</summary>
    public bool IsLocal => _address is UnixDomainSocketEndPoint;

    /// <summary>The addresses of a host: all of its IP addresses, or the Unix socket in a folder.</summary>
    /// <exception cref="SocketException">The name is not known.</exception>
    public static EndPoint[] Resolve(string host, int port, CancellationToken cancel) => host.StartsWith('/') || host.StartsWith('@')
        ? [new UnixDomainSocketEndPoint($"{(host[0] == '@' ? $"\0{host[1..]}" : host)}/.s.PGSQL.{port}")]
        : Dns.GetHostAddressesAsync(host, cancel).GetAwaiter().GetResult().Select(address => (EndPoint)new IPEndPoint(address, port)).ToArray();

    /// <summary>Connects.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="timeout">For the connect, and for each answer until <see cref="WaitForever"/>.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    public static WireConnection Connect(EndPoint address, TimeSpan timeout, CancellationToken cancel)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, address is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            // Not socket.Blocking = false and a poll: what was non-blocking once stays so inside .NET, and reads would pay for it.
            socket.SendTimeout = socket.ReceiveTimeout = (int)timeout.TotalMilliseconds;
            using (cancel.Register(socket.Dispose))
            {
                socket.Connect(address);
            }

            if (address is not UnixDomainSocketEndPoint)
            {
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            }

            return new WireConnection(socket, address);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>From now on an answer may take as long as it takes: a query may think for hours.</summary>
    public void WaitForever() => _socket.SendTimeout = _socket.ReceiveTimeout = 0;

    /// <summary>Asks the server for TLS and begins it.</summary>
    /// <param name="options">The target's name and how certificates are checked.</param>
    /// <returns>False when the server does not do TLS; the connection then goes on in clear text.</returns>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The certificate was refused.</exception>
    public bool TryEncrypt(SslClientAuthenticationOptions options)
    {
        const int SslRequest = 80877103;
        Send(new WireWriter().Int32(SslRequest));
        Span<byte> answer = stackalloc byte[1];
        // One byte and no more: bytes behind it would be in clear text, put there by somebody in between.
        if (_socket.Receive(answer) != 1)
        {
            throw new EndOfStreamException("The server closed the connection.");
        }

        if (answer[0] != 'S')
        {
            return false;
        }

        _tls = new SslStream(new NetworkStream(_socket, ownsSocket: false), leaveInnerStreamOpen: false);
        _tls.AuthenticateAsClient(options);
        return true;
    }

    /// <summary>Sends messages.</summary>
    public void Send(params ReadOnlySpan<WireWriter> messages)
    {
        foreach (WireWriter message in messages)
        {
            byte[] bytes = message.ToArray();
            if (_tls is not null)
            {
                _tls.Write(bytes);
            }
            else
            {
                for (int sent = 0; sent < bytes.Length;)
                {
                    sent += _socket.Send(bytes.AsSpan(sent));
                }
            }
        }
    }

    /// <summary>Reads the next message's type and length of body.</summary>
    public char ReadHeader(out int length)
    {
        Ensure(5);
        char type = (char)_buffer[_start];
        length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + 1)) - 4;
        _start += 5;
        return length is >= 0 and < MessageLimit
            ? type
            : throw new InvalidDataException("What the server sent is not PostgreSQL's protocol.");
    }

    /// <summary>Reads the body of a message; it is valid until the next read.</summary>
    public ReadOnlySpan<byte> ReadBody(int length)
    {
        Ensure(length);
        _start += length;
        return _buffer.AsSpan(_start - length, length);
    }

    /// <summary>Copies the bodies of the CopyData messages that have come; waits only when there is none. Stops at any other message.</summary>
    /// <param name="target">Where to; filled as far as there are bytes.</param>
    /// <param name="rest">Bytes of the current message that are still to come; kept by the caller.</param>
    /// <returns>The bytes copied: 0 when the next message is another one.</returns>
    public int ReadCopyData(Span<byte> target, ref int rest)
    {
        int copied = 0;
        while (copied < target.Length)
        {
            int available = _end - _start;
            if (rest == 0)
            {
                if (available < 5)
                {
                    if (copied > 0)
                    {
                        return copied;
                    }

                    Ensure(5);
                    continue;
                }

                if (_buffer[_start] != (byte)'d')
                {
                    return copied;
                }

                ReadHeader(out rest);
                available -= 5;
            }

            if (available == 0)
            {
                if (copied > 0)
                {
                    return copied;
                }

                Ensure(1);
                continue;
            }

            int length = Math.Min(Math.Min(rest, available), target.Length - copied);
            _buffer.AsSpan(_start, length).CopyTo(target[copied..]);
            _start += length;
            rest -= length;
            copied += length;
        }

        return copied;
    }

    /// <summary>Ends the connection under whoever waits on it; may be called from any thread.</summary>
    public void Abort()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already, which is what was wanted.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tls?.Dispose();
        _socket.Dispose();
    }

    private void Ensure(int bytes)
    {
        if (_end - _start >= bytes)
        {
            return;
        }

        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (bytes > _buffer.Length)
        {
            Array.Resize(ref _buffer, bytes);
        }

        while (_end < bytes)
        {
            int read = _tls is null ? _socket.Receive(_buffer.AsSpan(_end)) : _tls.Read(_buffer, _end, _buffer.Length - _end);
            _end += read > 0 ? read : throw new EndOfStreamException("The server closed the connection.");
        }
    }
}
