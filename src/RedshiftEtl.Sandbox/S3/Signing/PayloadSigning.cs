namespace RedshiftEtl.Sandbox.S3.Signing;

/// <summary>How a request's body is protected, as x-amz-content-sha256 says.</summary>
internal sealed record PayloadSigning
{
    /// <summary>Not by the signature.</summary>
    public static PayloadSigning Unsigned { get; } = new();

    /// <summary>Lower-case hex SHA-256 of the whole body, if that was signed.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether the body is in aws-chunked form.</summary>
    public bool Chunked { get; init; }

    /// <summary>Whether trailing headers follow the chunks.</summary>
    public bool Trailer { get; init; }

    /// <summary>What the chunks are signed with, if they are signed.</summary>
    public ChunkSigner? Signer { get; init; }
}
