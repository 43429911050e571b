namespace RedshiftEtl.Sandbox.S3;

/// <summary>An object as it lies on disk.</summary>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Key">The full key.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="ETag">The entity tag with its quotes, as S3 sends it.</param>
/// <param name="LastModified">When the object was completed, UTC.</param>
/// <param name="Path">The file that holds the bytes.</param>
internal sealed record StoredObject(string Bucket, string Key, long Length, string ETag, DateTimeOffset LastModified, string Path);

/// <summary>The sandbox's buckets on disk. The S3 endpoint writes to it, COPY reads from it.</summary>
internal sealed class ObjectStore(string folder)
{
    /// <summary>The folder that holds the buckets.</summary>
    public string Folder { get; } = folder;

    /// <summary>Whether the bucket exists.</summary>
    public bool BucketExists(string bucket) => throw new InvalidOperationException(bucket);

    /// <summary>The object with that exact key, or null.</summary>
    public StoredObject? Find(string bucket, string key) => throw new InvalidOperationException(bucket + key);

    /// <summary>Every object whose key starts with the prefix, in key order (UTF-8 bytes).</summary>
    public IReadOnlyList<StoredObject> List(string bucket, string prefix) => throw new InvalidOperationException(bucket + prefix);

    /// <summary>Opens the object's bytes; the stream stays valid when the object is overwritten or deleted meanwhile.</summary>
    public Stream OpenRead(StoredObject stored) => new FileStream(stored.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
