using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using RedshiftEtl.Sandbox.S3.Signing;

namespace RedshiftEtl.Sandbox.Tests.S3;

/// <summary>Requests made by hand, right but for one thing.</summary>
public sealed class RawRequestTests
{
    private const string Trailing = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private const string Chunked = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string UnsignedTrailing = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    private const string HelloCrc32C = "mnG7TA==";
    private const string HelloCrc64 = "M3eFcAZSQlc=";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A request that signs itself.</summary>
    private sealed class Raw(RunningS3 s3, string method, string path)
    {
        public SortedDictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

        public DateTime Time { get; init; } = DateTime.UtcNow;

        public string Query { get; init; } = "";

        public Func<ChunkSigner, byte[]> Body { get; set; } = _ => [];

        /// <summary>Changes the request after it was signed.</summary>
        public Action<SortedDictionary<string, string>>? Tamper { get; init; }

        public int? CutBodyAt { get; init; }

        public async Task<string> SendAsync()
        {
            var address = new Uri(s3.ServiceUrl);
            string time = Time.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            Headers["host"] = address.Authority;
            Headers["x-amz-date"] = time;
            Headers.TryAdd("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
            string names = string.Join(';', Headers.Keys);
            string canonical = $"{method}\n{path}\n{Query}\n{string.Concat(Headers.Select(h => $"{h.Key}:{h.Value}\n"))}\n{names}\n{Headers["x-amz-content-sha256"]}";
            string scope = $"{time[..8]}/us-east-1/s3/aws4_request";
            byte[] key = SigningKey.Derive(RunningS3.Keys.SecretKey, time[..8], "us-east-1", "s3");
            string signature = SigningKey.Sign(key, $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{SigningKey.Hash(canonical)}");
            byte[] body = Body(new ChunkSigner(key, time, scope, signature));
            Headers["authorization"] = $"AWS4-HMAC-SHA256 Credential={RunningS3.Keys.AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}";
            Headers["content-length"] = body.Length.ToString(CultureInfo.InvariantCulture);
            Headers["connection"] = "close";
            Tamper?.Invoke(Headers);

            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, Cancel);
            NetworkStream stream = client.GetStream();
            string head = $"{method} {path}{(Query == "" ? "" : "?" + Query)} HTTP/1.1\r\n{string.Concat(Headers.Select(h => $"{h.Key}: {h.Value}\r\n"))}\r\n";
            await stream.WriteAsync(Encoding.UTF8.GetBytes(head), Cancel);
            await stream.WriteAsync(body.AsMemory(0, CutBodyAt ?? body.Length), Cancel);
            if (CutBodyAt is not null) client.Client.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream);
            try
            {
                return await reader.ReadToEndAsync(Cancel);
            }
            catch (IOException) when (CutBodyAt is not null)
            {
                return ""; // the server has noticed
            }
        }
    }

    private static byte[] Chunk(ChunkSigner signer, string text, string? signature = null)
    {
        signature ??= signer.SignChunk(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
        string end = text == "" ? "" : text + "\r\n";
        return Encoding.UTF8.GetBytes($"{text.Length:x};chunk-signature={signature}\r\n{end}");
    }

    private static Raw Put(RunningS3 s3, string payload) =>
        new(s3, "PUT", "/lake/k") { Headers = { ["x-amz-content-sha256"] = payload, ["x-amz-decoded-content-length"] = "5" } };

    [Fact]
    public async Task Keys_of_dots_and_slashes_are_taken_as_they_are()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        foreach (string path in new[] { "/lake/../x", "/lake//a", "/lake/a/./b/", "/lake/%E2%82%AC%2B" })
            Assert.StartsWith("HTTP/1.1 200", await new Raw(s3, "PUT", path) { Body = _ => "x"u8.ToArray() }.SendAsync(), StringComparison.Ordinal);
        Assert.Equal(["../x", "/a", "a/./b/", "€+"], s3.Store.List("lake", "").Select(o => o.Key));
    }

    [Fact]
    public async Task A_signed_chunked_body_is_taken_apart()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        Raw put = Put(s3, Chunked);
        put.Body = signer => [.. Chunk(signer, "hel"), .. Chunk(signer, "lo"), .. Chunk(signer, ""), .. "\r\n"u8];
        Assert.StartsWith("HTTP/1.1 200", await put.SendAsync(), StringComparison.Ordinal);
        Assert.Equal("hello", await File.ReadAllTextAsync(s3.Store.Find("lake", "k")!.Path, Cancel));
    }

    [Theory]
    [InlineData("x-amz-checksum-crc32c", HelloCrc32C, true, "HTTP/1.1 200")]
    [InlineData("x-amz-checksum-crc32c", "AAAAAA==", true, "BadDigest")]
    [InlineData("x-amz-checksum-crc64nvme", HelloCrc64, true, "HTTP/1.1 200")]
    [InlineData("x-amz-checksum-crc32c", HelloCrc32C, false, "SignatureDoesNotMatch")]
    public async Task A_signed_trailer_is_checked(string header, string value, bool trustworthy, string expected)
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        Raw put = Put(s3, Trailing);
        put.Headers["x-amz-trailer"] = header;
        put.Body = signer =>
        {
            byte[] chunks = [.. Chunk(signer, "hello"), .. Chunk(signer, "")];
            string signature = trustworthy ? signer.SignTrailer($"{header}:{value}\n") : new string('0', 64);
            return [.. chunks, .. Encoding.UTF8.GetBytes($"{header}:{value}\r\nx-amz-trailer-signature:{signature}\r\n\r\n")];
        };
        Assert.Contains(expected, await put.SendAsync(), StringComparison.Ordinal);
        Assert.Equal(expected.StartsWith("HTTP", StringComparison.Ordinal), s3.Store.Find("lake", "k") is not null);
        Assert.Empty(s3.Leftovers);
    }

    [Theory]
    [InlineData("5\r\nhello\r\n0\r\nx-amz-checksum-crc32c:mnG7TA==\r\n\r\n", "HTTP/1.1 200")]
    [InlineData("5\r\nhello\r\n0\r\nx-amz-checksum-crc32c:AAAAAA==\r\n\r\n", "BadDigest")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError")]
    [InlineData("4\r\nhell\r\n0\r\nx-amz-checksum-crc32c:mnG7TA==\r\n\r\n", "IncompleteBody")]
    [InlineData("xyz\r\nhello\r\n0\r\n\r\n", "InvalidChunkSizeError")]
    [InlineData("5\r\nhelloworld\r\n0\r\n\r\n", "IncompleteBody")]
    [InlineData("5\r\nhel", "IncompleteBody")]
    public async Task An_unsigned_chunked_body_is_checked(string body, string expected)
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        Raw put = Put(s3, UnsignedTrailing);
        put.Headers["x-amz-trailer"] = "x-amz-checksum-crc32c";
        put.Body = _ => Encoding.UTF8.GetBytes(body);
        Assert.Contains(expected, await put.SendAsync(), StringComparison.Ordinal);
        Assert.Empty(s3.Leftovers);
    }

    [Fact]
    public async Task A_broken_chunk_signature_is_refused()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        Raw put = Put(s3, Chunked);
        put.Body = signer => [.. Chunk(signer, "hello", new string('a', 64)), .. Chunk(signer, ""), .. "\r\n"u8];
        Assert.Contains("SignatureDoesNotMatch", await put.SendAsync(), StringComparison.Ordinal);
        Assert.Empty(s3.Store.List("lake", ""));
        Assert.Empty(s3.Leftovers);
    }

    [Fact]
    public async Task A_body_other_than_the_signed_one_is_refused()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        var put = new Raw(s3, "PUT", "/lake/k") { Headers = { ["x-amz-content-sha256"] = SigningKey.Hash("hello") }, Body = _ => "hellO"u8.ToArray() };
        Assert.Contains("XAmzContentSHA256Mismatch", await put.SendAsync(), StringComparison.Ordinal);
        Assert.Empty(s3.Leftovers);
    }

    [Fact]
    public async Task A_cut_upload_leaves_nothing()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        await new Raw(s3, "PUT", "/lake/k") { Body = _ => new byte[2_000_000], CutBodyAt = 1_500_000 }.SendAsync();
        await s3.CleanAsync();
        Assert.Null(s3.Store.Find("lake", "k"));
    }

    [Fact]
    public async Task Old_requests_and_unsigned_headers_are_refused()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        Assert.Contains("RequestTimeTooSkewed", await new Raw(s3, "GET", "/lake/k") { Time = DateTime.UtcNow.AddMinutes(-16) }.SendAsync(), StringComparison.Ordinal);
        Assert.Contains("HeadersNotSigned", await new Raw(s3, "PUT", "/lake/k") { Tamper = h => h["x-amz-storage-class"] = "GLACIER" }.SendAsync(), StringComparison.Ordinal);
        Assert.Contains("SignatureDoesNotMatch", await new Raw(s3, "GET", "/lake/k") { Tamper = h => h["x-amz-date"] = h["x-amz-date"][..^2] + "0Z" , Time = DateTime.UtcNow.Date.AddHours(DateTime.UtcNow.Hour).AddMinutes(DateTime.UtcNow.Minute).AddSeconds(7) }.SendAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_document_is_malformed()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        var delete = new Raw(s3, "POST", "/lake") { Query = "delete=", Headers = { ["content-md5"] = "XUFAKrxLKna5cZ2REBfFkg==" }, Body = _ => "hello"u8.ToArray() };
        Assert.Contains("MalformedXML", await delete.SendAsync(), StringComparison.Ordinal);
        Assert.Contains("MethodNotAllowed", await new Raw(s3, "POST", "/lake/k").SendAsync(), StringComparison.Ordinal);
        Assert.Contains("NotImplemented", await new Raw(s3, "GET", "/lake") { Query = "acl=" }.SendAsync(), StringComparison.Ordinal);
    }
}
