namespace RedshiftEtl.Sandbox.S3;

/// <summary>What S3 keeps beside an object's bytes.</summary>
internal sealed record StoredAttributes
{
    /// <summary>Of an object with nothing special.</summary>
    public static StoredAttributes None { get; } = new();

    /// <summary>Headers to send back with the object, by lower-case name: content type, user metadata, encryption, storage class ….</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Tags by name.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The checksum that was verified or computed when the object was written.</summary>
    public StoredChecksum? Checksum { get; init; }

    /// <summary>Sizes of a multipart upload's parts in bytes; empty for an object put at once.</summary>
    public IReadOnlyList<long> Parts { get; init; } = [];
}

/// <summary>An object's or part's checksum.</summary>
/// <param name="Algorithm">The algorithm's lower-case name, as in a header's name: crc32, crc32c, crc64nvme, sha1, sha256.</param>
/// <param name="Value">Base64; for a composite one with the number of parts behind it.</param>
/// <param name="Type">FULL_OBJECT or COMPOSITE.</param>
internal sealed record StoredChecksum(string Algorithm, string Value, string Type = StoredChecksum.FullObject)
{
    /// <summary>Over all the bytes.</summary>
    public const string FullObject = "FULL_OBJECT";

    /// <summary>Over the checksums of the parts.</summary>
    public const string Composite = "COMPOSITE";

    /// <summary>The header that carries it.</summary>
    public string Header => "x-amz-checksum-" + Algorithm;
}
