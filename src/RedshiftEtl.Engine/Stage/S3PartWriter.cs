using System.Buffers;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>One object in S3: a single put when it is small, else a multipart upload whose next piece fills while the last one is sent.</summary>
internal sealed class S3PartWriter(AmazonS3Client client, S3Connection stage, string key) : IPartWriter
{
    /// <summary>Bytes of a piece: over S3's least of 5 MiB, and 10,000 pieces hold more than the 1 GB a part may have.</summary>
    private const int PieceBytes = 8 * 1024 * 1024;

    private readonly List<PartETag> _pieces = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
    private int _length;
    private long _total;
    private string? _uploadId;
    private Task? _sending;
    private bool _isComplete;

    private string What => $"upload of {key}";

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        _total += bytes.Length;
        while (bytes.Length > 0)
        {
            int taken = Math.Min(PieceBytes - _length, bytes.Length);
            bytes[..taken].CopyTo(_buffer.AsMemory(_length));
            _length += taken;
            bytes = bytes[taken..];
            if (_length == PieceBytes)
            {
                await SendPieceAsync(cancel);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<string> CompleteAsync(string crc32C, CancellationToken cancel)
    {
        if (_uploadId is null)
        {
            await PutAsync(crc32C, cancel);
        }
        else
        {
            if (_length > 0)
            {
                await SendPieceAsync(cancel);
            }

            await _sending!;
            await S3Error.GuardAsync(stage, What, () => client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = stage.Bucket, Key = key, UploadId = _uploadId, PartETags = _pieces }, cancel));
        }

        await VerifyAsync(cancel);
        _isComplete = true;
        return $"s3://{stage.Bucket}/{key}";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_sending is not null)
        {
            await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        if (!_isComplete && _uploadId is not null)
        {
            await AbortAsync();
        }
    }

    private async Task PutAsync(string crc32C, CancellationToken cancel)
    {
        var request = new PutObjectRequest
        {
            BucketName = stage.Bucket,
            Key = key,
            InputStream = new MemoryStream(_buffer, 0, _length, writable: false),
            AutoCloseStream = false,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = stage.KmsKeyId,
        };
        if (S3Clients.SendsChecksum(stage))
        {
            request.ChecksumCRC32C = crc32C;
        }
        else
        {
            request.MD5Digest = Md5(_buffer.AsSpan(0, _length));
        }

        await S3Error.GuardAsync(stage, What, () => client.PutObjectAsync(request, cancel));
    }

    private ServerSideEncryptionMethod? Encryption => stage.Encryption switch
    {
        StageEncryption.SseS3 => ServerSideEncryptionMethod.AES256,
        StageEncryption.SseKms => ServerSideEncryptionMethod.AWSKMS,
        _ => null,
    };

    private async Task SendPieceAsync(CancellationToken cancel)
    {
        _uploadId ??= await BeginAsync(cancel);
        if (_sending is not null)
        {
            await _sending;
        }

        byte[] piece = _buffer;
        int length = _length;
        _buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        _length = 0;
        _sending = SendAsync(piece, length, _pieces.Count + 1, cancel);
    }

    private async Task<string> BeginAsync(CancellationToken cancel)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = stage.Bucket,
            Key = key,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = stage.KmsKeyId,
            ChecksumAlgorithm = S3Clients.SendsChecksum(stage) ? ChecksumAlgorithm.CRC32C : null,
        };
        return (await S3Error.GuardAsync(stage, What, () => client.InitiateMultipartUploadAsync(request, cancel))).UploadId;
    }

    private async Task SendAsync(byte[] piece, int length, int number, CancellationToken cancel)
    {
        try
        {
            var request = new UploadPartRequest
            {
                BucketName = stage.Bucket,
                Key = key,
                UploadId = _uploadId,
                PartNumber = number,
                PartSize = length,
                InputStream = new MemoryStream(piece, 0, length, writable: false),
            };
            if (S3Clients.SendsChecksum(stage))
            {
                request.ChecksumCRC32C = ChecksumStream.Of(piece.AsSpan(0, length));
            }
            else
            {
                request.MD5Digest = Md5(piece.AsSpan(0, length));
            }

            UploadPartResponse response = await S3Error.GuardAsync(stage, What, () => client.UploadPartAsync(request, cancel));
            _pieces.Add(new PartETag(number, response.ETag) { ChecksumCRC32C = response.ChecksumCRC32C });
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Every piece was verified by its checksum; the sum of them is by the object's length.</summary>
    private async Task VerifyAsync(CancellationToken cancel)
    {
        GetObjectMetadataResponse head = await S3Error.GuardAsync(stage, What, () => client.GetObjectMetadataAsync(stage.Bucket, key, cancel));
        if (head.ContentLength != _total)
        {
            throw new EtlException(Fault.StageFailed, $"The object {key} has {head.ContentLength} bytes in S3, but {_total} were sent.", key);
        }
    }

    private async Task AbortAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await client.AbortMultipartUploadAsync(stage.Bucket, key, _uploadId, limit.Token);
        }
        catch (Exception e) when (e is AmazonS3Exception or Amazon.Runtime.AmazonClientException or HttpRequestException or OperationCanceledException)
        {
            // The store is out of reach; an incomplete upload is invisible, and a lifecycle rule of the bucket removes it.
            _uploadId = null;
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "Content-MD5 is S3's integrity check, not a signature.")]
    private static string Md5(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(MD5.HashData(bytes));
}
