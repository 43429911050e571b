using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>The few calls that staging makes on S3, each with the stage's encryption and with an integrity check that costs no second pass:
/// a CRC-32C computed on the way where the store knows the newer checksums, else the SHA-256 of the payload that the signature covers.
/// (Content-MD5 would cost as much CPU as all the rest of an upload.)</summary>
internal sealed class S3Store : IDisposable
{
    /// <summary>How long clean-up may take when everything else is over: a user who stops a run does not wait for it.</summary>
    private static readonly TimeSpan s_cleanUpLimit = TimeSpan.FromSeconds(2);

    private readonly S3Connection _stage;
    private readonly AmazonS3Client _client;
    private readonly bool _sendsChecksum;
    private readonly bool _isUnsigned;

    /// <summary>Makes a client; calls nothing yet.</summary>
    /// <exception cref="EtlException"><see cref="Fault.StageLoginFailed"/>: there are no credentials.</exception>
    public S3Store(S3Connection stage)
    {
        _stage = stage;
        _client = S3Clients.Open(stage);
        _sendsChecksum = S3Clients.SendsChecksum(stage);
        // Over TLS with a checksum of its own a payload needs no hash in the signature; without TLS the SDK refuses to leave it out, and rightly.
        _isUnsigned = _sendsChecksum && stage.ServiceUrl?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) != true;
    }

    /// <summary>s3:// URL of a key.</summary>
    public string Url(string key) => $"s3://{_stage.Bucket}/{key}";

    /// <summary>Asks for the keys below a prefix, so that a missing bucket or wrong keys are known before anything else works.</summary>
    public Task ProbeAsync(string prefix, CancellationToken cancel) => CallAsync($"listing of {prefix}", () => _client.ListObjectsV2Async(
        new ListObjectsV2Request { BucketName = _stage.Bucket, Prefix = prefix, MaxKeys = 1 }, cancel));

    /// <summary>Writes a small object with one call.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="bytes">A buffer.</param>
    /// <param name="length">Bytes of it that are used.</param>
    /// <param name="crc32C">Their CRC-32C.</param>
    /// <param name="isNew">Whether it must not exist yet, as far as the store knows that condition.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>False when it exists already and should not.</returns>
    public async Task<bool> PutAsync(string key, byte[] bytes, int length, string crc32C, bool isNew, CancellationToken cancel)
    {
        var request = new PutObjectRequest
        {
            BucketName = _stage.Bucket,
            Key = key,
            InputStream = new MemoryStream(bytes, 0, length, writable: false),
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = EncryptionKey,
            UseChunkEncoding = false,
            DisablePayloadSigning = _isUnsigned,
            IfNoneMatch = isNew ? "*" : null,
        };
        if (_sendsChecksum)
        {
            request.ChecksumCRC32C = crc32C;
        }

        try
        {
            await CallAsync($"upload of {key}", () => _client.PutObjectAsync(request, cancel));
            return true;
        }
        catch (EtlException e) when (isNew && e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed })
        {
            return false;
        }
        catch (EtlException e) when (isNew && e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented })
        {
            // The store does not know the condition; the key is unique to the run anyway.
            return await PutAsync(key, bytes, length, crc32C, isNew: false, cancel);
        }
    }

    /// <summary>Begins a multipart upload and returns its id.</summary>
    public async Task<string> BeginAsync(string key, CancellationToken cancel)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = _stage.Bucket,
            Key = key,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = EncryptionKey,
        };
        if (_sendsChecksum)
        {
            // Of the whole object: the store then proves that all pieces together are what was compressed.
            request.ChecksumAlgorithm = ChecksumAlgorithm.CRC32C;
            request.ChecksumType = ChecksumType.FULL_OBJECT;
        }

        return (await CallAsync($"upload of {key}", () => _client.InitiateMultipartUploadAsync(request, cancel))).UploadId;
    }

    /// <summary>Sends a piece of a multipart upload.</summary>
    public async Task<PartETag> SendAsync(string key, string uploadId, int number, byte[] bytes, int length, CancellationToken cancel)
    {
        var request = new UploadPartRequest
        {
            BucketName = _stage.Bucket,
            Key = key,
            UploadId = uploadId,
            PartNumber = number,
            PartSize = length,
            InputStream = new MemoryStream(bytes, 0, length, writable: false),
            UseChunkEncoding = false,
            DisablePayloadSigning = _isUnsigned,
        };
        if (_sendsChecksum)
        {
            request.ChecksumCRC32C = ChecksumStream.Of(bytes.AsSpan(0, length));
        }

        UploadPartResponse response = await CallAsync($"upload of {key}", () => _client.UploadPartAsync(request, cancel));
        return new PartETag(number, response.ETag) { ChecksumCRC32C = request.ChecksumCRC32C };
    }

    /// <summary>Ends a multipart upload.</summary>
    /// <param name="key">The key.</param>
    /// <param name="uploadId">The upload.</param>
    /// <param name="pieces">Its pieces, in order.</param>
    /// <param name="length">Bytes of the whole.</param>
    /// <param name="crc32C">CRC-32C of the whole.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task EndAsync(string key, string uploadId, List<PartETag> pieces, long length, string crc32C, CancellationToken cancel)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = _stage.Bucket, Key = key, UploadId = uploadId, PartETags = pieces };
        if (_sendsChecksum)
        {
            request.ChecksumCRC32C = crc32C;
            request.ChecksumType = ChecksumType.FULL_OBJECT;
        }

        try
        {
            await CallAsync($"upload of {key}", () => _client.CompleteMultipartUploadAsync(request, cancel));
        }
        catch (EtlException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchUpload" })
        {
            // An answer got lost and the call was repeated: the first may have ended the upload. The object's length tells.
            await VerifyAsync(key, length, cancel);
        }
    }

    /// <summary>Looks whether an object has the length that was sent.</summary>
    /// <exception cref="EtlException"><see cref="Fault.StageFailed"/>: it is not there or has another.</exception>
    public async Task VerifyAsync(string key, long length, CancellationToken cancel)
    {
        GetObjectMetadataResponse head = await CallAsync($"look at {key}", () => _client.GetObjectMetadataAsync(_stage.Bucket, key, cancel));
        if (head.ContentLength != length)
        {
            throw new EtlException(Fault.StageFailed, $"The object {Url(key)} has {head.ContentLength} bytes in S3, but {length} were sent.", key);
        }
    }

    /// <summary>Reads a small object.</summary>
    public Task<byte[]> GetAsync(string key, CancellationToken cancel) => CallAsync($"read of {key}", async () =>
    {
        using GetObjectResponse response = await _client.GetObjectAsync(_stage.Bucket, key, cancel);
        using var bytes = new MemoryStream();
        await response.ResponseStream.CopyToAsync(bytes, cancel);
        return bytes.ToArray();
    });

    /// <summary>Keys and sizes of all objects under a prefix, in order.</summary>
    public async Task<IReadOnlyList<(string Key, long Bytes)>> ListAsync(string prefix, CancellationToken cancel)
    {
        var objects = new List<(string, long)>();
        var request = new ListObjectsV2Request { BucketName = _stage.Bucket, Prefix = prefix };
        do
        {
            ListObjectsV2Response page = await CallAsync($"listing of {prefix}", () => _client.ListObjectsV2Async(request, cancel));
            objects.AddRange((page.S3Objects ?? []).Select(one => (one.Key, one.Size ?? 0)));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);
        return objects;
    }

    /// <summary>Keys and ids of all incomplete uploads under a prefix.</summary>
    public async Task<IReadOnlyList<(string Key, string UploadId)>> ListUploadsAsync(string prefix, CancellationToken cancel)
    {
        var uploads = new List<(string, string)>();
        var request = new ListMultipartUploadsRequest { BucketName = _stage.Bucket, Prefix = prefix };
        bool isMore;
        do
        {
            ListMultipartUploadsResponse page = await CallAsync($"listing of uploads under {prefix}", () => _client.ListMultipartUploadsAsync(request, cancel));
            uploads.AddRange((page.MultipartUploads ?? []).Select(one => (one.Key, one.UploadId)));
            isMore = page.IsTruncated == true;
            request.KeyMarker = page.NextKeyMarker;
            request.UploadIdMarker = page.NextUploadIdMarker;
        }
        while (isMore);
        return uploads;
    }

    /// <summary>An object's content as it comes.</summary>
    public async Task<Stream> OpenAsync(string key, CancellationToken cancel) =>
        (await CallAsync($"read of {key}", () => _client.GetObjectAsync(_stage.Bucket, key, cancel))).ResponseStream;

    /// <summary>Deletes an object.</summary>
    public Task DeleteAsync(string key, CancellationToken cancel) => CallAsync($"delete of {key}", () => _client.DeleteObjectAsync(_stage.Bucket, key, cancel));

    /// <summary>Gives a multipart upload up; as far as it can.</summary>
    public Task AbortAsync(string key, string uploadId) => CleanUpAsync(cancel => _client.AbortMultipartUploadAsync(_stage.Bucket, key, uploadId, cancel));

    /// <summary>Deletes objects of a run that failed; as far as it can.</summary>
    public Task RemoveAsync(IEnumerable<string> keys) => Task.WhenAll(keys.Select(key => CleanUpAsync(cancel => _client.DeleteObjectAsync(_stage.Bucket, key, cancel))).ToArray());

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private ServerSideEncryptionMethod? Encryption => _stage.Encryption switch
    {
        StageEncryption.SseS3 => ServerSideEncryptionMethod.AES256,
        StageEncryption.SseKms => ServerSideEncryptionMethod.AWSKMS,
        _ => null,
    };

    private string? EncryptionKey => _stage.Encryption == StageEncryption.SseKms ? _stage.KmsKeyId : null;

    private Task<T> CallAsync<T>(string what, Func<Task<T>> call) => S3Error.GuardAsync(_stage, what, call);

    private static async Task CleanUpAsync(Func<CancellationToken, Task> call)
    {
        try
        {
            using var limit = new CancellationTokenSource(s_cleanUpLimit);
            await call(limit.Token);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException)
        {
            // The store is out of reach. The error that led here matters more, and nothing refers to what has no manifest.
            return;
        }
    }
}
