namespace RedshiftEtl.Engine.Define;

/// <summary>How staged objects are encrypted by S3.</summary>
public enum StageEncryption
{
    /// <summary>As the bucket's default says.</summary>
    BucketDefault,

    /// <summary>SSE-S3 (AES256).</summary>
    SseS3,

    /// <summary>SSE-KMS, with <see cref="S3Connection.KmsKeyId"/> or the account's default key.</summary>
    SseKms,
}

/// <summary>When the SDK computes checksums of requests by itself.</summary>
public enum ChecksumMode
{
    /// <summary>For AWS: every upload carries a checksum that S3 verifies.</summary>
    WhenSupported,

    /// <summary>For stores that don't know the newer checksum headers (RequestChecksumCalculation = WHEN_REQUIRED); what they check is the SHA-256 of the payload in the signature.</summary>
    WhenRequired,
}

/// <summary>A bucket and prefix where parts are staged for COPY.</summary>
public record S3Connection : EtlConnection
{
    /// <inheritdoc/>
    public override string Type => "S3";

    /// <summary>The bucket's name.</summary>
    public required string Bucket { get; init; }

    /// <summary>Prefix of all keys, without slashes at its ends; empty for none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The bucket's region; the SDK's own lookup if not given.</summary>
    public string? Region { get; init; }

    /// <summary>A profile of the AWS shared files; else the SDK's credential chain.</summary>
    public string? Profile { get; init; }

    /// <summary>Access key id; with <see cref="SecretKey"/> instead of the chain.</summary>
    public string? AccessKey { get; init; }

    /// <summary>Secret access key.</summary>
    public Secret? SecretKey { get; init; }

    /// <summary>Session token of temporary keys.</summary>
    public Secret? SessionToken { get; init; }

    /// <summary>Endpoint of a store other than AWS, e.g. http://127.0.0.1:9000.</summary>
    public string? ServiceUrl { get; init; }

    /// <summary>Bucket in the path instead of the host name; default: true with a <see cref="ServiceUrl"/>.</summary>
    public bool? ForcePathStyle { get; init; }

    /// <summary>Checksums by the newer headers or not; default: WhenRequired with a <see cref="ServiceUrl"/>.</summary>
    public ChecksumMode? ChecksumMode { get; init; }

    /// <summary>Server-side encryption of the staged objects.</summary>
    public StageEncryption Encryption { get; init; }

    /// <summary>The KMS key for <see cref="StageEncryption.SseKms"/>.</summary>
    public string? KmsKeyId { get; init; }

    /// <inheritdoc/>
    public override string Target => Prefix.Length == 0 ? $"s3://{Bucket}" : $"s3://{Bucket}/{Prefix}";

    /// <inheritdoc/>
    public override IEnumerable<Secret> GetSecrets() => new[] { SecretKey, SessionToken }.OfType<Secret>();
}
