using RedshiftEtl.Sandbox.Copy.Statement;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox.Copy.Input;

/// <summary>Finds the files that a COPY reads: all that a manifest lists, or every key that starts with the prefix (redshift-facts.md 1.1, 1.2).</summary>
internal static class SourceFiles
{
    /// <summary>The objects in the order they're loaded.</summary>
    /// <exception cref="BackendException">No such bucket, no file, a mandatory file missing, a manifest that isn't one.</exception>
    public static IReadOnlyList<StoredObject> Find(CopyStatement statement, CopyContext context, int processId)
    {
        if (!S3Address.TryParse(statement.Source, out S3Address source))
            throw CopyErrors.Refused($"The S3 path '{statement.Source}' is not valid.");
        if (statement.Region is not null && !string.Equals(statement.Region, context.Keys.Region, StringComparison.Ordinal))
            throw CopyAuthorization.S3Error(
                "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
                "PermanentRedirect", 301, context, processId);
        RequireBucket(source, context, processId);
        return statement.Manifest ? FromManifest(source, context, processId) : FromPrefix(source, context, processId);
    }

    private static IReadOnlyList<StoredObject> FromPrefix(S3Address source, CopyContext context, int processId)
    {
        IReadOnlyList<StoredObject> found = context.Objects.List(source.Bucket, source.Key);
        return found.Count > 0
            ? found
            : throw Failed($"The specified S3 prefix '{source.Key}' does not exist", 8001, source, context, processId);
    }

    private static List<StoredObject> FromManifest(S3Address source, CopyContext context, int processId)
    {
        StoredObject? manifest = source.Key.Length == 0 ? null : context.Objects.Find(source.Bucket, source.Key);
        if (manifest is null)
        {
            throw source.Key.Length == 0 || source.Key.EndsWith('/') || context.Objects.List(source.Bucket, source.Key).Count > 0
                ? Failed($"The parameter MANIFEST requires the full path of an S3 object. '{source}' is a prefix.", 8001, source, context, processId)
                : CopyAuthorization.S3Error("The specified key does not exist.", "NoSuchKey", 404, context, processId);
        }
        List<StoredObject> files = [];
        foreach (ManifestEntry entry in ReadManifest(manifest, source, context, processId))
        {
            if (context.Objects.BucketExists(entry.Address.Bucket) && context.Objects.Find(entry.Address.Bucket, entry.Address.Key) is { } file)
                files.Add(file);
            else if (entry.Mandatory)
                throw Failed($"The specified S3 object '{entry.Address}' does not exist", 1212, entry.Address, context, processId);
        }
        return files.Count > 0 ? files : throw Failed("No S3 object of the manifest exists", 1212, source, context, processId);
    }

    private static IReadOnlyList<ManifestEntry> ReadManifest(StoredObject manifest, S3Address source, CopyContext context, int processId)
    {
        using Stream stream = context.Objects.Open(manifest);
        using var text = new MemoryStream();
        stream.CopyTo(text);
        try
        {
            return CopyManifest.Read(text.ToArray());
        }
        catch (FormatException e)
        {
            throw Failed($"Problem reading manifest file - {e.Message}", 8001, source, context, processId);
        }
    }

    private static void RequireBucket(S3Address source, CopyContext context, int processId)
    {
        if (!context.Objects.BucketExists(source.Bucket))
            throw CopyAuthorization.S3Error("The specified bucket does not exist", "NoSuchBucket", 404, context, processId);
    }

    private static BackendException Failed(string message, int code, S3Address about, CopyContext context, int processId) =>
        CopyErrors.Reported(message, code, about.ToString(), context.QueryId, "s3_utility.cpp:671", processId);
}
