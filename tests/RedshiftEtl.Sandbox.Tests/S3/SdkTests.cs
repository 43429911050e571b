using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace RedshiftEtl.Sandbox.Tests.S3;

/// <summary>Amazon's own client against the S3 endpoint.</summary>
[SuppressMessage("Security", "CA5351", Justification = "S3's entity tags are MD5.")]
public sealed class SdkTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<byte[]> ReadAsync(AmazonS3Client client, string key, string? range = null)
    {
        var request = new GetObjectRequest { BucketName = "lake", Key = key };
        if (range is not null) request.ByteRange = new ByteRange(range);
        using GetObjectResponse response = await client.GetObjectAsync(request, Cancel);
        using var bytes = new MemoryStream();
        await response.ResponseStream.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    public static TheoryData<string?, RequestChecksumCalculation, bool> Uploads
    {
        get
        {
            var data = new TheoryData<string?, RequestChecksumCalculation, bool>();
            foreach (string? algorithm in new[] { null, "CRC32", "SHA1", "SHA256" })
                foreach (RequestChecksumCalculation calculation in new[] { RequestChecksumCalculation.WHEN_SUPPORTED, RequestChecksumCalculation.WHEN_REQUIRED })
                    foreach (bool chunked in new[] { true, false })
                        data.Add(algorithm, calculation, chunked);
            return data;
        }
    }

    [Theory, MemberData(nameof(Uploads))]
    public async Task A_put_object_comes_back(string? algorithm, RequestChecksumCalculation calculation, bool chunked)
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client(c => c.RequestChecksumCalculation = calculation);
        byte[] bytes = RandomNumberGenerator.GetBytes(300_001);
        var put = new PutObjectRequest { BucketName = "lake", Key = "a/b.csv", InputStream = new MemoryStream(bytes), UseChunkEncoding = chunked };
        if (algorithm is not null) put.ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm);
        PutObjectResponse response = await client.PutObjectAsync(put, Cancel);
        Assert.Equal($"\"{Convert.ToHexStringLower(MD5.HashData(bytes))}\"", response.ETag);
        Assert.Equal(bytes, await ReadAsync(client, "a/b.csv"));
        Assert.Equal(bytes[100..201], await ReadAsync(client, "a/b.csv", "bytes=100-200"));
        Assert.Equal(bytes[^5..], await ReadAsync(client, "a/b.csv", "bytes=-5"));
        Assert.Empty(s3.Leftovers);
        string? kept = s3.Store.Find("lake", "a/b.csv")!.Attributes.Checksum?.Algorithm;
        // The client sends no checksum that isn't required, not even one that was chosen; S3 then computes its own.
        string expected = calculation == RequestChecksumCalculation.WHEN_SUPPORTED ? algorithm ?? "crc32" : "crc64nvme";
        Assert.Equal(expected, kept, ignoreCase: true);
    }

    [Fact]
    public async Task A_checksum_or_digest_that_is_wrong_is_refused()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        var wrongCrc = new PutObjectRequest { BucketName = "lake", Key = "k", ContentBody = "hello", ChecksumCRC32 = "AAAAAA==" };
        Assert.Equal("BadDigest", (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.PutObjectAsync(wrongCrc, Cancel))).ErrorCode);
        var wrongMd5 = new PutObjectRequest { BucketName = "lake", Key = "k", ContentBody = "hello", MD5Digest = Convert.ToBase64String(new byte[16]) };
        Assert.Equal("BadDigest", (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.PutObjectAsync(wrongMd5, Cancel))).ErrorCode);
        Assert.Null(s3.Store.Find("lake", "k"));
        Assert.Empty(s3.Leftovers);
    }

    [Fact]
    public async Task Conditional_writes_hold()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        Task<PutObjectResponse> Put(string body, string? none = null, string? match = null) =>
            client.PutObjectAsync(new PutObjectRequest { BucketName = "lake", Key = "k", ContentBody = body, IfNoneMatch = none, IfMatch = match }, Cancel);
        PutObjectResponse first = await Put("one", none: "*");
        AmazonS3Exception refused = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => Put("two", none: "*"));
        Assert.Equal(("PreconditionFailed", HttpStatusCode.PreconditionFailed), (refused.ErrorCode, refused.StatusCode));
        await Put("three", match: first.ETag);
        Assert.Equal("PreconditionFailed", (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => Put("four", match: first.ETag))).ErrorCode);
        Assert.Equal("three"u8.ToArray(), await ReadAsync(client, "k"));
    }

    [Fact]
    public async Task Headers_metadata_encryption_and_tags_are_echoed()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        var put = new PutObjectRequest
        {
            BucketName = "lake", Key = "k", ContentBody = "x", ContentType = "text/csv", StorageClass = S3StorageClass.StandardInfrequentAccess,
            ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS, ServerSideEncryptionKeyManagementServiceKeyId = "arn:aws:kms:us-east-1:1:key/k",
            TagSet = [new Tag { Key = "team", Value = "a b" }],
        };
        put.Metadata["run"] = "42";
        PutObjectResponse stored = await client.PutObjectAsync(put, Cancel);
        Assert.Equal("arn:aws:kms:us-east-1:1:key/k", stored.ServerSideEncryptionKeyManagementServiceKeyId);
        GetObjectMetadataResponse head = await client.GetObjectMetadataAsync("lake", "k", Cancel);
        Assert.Equal(("text/csv", "42"), (head.Headers.ContentType, head.Metadata["run"]));
        Assert.Equal((ServerSideEncryptionMethod.AWSKMS, S3StorageClass.StandardInfrequentAccess), (head.ServerSideEncryptionMethod, head.StorageClass));
        GetObjectTaggingResponse tags = await client.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = "lake", Key = "k" }, Cancel);
        Assert.Equal(("team", "a b"), (tags.Tagging.Single().Key, tags.Tagging.Single().Value));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("CRC32", null)]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("SHA256", null)]
    public async Task A_multipart_upload_becomes_one_object(string? algorithm, string? type)
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        byte[][] parts = [RandomNumberGenerator.GetBytes(5 * 1024 * 1024), RandomNumberGenerator.GetBytes(5 * 1024 * 1024 + 7), RandomNumberGenerator.GetBytes(11)];
        var begin = new InitiateMultipartUploadRequest { BucketName = "lake", Key = "big" };
        if (algorithm is not null) begin.ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm);
        if (type is not null) begin.ChecksumType = ChecksumType.FindValue(type);
        string id = (await client.InitiateMultipartUploadAsync(begin, Cancel)).UploadId;
        var done = new CompleteMultipartUploadRequest { BucketName = "lake", Key = "big", UploadId = id, PartETags = [] };
        for (int i = 0; i < parts.Length; i++)
        {
            var part = new UploadPartRequest { BucketName = "lake", Key = "big", UploadId = id, PartNumber = i + 1, InputStream = new MemoryStream(parts[i]) };
            if (algorithm is not null) part.ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm);
            UploadPartResponse uploaded = await client.UploadPartAsync(part, Cancel);
            done.PartETags.Add(new PartETag(uploaded) { ChecksumCRC32 = uploaded.ChecksumCRC32, ChecksumSHA256 = uploaded.ChecksumSHA256 });
        }
        ListPartsResponse listed = await client.ListPartsAsync("lake", "big", id, Cancel);
        Assert.Equal(parts.Select(p => (long?)p.Length), listed.Parts.Select(p => p.Size));
        if (type is not null) done.ChecksumType = ChecksumType.FindValue(type);
        CompleteMultipartUploadResponse completed = await client.CompleteMultipartUploadAsync(done, Cancel);
        string etag = Convert.ToHexStringLower(MD5.HashData([.. parts.SelectMany(MD5.HashData)]));
        Assert.Equal($"\"{etag}-3\"", completed.ETag);
        byte[] all = [.. parts.SelectMany(p => p)];
        Assert.Equal(all, await ReadAsync(client, "big"));
        if (algorithm == "SHA256")
            Assert.Equal(Convert.ToBase64String(SHA256.HashData([.. parts.SelectMany(SHA256.HashData)])) + "-3", completed.ChecksumSHA256);
        Assert.Empty((await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = "lake" }, Cancel)).MultipartUploads ?? []);
        Assert.Empty(s3.Leftovers);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(s3.Store.Folder, "uploads")));
    }

    [Fact]
    public async Task Multipart_mistakes_are_refused_and_an_abort_leaves_nothing()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        string id = (await client.InitiateMultipartUploadAsync("lake", "k", Cancel)).UploadId;
        var etags = new List<PartETag>();
        for (int i = 1; i <= 2; i++)
        {
            var part = new UploadPartRequest { BucketName = "lake", Key = "k", UploadId = id, PartNumber = i, InputStream = new MemoryStream([1, 2, 3]) };
            etags.Add(new PartETag(await client.UploadPartAsync(part, Cancel)));
        }
        async Task<string> Complete(params PartETag[] parts) => (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = "lake", Key = "k", UploadId = id, PartETags = [.. parts] }, Cancel))).ErrorCode;
        Assert.Equal("EntityTooSmall", await Complete(etags[0], etags[1]));
        Assert.Equal("InvalidPart", await Complete(new PartETag(1, "00000000000000000000000000000000")));
        Assert.Equal("InvalidPart", await Complete(etags[0], new PartETag(3, etags[0].ETag)));
        await client.AbortMultipartUploadAsync("lake", "k", id, Cancel);
        Assert.Equal("NoSuchUpload", await Complete(etags[0]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(s3.Store.Folder, "uploads")));
    }

    [Fact]
    public async Task Parts_can_be_copied_and_objects_too()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        var put = new PutObjectRequest { BucketName = "lake", Key = "quelle ä+b", ContentBody = "0123456789" };
        put.Metadata["run"] = "42";
        await client.PutObjectAsync(put, Cancel);
        await client.CopyObjectAsync("lake", "quelle ä+b", "lake", "copy", Cancel);
        Assert.Equal("0123456789"u8.ToArray(), await ReadAsync(client, "copy"));
        Assert.Equal("42", (await client.GetObjectMetadataAsync("lake", "copy", Cancel)).Metadata["run"]);
        Assert.Equal("InvalidRequest", (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.CopyObjectAsync("lake", "copy", "lake", "copy", Cancel))).ErrorCode);

        string id = (await client.InitiateMultipartUploadAsync("lake", "joined", Cancel)).UploadId;
        CopyPartResponse part = await client.CopyPartAsync(new CopyPartRequest
        {
            SourceBucket = "lake", SourceKey = "copy", DestinationBucket = "lake", DestinationKey = "joined", UploadId = id, PartNumber = 1, FirstByte = 2, LastByte = 4,
        }, Cancel);
        await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = "lake", Key = "joined", UploadId = id, PartETags = [new PartETag(1, part.ETag)] }, Cancel);
        Assert.Equal("234"u8.ToArray(), await ReadAsync(client, "joined"));
    }

    [Fact]
    public async Task TransferUtility_uploads_and_downloads()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        using var transfer = new TransferUtility(client);
        byte[] bytes = RandomNumberGenerator.GetBytes(20 * 1024 * 1024 + 3);
        string file = Path.Combine(s3.Store.Folder, "local.bin");
        await File.WriteAllBytesAsync(file, bytes, Cancel);
        await transfer.UploadAsync(file, "lake", "t", Cancel);
        await transfer.DownloadAsync(file + ".back", "lake", "t", Cancel);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file + ".back", Cancel));
    }

    [Fact]
    public async Task Presigned_urls_work_until_they_are_changed()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        using var http = new HttpClient();
        string Url(HttpVerb verb) => client.GetPreSignedURL(new GetPreSignedUrlRequest
        {
            BucketName = "lake", Key = "a b/ü.csv", Verb = verb, Expires = DateTime.UtcNow.AddMinutes(5), Protocol = Protocol.HTTP,
        });
        using var content = new ByteArrayContent([1, 2, 3]);
        using HttpResponseMessage put = await http.PutAsync(new Uri(Url(HttpVerb.PUT)), content, Cancel);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal([1, 2, 3], await http.GetByteArrayAsync(new Uri(Url(HttpVerb.GET)), Cancel));
        using HttpResponseMessage other = await http.GetAsync(new Uri(Url(HttpVerb.GET).Replace("%C3%BC", "u", StringComparison.Ordinal)), Cancel);
        Assert.Contains("<Code>SignatureDoesNotMatch</Code>", await other.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_in_S3s_words()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        var config = new AmazonS3Config { ServiceURL = s3.ServiceUrl, ForcePathStyle = true, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 };
        async Task<string> Code(AWSCredentials credentials)
        {
            using var client = new AmazonS3Client(credentials, config);
            return (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "lake" }, Cancel))).ErrorCode;
        }
        Assert.Equal("InvalidAccessKeyId", await Code(new BasicAWSCredentials("AKIANOBODY", RunningS3.Keys.SecretKey)));
        Assert.Equal("SignatureDoesNotMatch", await Code(new BasicAWSCredentials(RunningS3.Keys.AccessKey, "wrong")));
        Assert.Equal("InvalidToken", await Code(new SessionAWSCredentials(RunningS3.Keys.AccessKey, RunningS3.Keys.SecretKey, "token")));
        Assert.Equal("AccessDenied", await Code(new AnonymousAWSCredentials()));
        config.AuthenticationRegion = "eu-west-1";
        Assert.Equal("AuthorizationHeaderMalformed", await Code(new BasicAWSCredentials(RunningS3.Keys.AccessKey, RunningS3.Keys.SecretKey)));
    }

    [Fact]
    public async Task Buckets_are_made_listed_and_removed_by_S3s_rules()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        await client.PutBucketAsync("second.bucket", Cancel);
        Assert.Equal(["lake", "second.bucket"], (await client.ListBucketsAsync(Cancel)).Buckets.Select(b => b.BucketName));
        await client.PutObjectAsync(new PutObjectRequest { BucketName = "second.bucket", Key = "k", ContentBody = "x" }, Cancel);
        async Task<string> Code(Func<Task> call) => (await Assert.ThrowsAnyAsync<AmazonS3Exception>(call)).ErrorCode;
        Assert.Equal("BucketNotEmpty", await Code(() => client.DeleteBucketAsync("second.bucket", Cancel)));
        DeleteObjectsResponse deleted = await client.DeleteObjectsAsync(new DeleteObjectsRequest { BucketName = "second.bucket", Objects = [new KeyVersion { Key = "k" }, new KeyVersion { Key = "none" }] }, Cancel);
        Assert.Equal(2, deleted.DeletedObjects.Count);
        await client.DeleteBucketAsync("second.bucket", Cancel);
        Assert.Equal("NoSuchBucket", await Code(() => client.GetObjectAsync("second.bucket", "k", Cancel)));
        Assert.Equal("NoSuchKey", await Code(() => client.GetObjectAsync("lake", "k", Cancel)));
        Assert.Equal("InvalidBucketName", await Code(() => client.PutBucketAsync("Not_A_Bucket", Cancel)));
        Assert.Equal("KeyTooLongError", await Code(() => client.PutObjectAsync(new PutObjectRequest { BucketName = "lake", Key = new string('k', 1025), ContentBody = "" }, Cancel)));
        Assert.Equal("NotImplemented", await Code(() => client.GetBucketPolicyAsync("lake", Cancel)));
        Assert.Equal("InvalidRange", await Code(async () =>
        {
            await client.PutObjectAsync(new PutObjectRequest { BucketName = "lake", Key = "short", ContentBody = "abc" }, Cancel);
            await ReadAsync(client, "short", "bytes=3-9");
        }));
    }

    [Fact]
    public async Task Virtual_host_style_works()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client(c =>
        {
            c.ServiceURL = s3.ServiceUrl.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
            c.ForcePathStyle = false;
        });
        var url = new Uri(client.GetPreSignedURL(new GetPreSignedUrlRequest
        {
            BucketName = "lake", Key = "v/k", Verb = HttpVerb.PUT, Expires = DateTime.UtcNow.AddMinutes(5), Protocol = Protocol.HTTP,
        }));
        Assert.Equal("lake.localhost", url.Host);
        // Not every system resolves names under localhost.
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler);
        using var content = new ByteArrayContent([1]);
        using HttpResponseMessage put = await http.PutAsync(url, content, Cancel);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.NotNull(s3.Store.Find("lake", "v/k"));
    }

    [Theory]
    [InlineData("crc32", "CBF43926")]
    [InlineData("crc32c", "E3069283")]
    [InlineData("crc64nvme", "AE8B14860A799888")]
    [InlineData("sha1", "F7C3BC1D808E04732ADF679965CCC34CA7AE3441")]
    public void Checksums_have_their_published_check_values(string algorithm, string expected)
    {
        foreach (int cut in new[] { 0, 1, 8, 9 })
        {
            using var checksum = Sandbox.S3.Checksum.Start(algorithm);
            checksum.Append("123456789"u8[..cut]);
            checksum.Append("123456789"u8[cut..]);
            Assert.Equal(expected, Convert.ToHexString(checksum.Finish()));
        }
    }
}
