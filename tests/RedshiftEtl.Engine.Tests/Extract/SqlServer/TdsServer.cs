using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Tests.Extract.SqlServer;

/// <summary>Answers a real SqlClient as SQL Server does on the wire ([MS-TDS]), with results that a test scripts: SQL Server itself runs in few places where tests do.</summary>
internal sealed class TdsServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, TdsTokens> _answer;
    private readonly TaskCompletionSource _isAttention = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _requests = [];

    /// <summary>Starts it.</summary>
    /// <param name="answer">The answer to a query. One that does not end is sent over and over, until the client asks to stop.</param>
    public TdsServer(Func<string, TdsTokens> answer)
    {
        _answer = answer;
        _listener.Start();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    /// <summary>A connection to it.</summary>
    public SqlServerConnection Connection => new()
    {
        Name = "crm",
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        Database = "sales",
        Username = "etl",
        Password = Secret.Of("s3cr3t-marker"),
        Encrypt = "Optional",
    };

    /// <summary>Whether the database allows snapshot isolation.</summary>
    public bool AllowsSnapshot { get; init; } = true;

    /// <summary>Whether each statement sees a snapshot.</summary>
    public bool HasStatementSnapshots { get; init; }

    /// <summary>Ends when the client has asked to stop a query.</summary>
    public Task Attention => _isAttention.Task;

    /// <summary>What the client has asked for, in order.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public void Dispose() => _listener.Stop();

    private void Serve()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.AcceptSocket();
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // The test is over, and the listener with it.
            return;
        }
    }

    private void Serve(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            while (Read(stream) is var (type, body))
            {
                Answer(stream, socket, type, body);
            }
        }
        catch (IOException)
        {
            // The client has closed its connection.
            return;
        }
    }

    private void Answer(NetworkStream stream, Socket socket, byte type, byte[] body)
    {
        switch (type)
        {
            case 0x12:
                // Version 16, no encryption.
                Write(stream, [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 16, 0, 0x0F, 0xA0, 0, 0, 2]);
                break;
            case 0x10:
                Note("login");
                Write(stream, new TdsTokens().LoginAck().Done(0).Bytes);
                break;
            case 0x0E:
                bool begins = body[BinaryPrimitives.ReadInt32LittleEndian(body)] == 5;
                Note(begins ? $"begin {body[BinaryPrimitives.ReadInt32LittleEndian(body) + 2]}" : "rollback");
                Write(stream, new TdsTokens().Transaction((byte)(begins ? 8 : 10)).Done(0).Bytes);
                break;
            case 0x06:
                Write(stream, new TdsTokens().Done(0x20).Bytes);
                break;
            default:
                string text = Encoding.Unicode.GetString(body, BinaryPrimitives.ReadInt32LittleEndian(body), body.Length - BinaryPrimitives.ReadInt32LittleEndian(body));
                if (text.Contains("sys.databases", StringComparison.Ordinal))
                {
                    Write(stream, SnapshotState().Bytes);
                    break;
                }

                Note(text);
                TdsTokens answer = _answer(text);
                if (!EndsWithDone(answer))
                {
                    Repeat(stream, socket, answer);
                    break;
                }

                Write(stream, answer.Bytes);
                break;
        }
    }

    /// <summary>Sends the columns once and rows until the client's attention comes.</summary>
    private void Repeat(NetworkStream stream, Socket socket, TdsTokens answer)
    {
        byte[] row = new TdsTokens().Row(TdsTokens.Value(TdsTokens.Int(7))).Bytes;
        byte[] packet = [.. answer.Bytes, .. Enumerable.Repeat(row, 500).SelectMany(bytes => bytes)];
        byte id = 1;
        while (socket.Available == 0)
        {
            WritePacket(stream, packet, 0, id++);
            packet = [.. Enumerable.Repeat(row, 500).SelectMany(bytes => bytes)];
        }

        Assert.Equal(6, Read(stream)!.Value.Type);
        _isAttention.SetResult();
        WritePacket(stream, new TdsTokens().Done(0x20).Bytes, 1, id);
    }

    private TdsTokens SnapshotState() => new TdsTokens()
        .Columns(new TdsColumn("name", [0xE7, 0, 1, .. TdsTokens.Collation]), new TdsColumn("s", [0x26, 1]), new TdsColumn("r", [0x68, 1]))
        .Row(TdsTokens.LongValue(Encoding.Unicode.GetBytes("sales")), TdsTokens.Value((byte)(AllowsSnapshot ? 1 : 0)), TdsTokens.Value((byte)(HasStatementSnapshots ? 1 : 0)))
        .Done();

    private static bool EndsWithDone(TdsTokens answer) => answer.Bytes is { Length: > 13 } bytes && bytes[^13] == 0xFD;

    private void Note(string request)
    {
        lock (_requests)
        {
            _requests.Add(request);
        }
    }

    /// <summary>One message of the client: type and body of all its packets.</summary>
    private static (byte Type, byte[] Body)? Read(NetworkStream stream)
    {
        var body = new List<byte>();
        byte[] header = new byte[8];
        do
        {
            if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            {
                return null;
            }

            byte[] packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - header.Length];
            stream.ReadExactly(packet);
            body.AddRange(packet);
        }
        while ((header[1] & 1) == 0);
        return (header[0], [.. body]);
    }

    /// <summary>One message of the server, in packets of the size that clients begin with.</summary>
    private static void Write(NetworkStream stream, byte[] body)
    {
        const int Room = 4096 - 8;
        byte id = 1;
        for (int start = 0; start < body.Length; start += Room)
        {
            int length = Math.Min(Room, body.Length - start);
            WritePacket(stream, body.AsSpan(start, length).ToArray(), (byte)(start + length == body.Length ? 1 : 0), id++);
        }
    }

    private static void WritePacket(NetworkStream stream, byte[] body, byte status, byte id)
    {
        byte[] packet = [4, status, 0, 0, 0, 51, id, 0, .. body];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        stream.Write(packet);
    }
}
