namespace RedshiftEtl.Sandbox.Copy.Input;

/// <summary>An s3:// address.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The key or prefix; may be empty for a prefix.</param>
internal readonly record struct S3Address(string Bucket, string Key)
{
    /// <summary>Takes an address apart.</summary>
    /// <returns>False if it isn't s3://bucket[/key].</returns>
    public static bool TryParse(string text, out S3Address address)
    {
        address = default;
        if (!text.StartsWith("s3://", StringComparison.OrdinalIgnoreCase))
            return false;
        string rest = text["s3://".Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        address = slash < 0 ? new S3Address(rest, "") : new S3Address(rest[..slash], rest[(slash + 1)..]);
        return address.Bucket.Length > 0;
    }

    /// <inheritdoc/>
    public override string ToString() => $"s3://{Bucket}/{Key}";
}
