using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using CsCheck;
using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox.Tests.S3;

/// <summary>Keys of every kind, and lists of them.</summary>
public sealed class ListingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Keys that are hard on file systems, URLs and sort orders.</summary>
    private static readonly Gen<string> s_key =
        AnyOf("a", "A", "..", ".", "/", "//", "%", "+", " ", "é", "e\u0301", "😀", "\uFF5E", "&", "=", "?", "#", "<", "\"", "\\", ":", "*", "CON", "b", "~", "a/b")
            .Array[1, 6].Select(parts => string.Concat(parts));

    private static Gen<string> AnyOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static int ByBytes(string x, string y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y));

    [Fact]
    public void Key_order_is_the_order_of_the_bytes() =>
        Gen.Select(s_key, s_key).Sample((x, y) => Assert.Equal(Math.Sign(ByBytes(x, y)), Math.Sign(KeyOrder.Instance.Compare(x, y))));

    [Fact]
    public async Task Lists_in_pages_tell_of_every_key_once_and_in_order()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        await Gen.Select(s_key.HashSet[0, 25], Gen.Int[1, 5], AnyOf("", "a", "/"), AnyOf("", "/", "b")).SampleAsync(async (keys, size, prefix, delimiter) =>
        {
            string bucket = "list-" + Guid.NewGuid().ToString("N");
            s3.Store.CreateBucket(bucket);
            foreach (string key in keys)
            {
                string file = s3.Store.NewIncomingFile();
                await File.WriteAllTextAsync(file, key, Cancel);
                s3.Store.Put(bucket, key, file, "\"e\"", StoredAttributes.None);
            }
            var expectedKeys = new List<string>();
            var expectedPrefixes = new List<string>();
            foreach (string key in keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(Comparer<string>.Create(ByBytes)))
            {
                int at = delimiter == "" ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
                if (at < 0) expectedKeys.Add(key);
                else if (!expectedPrefixes.Contains(key[..(at + delimiter.Length)])) expectedPrefixes.Add(key[..(at + delimiter.Length)]);
            }

            var foundKeys = new List<string>();
            var foundPrefixes = new List<string>();
            var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, Delimiter = delimiter, MaxKeys = size, Encoding = EncodingType.Url };
            ListObjectsV2Response page;
            do
            {
                page = await client.ListObjectsV2Async(request, Cancel);
                Assert.True((page.S3Objects?.Count ?? 0) + (page.CommonPrefixes?.Count ?? 0) <= size);
                foundKeys.AddRange(page.S3Objects?.Select(o => Uri.UnescapeDataString(o.Key)) ?? []);
                foundPrefixes.AddRange(page.CommonPrefixes?.Select(Uri.UnescapeDataString) ?? []);
                request.ContinuationToken = page.NextContinuationToken;
            }
            while (page.IsTruncated == true);
            Assert.Equal(expectedKeys, foundKeys);
            Assert.Equal(expectedPrefixes, foundPrefixes);
        }, iter: 60, threads: 1);
    }

    [Fact]
    public async Task Version_1_lists_go_on_after_the_marker()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        foreach (string key in new[] { "a/1", "a/2", "b", "c/1", "d" })
            await client.PutObjectAsync(new PutObjectRequest { BucketName = "lake", Key = key, ContentBody = key }, Cancel);
        var found = new List<string>();
        var request = new ListObjectsRequest { BucketName = "lake", Delimiter = "/", MaxKeys = 2 };
        ListObjectsResponse page;
        do
        {
            page = await client.ListObjectsAsync(request, Cancel);
            found.AddRange([.. page.CommonPrefixes ?? [], .. page.S3Objects?.Select(o => o.Key) ?? []]);
            request.Marker = page.NextMarker;
        }
        while (page.IsTruncated == true);
        Assert.Equal(["a/", "b", "c/", "d"], found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_keeps_its_own_object_and_survives_a_restart()
    {
        s_key.HashSet[1, 20].Sample(keys =>
        {
            string folder = Directory.CreateTempSubdirectory("rse-store-").FullName;
            try
            {
                var store = new ObjectStore(folder);
                store.CreateBucket("con");
                foreach (string key in keys)
                {
                    string file = store.NewIncomingFile();
                    File.WriteAllText(file, key);
                    store.Put("con", key, file, "\"e\"", StoredAttributes.None);
                }
                var again = new ObjectStore(folder);
                foreach (string key in keys) Assert.Equal(key, File.ReadAllText(again.Find("con", key)!.Path));
                Assert.Equal(keys.Order(Comparer<string>.Create(ByBytes)), again.List("con", "").Select(o => o.Key));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }, iter: 20);
    }

    [Fact]
    public async Task A_reader_keeps_its_bytes_when_the_object_is_replaced_and_deleted()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = "lake", Key = "k", ContentBody = "old" }, Cancel);
        using var reader = new StreamReader(s3.Store.OpenRead(s3.Store.Find("lake", "k")!));
        await client.PutObjectAsync(new PutObjectRequest { BucketName = "lake", Key = "k", ContentBody = "new" }, Cancel);
        await client.DeleteObjectAsync("lake", "k", Cancel);
        Assert.Equal("old", await reader.ReadToEndAsync(Cancel));
    }
}
