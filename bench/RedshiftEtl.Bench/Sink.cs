using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedshiftEtl.Bench;

/// <summary>An HTTP server that answers like S3 and throws away what it gets: what remains is the uploader's own cost.</summary>
internal static class Sink
{
    /// <summary>Serves until standard input ends; prints its address first.</summary>
    public static void Serve()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        new Thread(() =>
        {
            while (true)
            {
                Socket socket = listener.AcceptSocket();
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        })
        { IsBackground = true }.Start();
        Console.In.ReadToEnd();
    }

    private static void Serve(Socket socket)
    {
        try
        {
            using (socket)
            {
                Answer(socket);
            }
        }
        catch (SocketException)
        {
            // The uploader has ended; so does its connection.
            return;
        }
    }

    private static void Answer(Socket socket)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        int length = 0;
        long objectLength = 0;
        while (true)
        {
            int end;
            while ((end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
            {
                int read = socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
                if (read == 0)
                {
                    return;
                }

                length += read;
            }

            string head = Encoding.ASCII.GetString(buffer, 0, end);
            long body = Number(head, "Content-Length:");
            long decoded = Number(head, "x-amz-decoded-content-length:");
            long rest = body - (length - end - 4);
            if (head.Contains("100-continue", StringComparison.OrdinalIgnoreCase))
            {
                socket.Send("HTTP/1.1 100 Continue\r\n\r\n"u8);
            }

            while (rest > 0)
            {
                rest -= socket.Receive(buffer, 0, (int)Math.Min(rest, buffer.Length), SocketFlags.None);
            }

            length = 0;
            string line = head[..head.IndexOf("\r\n", StringComparison.Ordinal)];
            string xml = line.StartsWith("POST", StringComparison.Ordinal)
                ? line.Contains("uploadId", StringComparison.Ordinal)
                    ? "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>"
                    : "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
                : line.StartsWith("GET", StringComparison.Ordinal) ? "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>" : "";
            if (line.StartsWith("POST", StringComparison.Ordinal) && line.Contains("?uploads", StringComparison.Ordinal))
            {
                Interlocked.Exchange(ref s_received, 0);
            }

            if (line.StartsWith("PUT", StringComparison.Ordinal))
            {
                Interlocked.Add(ref s_received, decoded > 0 ? decoded : body);
            }

            objectLength = line.StartsWith("HEAD", StringComparison.Ordinal) ? Interlocked.Read(ref s_received) : xml.Length;
            socket.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: {objectLength}\r\n\r\n{(line.StartsWith("HEAD", StringComparison.Ordinal) ? "" : xml)}")));
        }
    }

    private static long s_received;

    private static long Number(string head, string name)
    {
        int at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return 0;
        }

        int end = head.IndexOf('\r', at);
        return long.Parse((end < 0 ? head[(at + name.Length)..] : head[(at + name.Length)..end]).Trim(), CultureInfo.InvariantCulture);
    }
}
