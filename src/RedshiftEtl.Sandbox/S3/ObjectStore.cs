using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RedshiftEtl.Sandbox.S3;

/// <summary>An object as it lies on disk.</summary>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Key">The full key.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="ETag">The entity tag with its quotes, as S3 sends it.</param>
/// <param name="LastModified">When the object was completed, UTC.</param>
/// <param name="Path">The file that holds the bytes.</param>
internal sealed record StoredObject(string Bucket, string Key, long Length, string ETag, DateTimeOffset LastModified, string Path)
{
    /// <summary>What S3 keeps beside the bytes.</summary>
    public StoredAttributes Attributes { get; init; } = StoredAttributes.None;
}

/// <summary>The sandbox's buckets on disk. The S3 endpoint writes to it, COPY reads from it.
/// A file's name never comes from a key (case, length and characters would not survive): an object is a data file with a random name, and a
/// description named by its key's hash. The descriptions are read once; one process at a time uses a folder.</summary>
internal sealed class ObjectStore
{
    private const string DataSuffix = ".data";
    private const string DescriptionSuffix = ".json";

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, BucketIndex> _buckets = new(StringComparer.Ordinal);

    /// <summary>Opens the buckets in a folder, which is made if it is missing.</summary>
    public ObjectStore(string folder)
    {
        Folder = folder;
        // What was coming in when an earlier sandbox ended will never be complete.
        if (Directory.Exists(Incoming)) Directory.Delete(Incoming, recursive: true);
        Directory.CreateDirectory(Incoming);
        Directory.CreateDirectory(BucketsFolder);
        foreach (string bucket in Directory.EnumerateDirectories(BucketsFolder)) Load(bucket);
    }

    /// <summary>The folder that holds the buckets.</summary>
    public string Folder { get; }

    /// <summary>Where bodies are written before they become objects or parts; on the same volume as the objects.</summary>
    public string Incoming => Path.Combine(Folder, "incoming");

    private string BucketsFolder => Path.Combine(Folder, "buckets");

    /// <summary>Every bucket's name and when it was made, in name order.</summary>
    public IReadOnlyList<(string Name, DateTimeOffset Created)> Buckets()
    {
        lock (_lock) return [.. _buckets.Select(b => (b.Key, b.Value.Created))];
    }

    /// <summary>Whether the bucket exists.</summary>
    public bool BucketExists(string bucket)
    {
        lock (_lock) return _buckets.ContainsKey(bucket);
    }

    /// <summary>Makes a bucket; false if it is there already.</summary>
    /// <param name="bucket">A valid bucket name.</param>
    public bool CreateBucket(string bucket)
    {
        lock (_lock)
        {
            if (_buckets.ContainsKey(bucket)) return false;
            DirectoryInfo folder = Directory.CreateDirectory(FolderOf(bucket));
            _buckets.Add(bucket, new BucketIndex(new DateTimeOffset(folder.CreationTimeUtc)));
            return true;
        }
    }

    /// <summary>Removes a bucket; false if it has objects.</summary>
    public bool DeleteBucket(string bucket)
    {
        lock (_lock)
        {
            if (!_buckets.TryGetValue(bucket, out BucketIndex? index)) return true;
            if (index.Objects.Count > 0) return false;
            Directory.Delete(FolderOf(bucket), recursive: true);
            _buckets.Remove(bucket);
            return true;
        }
    }

    /// <summary>The object with that exact key, or null.</summary>
    public StoredObject? Find(string bucket, string key)
    {
        lock (_lock) return _buckets.TryGetValue(bucket, out BucketIndex? index) ? index.Objects.GetValueOrDefault(key) : null;
    }

    /// <summary>Every object whose key starts with the prefix, in key order (UTF-8 bytes).</summary>
    public IReadOnlyList<StoredObject> List(string bucket, string prefix)
    {
        lock (_lock)
        {
            if (!_buckets.TryGetValue(bucket, out BucketIndex? index)) return [];
            var found = new List<StoredObject>();
            for (int i = index.FirstAtOrAfter(prefix); i < index.Objects.Count && index.Objects.GetKeyAtIndex(i).StartsWith(prefix, StringComparison.Ordinal); i++)
                found.Add(index.Objects.GetValueAtIndex(i));
            return found;
        }
    }

    /// <summary>Opens the object's bytes; the stream stays valid when the object is overwritten or deleted meanwhile.</summary>
    /// <exception cref="FileNotFoundException">The object was overwritten or deleted since it was found.</exception>
    public Stream OpenRead(StoredObject stored) =>
        new FileStream(stored.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);

    /// <summary>Makes an object of a complete file in <see cref="Incoming"/>, in one step: readers see the old object or the new one.</summary>
    /// <param name="bucket">An existing bucket.</param>
    /// <param name="key">The key.</param>
    /// <param name="file">The file; it is moved.</param>
    /// <param name="etag">The entity tag with its quotes.</param>
    /// <param name="attributes">What to keep beside the bytes.</param>
    /// <param name="check">Looks at the object that is there now, under the store's lock; refuses by throwing.</param>
    /// <exception cref="S3Exception">The bucket isn't there, or <paramref name="check"/> refused.</exception>
    public StoredObject Put(string bucket, string key, string file, string etag, StoredAttributes attributes, Action<StoredObject?>? check = null)
    {
        lock (_lock)
        {
            if (!_buckets.TryGetValue(bucket, out BucketIndex? index)) throw S3Exception.NoSuchBucket(bucket);
            StoredObject? old = index.Objects.GetValueOrDefault(key);
            check?.Invoke(old);

            string data = Path.Combine(FolderOf(bucket), Guid.NewGuid().ToString("N") + DataSuffix);
            // S3's times have whole seconds in headers, milliseconds in lists.
            var now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            var stored = new StoredObject(bucket, key, new FileInfo(file).Length, etag, now, data) { Attributes = attributes };
            File.Move(file, data);
            Save(stored);
            index.Objects[key] = stored;
            if (old is not null) File.Delete(old.Path);
            return stored;
        }
    }

    /// <summary>Changes what is kept beside an object's bytes; false if there is no such object.</summary>
    public bool Describe(string bucket, string key, Func<StoredAttributes, StoredAttributes> change)
    {
        lock (_lock)
        {
            if (!_buckets.TryGetValue(bucket, out BucketIndex? index) || !index.Objects.TryGetValue(key, out StoredObject? old)) return false;
            StoredObject changed = old with { Attributes = change(old.Attributes) };
            Save(changed);
            index.Objects[key] = changed;
            return true;
        }
    }

    /// <summary>Removes the object, if it is there.</summary>
    public void Delete(string bucket, string key)
    {
        lock (_lock)
        {
            if (!_buckets.TryGetValue(bucket, out BucketIndex? index) || !index.Objects.Remove(key, out StoredObject? old)) return;
            File.Delete(DescriptionOf(bucket, key));
            File.Delete(old.Path);
        }
    }

    /// <summary>A name for a file in <see cref="Incoming"/> that nobody else has.</summary>
    public string NewIncomingFile() => Path.Combine(Incoming, Guid.NewGuid().ToString("N"));

    private string FolderOf(string bucket) => Path.Combine(BucketsFolder, "b." + bucket); // "b.": CON and NUL are bucket names, and no files on Windows

    private string DescriptionOf(string bucket, string key) =>
        Path.Combine(FolderOf(bucket), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))) + DescriptionSuffix);

    private void Save(StoredObject stored)
    {
        string description = NewIncomingFile();
        File.WriteAllText(description, JsonSerializer.Serialize(stored with { Path = Path.GetFileName(stored.Path) }));
        File.Move(description, DescriptionOf(stored.Bucket, stored.Key), overwrite: true);
    }

    private void Load(string folder)
    {
        var index = new BucketIndex(new DateTimeOffset(Directory.GetCreationTimeUtc(folder)));
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (string description in Directory.EnumerateFiles(folder, "*" + DescriptionSuffix))
        {
            StoredObject? stored = JsonSerializer.Deserialize<StoredObject>(File.ReadAllText(description));
            if (stored is null) continue;
            used.Add(stored.Path);
            index.Objects[stored.Key] = stored with { Path = Path.Combine(folder, stored.Path) };
        }
        // Bytes whose description was not written before a crash belong to no object.
        foreach (string data in Directory.EnumerateFiles(folder, "*" + DataSuffix).Where(d => !used.Contains(Path.GetFileName(d)))) File.Delete(data);
        _buckets.Add(Path.GetFileName(folder)["b.".Length..], index);
    }

    /// <summary>A bucket's objects in key order.</summary>
    private sealed class BucketIndex(DateTimeOffset created)
    {
        public DateTimeOffset Created { get; } = created;

        public SortedList<string, StoredObject> Objects { get; } = new(KeyOrder.Instance);

        public int FirstAtOrAfter(string key)
        {
            int low = 0;
            int high = Objects.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (KeyOrder.Instance.Compare(Objects.GetKeyAtIndex(middle), key) < 0) low = middle + 1;
                else high = middle;
            }
            return low;
        }
    }
}
