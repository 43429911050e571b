using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox.Copy.Input;

/// <summary>What COPY needs of S3: four reads, so that a fault may stand in their way.</summary>
/// <param name="BucketExists">Whether the bucket exists.</param>
/// <param name="Find">The object with that bucket and exact key, or null.</param>
/// <param name="List">Every object of a bucket whose key starts with the prefix, in key order.</param>
/// <param name="Open">Opens an object's bytes; the stream can seek.</param>
internal sealed record StagedObjects(
    Func<string, bool> BucketExists,
    Func<string, string, StoredObject?> Find,
    Func<string, string, IReadOnlyList<StoredObject>> List,
    Func<StoredObject, Stream> Open)
{
    /// <summary>Reads the sandbox's own store.</summary>
    public static StagedObjects In(ObjectStore store) => new(store.BucketExists, store.Find, store.List, store.OpenRead);
}
