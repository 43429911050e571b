using System.Security.Cryptography;
using System.Text.Json;

namespace RedshiftEtl.Sandbox.S3;

/// <summary>A multipart upload that was begun.</summary>
/// <param name="Id">The upload's id.</param>
/// <param name="Bucket">The bucket of the object to be.</param>
/// <param name="Key">The key of the object to be.</param>
/// <param name="Initiated">When it was begun, UTC.</param>
/// <param name="Attributes">What to keep beside the object's bytes.</param>
/// <param name="Algorithm">The checksum that the client chose, or null.</param>
/// <param name="ChecksumType">FULL_OBJECT or COMPOSITE.</param>
internal sealed record Upload(string Id, string Bucket, string Key, DateTimeOffset Initiated, StoredAttributes Attributes, string? Algorithm, string ChecksumType);

/// <summary>A part of a multipart upload.</summary>
/// <param name="Number">Its number, 1 to 10,000.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Md5">Lower-case hex MD5.</param>
/// <param name="Checksum">Its checksum.</param>
/// <param name="LastModified">When it was uploaded, UTC.</param>
/// <param name="File">The name of the file that holds its bytes.</param>
internal sealed record UploadPart(int Number, long Length, string Md5, StoredChecksum Checksum, DateTimeOffset LastModified, string File)
{
    /// <summary>The part's entity tag with its quotes.</summary>
    public string ETag => $"\"{Md5}\"";
}

/// <summary>Multipart uploads in progress, on disk: they outlive the sandbox as they outlive a connection to S3.</summary>
internal sealed class UploadStore
{
    private const string UploadFile = "upload.json";
    private const string PartSuffix = ".part.json";

    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly Dictionary<string, (Upload Upload, SortedDictionary<int, UploadPart> Parts)> _uploads = new(StringComparer.Ordinal);

    /// <summary>Opens the uploads beside a store's buckets.</summary>
    public UploadStore(ObjectStore store)
    {
        _folder = Path.Combine(store.Folder, "uploads");
        foreach (DirectoryInfo folder in Directory.CreateDirectory(_folder).EnumerateDirectories()) Load(folder);
    }

    /// <summary>Begins an upload.</summary>
    public Upload Create(string bucket, string key, StoredAttributes attributes, string? algorithm, string checksumType)
    {
        var upload = new Upload(RandomNumberGenerator.GetHexString(32, lowercase: true), bucket, key, DateTimeOffset.UtcNow, attributes, algorithm, checksumType);
        lock (_lock)
        {
            Directory.CreateDirectory(FolderOf(upload.Id));
            File.WriteAllText(Path.Combine(FolderOf(upload.Id), UploadFile), JsonSerializer.Serialize(upload));
            _uploads.Add(upload.Id, (upload, []));
        }
        return upload;
    }

    /// <summary>The upload with that id, for that object.</summary>
    /// <exception cref="S3Exception">There is none.</exception>
    public Upload Find(string id, string bucket, string key)
    {
        lock (_lock)
        {
            return _uploads.TryGetValue(id, out var found) && found.Upload.Bucket == bucket && found.Upload.Key == key
                ? found.Upload : throw S3Exception.NoSuchUpload(id);
        }
    }

    /// <summary>All uploads to a bucket, by key, then by age.</summary>
    public IReadOnlyList<Upload> List(string bucket)
    {
        lock (_lock)
        {
            return [.. _uploads.Values.Select(u => u.Upload).Where(u => u.Bucket == bucket)
                .OrderBy(u => u.Key, KeyOrder.Instance).ThenBy(u => u.Initiated).ThenBy(u => u.Id, StringComparer.Ordinal)];
        }
    }

    /// <summary>An upload's parts by number.</summary>
    /// <exception cref="S3Exception">The upload is gone.</exception>
    public IReadOnlyDictionary<int, UploadPart> Parts(Upload upload)
    {
        lock (_lock)
            return _uploads.TryGetValue(upload.Id, out var found) ? new SortedDictionary<int, UploadPart>(found.Parts) : throw S3Exception.NoSuchUpload(upload.Id);
    }

    /// <summary>The file with a part's bytes.</summary>
    public string PathOf(Upload upload, UploadPart part) => Path.Combine(FolderOf(upload.Id), part.File);

    /// <summary>Makes a part of a complete file, which is moved; it replaces an earlier part of that number.</summary>
    /// <exception cref="S3Exception">The upload is gone.</exception>
    public UploadPart Put(Upload upload, int number, string file, long length, byte[] md5, StoredChecksum checksum)
    {
        var part = new UploadPart(number, length, Convert.ToHexStringLower(md5), checksum, DateTimeOffset.UtcNow, Guid.NewGuid().ToString("N"));
        lock (_lock)
        {
            if (!_uploads.TryGetValue(upload.Id, out var found)) throw S3Exception.NoSuchUpload(upload.Id);
            File.Move(file, PathOf(upload, part));
            File.WriteAllText(Path.Combine(FolderOf(upload.Id), number + PartSuffix), JsonSerializer.Serialize(part));
            if (found.Parts.TryGetValue(number, out UploadPart? old)) File.Delete(PathOf(upload, old));
            found.Parts[number] = part;
        }
        return part;
    }

    /// <summary>Ends an upload, completed or not; false if somebody else did.</summary>
    public bool Remove(Upload upload)
    {
        lock (_lock)
        {
            if (!_uploads.Remove(upload.Id)) return false;
            Directory.Delete(FolderOf(upload.Id), recursive: true);
            return true;
        }
    }

    private string FolderOf(string id) => Path.Combine(_folder, id);

    private void Load(DirectoryInfo folder)
    {
        string file = Path.Combine(folder.FullName, UploadFile);
        Upload? upload = File.Exists(file) ? JsonSerializer.Deserialize<Upload>(File.ReadAllText(file)) : null;
        if (upload is null) return;
        var parts = new SortedDictionary<int, UploadPart>();
        foreach (FileInfo description in folder.EnumerateFiles("*" + PartSuffix))
            if (JsonSerializer.Deserialize<UploadPart>(File.ReadAllText(description.FullName)) is { } part) parts[part.Number] = part;
        _uploads.Add(upload.Id, (upload, parts));
    }
}
