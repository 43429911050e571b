using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;
using RedshiftEtl.Engine.Tests.Extract;
using ChecksumMode = RedshiftEtl.Engine.Define.ChecksumMode;

namespace RedshiftEtl.Engine.Tests.Stage;

public sealed class S3StageTests(SandboxServer sandbox) : IDisposable
{
    private static readonly IProgress<EtlEvent> s_nobody = new Progress<EtlEvent>();
    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, ChecksumMode.WhenRequired)]
    [InlineData(1, ChecksumMode.WhenRequired)]
    [InlineData(S3PartWriter.PieceBytes, ChecksumMode.WhenRequired)]
    [InlineData(S3PartWriter.PieceBytes + 1, ChecksumMode.WhenRequired)]
    [InlineData((2 * S3PartWriter.PieceBytes) + 12345, ChecksumMode.WhenRequired)]
    [InlineData(1, ChecksumMode.WhenSupported)]
    [InlineData(S3PartWriter.PieceBytes, ChecksumMode.WhenSupported)]
    [InlineData((2 * S3PartWriter.PieceBytes) + 12345, ChecksumMode.WhenSupported)]
    public async Task An_object_of_any_size_arrives_as_it_was_written(int length, ChecksumMode mode)
    {
        S3Connection stage = await sandbox.StageAsync(mode);
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        using var parts = new S3Parts(stage, $"{stage.Prefix}/run/");
        await parts.PrepareAsync(Cancel);
        await using (IPartWriter writer = await parts.CreateAsync("part", Cancel))
        {
            for (int at = 0; at < length;)
            {
                int step = Math.Min(1 + (at * 7 % 1_000_003), length - at);
                await writer.WriteAsync(bytes.AsMemory(at, step), Cancel);
                at += step;
            }

            Assert.Equal($"s3://{stage.Bucket}/{stage.Prefix}/run/part", await writer.CompleteAsync(ChecksumStream.Of(bytes), Cancel));
        }

        Assert.Equal(bytes, await parts.Store.GetAsync($"{stage.Prefix}/run/part", Cancel));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(S3PartWriter.PieceBytes + 100)]
    public async Task A_store_that_knows_checksums_refuses_what_does_not_match(int length)
    {
        S3Connection stage = await sandbox.StageAsync(ChecksumMode.WhenSupported);
        using var parts = new S3Parts(stage, $"{stage.Prefix}/run/");
        await using (IPartWriter writer = await parts.CreateAsync("part", Cancel))
        {
            await writer.WriteAsync(new byte[length], Cancel);
            var error = await Assert.ThrowsAsync<EtlException>(() => writer.CompleteAsync(ChecksumStream.Of("another"u8), Cancel));
            Assert.Same(Fault.StageFailed, error.Fault);
        }

        Assert.Empty(await KeysAsync(stage));
    }

    [Fact]
    public async Task An_upload_that_is_given_up_leaves_nothing()
    {
        S3Connection stage = await sandbox.StageAsync();
        using var parts = new S3Parts(stage, $"{stage.Prefix}/run/");
        await using (IPartWriter writer = await parts.CreateAsync("part", Cancel))
        {
            await writer.WriteAsync(new byte[(2 * S3PartWriter.PieceBytes) + 1], Cancel);
        }

        using AmazonS3Client client = S3Clients.Open(stage);
        ListMultipartUploadsResponse uploads = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = stage.Bucket, Prefix = stage.Prefix }, Cancel);
        Assert.Empty(uploads.MultipartUploads ?? []);
        Assert.Empty(await KeysAsync(stage));
    }

    [Fact]
    public async Task A_folders_parts_are_staged_with_a_manifest_that_names_each()
    {
        S3Connection stage = await sandbox.StageAsync();
        EtlExport export = await ExportAsync(400_000);
        string prefix = StageKeys.Prefix(stage, "orders", export.StartedAt, export.RunId);
        EtlStage staged = await Stager.SendAsync(export, stage, prefix, s_nobody, Cancel);
        Assert.True(staged.Parts.Count > 1);
        Assert.Equal($"s3://{stage.Bucket}/{prefix}manifest.json", staged.ManifestUrl);
        using var store = new S3Store(stage);
        using var manifest = JsonDocument.Parse(await store.GetAsync($"{prefix}manifest.json", Cancel));
        Assert.Equal(
            staged.Parts.Select(part => (part.Location, true, part.Bytes)),
            manifest.RootElement.GetProperty("entries").EnumerateArray().Select(entry => (
                entry.GetProperty("url").GetString()!, entry.GetProperty("mandatory").GetBoolean(), entry.GetProperty("meta").GetProperty("content_length").GetInt64())));
        foreach ((EtlPart local, EtlPart remote) in export.Parts.Zip(staged.Parts))
        {
            Assert.Equal(await File.ReadAllBytesAsync(local.Location, Cancel), await store.GetAsync(remote.Location[$"s3://{stage.Bucket}/".Length..], Cancel));
        }
    }

    [Fact]
    public async Task Staging_the_same_export_again_is_fine_and_another_under_its_keys_is_not()
    {
        S3Connection stage = await sandbox.StageAsync();
        EtlExport export = await ExportAsync(10);
        string prefix = $"{stage.Prefix}/same/";
        EtlStage first = await Stager.SendAsync(export, stage, prefix, s_nobody, Cancel);
        EtlStage again = await Stager.SendAsync(export, stage, prefix, s_nobody, Cancel);
        Assert.Equal(first.ManifestUrl, again.ManifestUrl);
        EtlExport other = await ExportAsync(11);
        Assert.Same(Fault.ArgumentInvalid, (await Assert.ThrowsAsync<EtlException>(() => Stager.SendAsync(other, stage, prefix, s_nobody, Cancel))).Fault);
    }

    [Fact]
    public async Task A_changed_or_missing_part_is_not_staged()
    {
        S3Connection stage = await sandbox.StageAsync();
        EtlExport export = await ExportAsync(400_000);
        byte[] bytes = await File.ReadAllBytesAsync(export.Parts[1].Location, Cancel);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(export.Parts[1].Location, bytes, Cancel);
        var changed = await Assert.ThrowsAsync<EtlException>(() => Stager.SendAsync(export, stage, $"{stage.Prefix}/run/", s_nobody, Cancel));
        Assert.Same(Fault.PartMissing, changed.Fault);
        Assert.Contains("was changed", changed.Message, StringComparison.Ordinal);
        File.Delete(export.Parts[1].Location);
        Assert.Same(Fault.PartMissing, (await Assert.ThrowsAsync<EtlException>(() => Stager.SendAsync(export, stage, $"{stage.Prefix}/run/", s_nobody, Cancel))).Fault);
        Assert.Empty(await KeysAsync(stage));
    }

    [Fact]
    public async Task Parts_that_went_straight_to_S3_stay_there()
    {
        S3Connection stage = await sandbox.StageAsync();
        using var parts = new S3Parts(stage, $"{stage.Prefix}/run/");
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a); INSERT INTO t VALUES ('x'), ('y')");
        EtlExport export = await Exporter.ExportAsync(source, Exports.Query(source, "SELECT a FROM t"), new ExportOptions { RunId = RunId.New() }, parts, s_nobody, Cancel);
        EtlStage staged = await Stager.SendAsync(export, stage, $"{stage.Prefix}/run/", s_nobody, Cancel);
        Assert.Equal(export.Parts, staged.Parts);
        Assert.Equal(["manifest.json", "part-00000.csv.zst"], (await KeysAsync(stage)).Select(key => key.Split('/')[^1]));
    }

    [Fact]
    public async Task No_rows_give_no_manifest()
    {
        S3Connection stage = await sandbox.StageAsync();
        EtlStage staged = await Stager.SendAsync(await ExportAsync(0), stage, $"{stage.Prefix}/run/", s_nobody, Cancel);
        Assert.Null(staged.ManifestUrl);
        Assert.Empty(await KeysAsync(stage));
    }

    [Theory]
    [InlineData("PutObject")]
    [InlineData("UploadPart")]
    [InlineData("CreateMultipartUpload")]
    [InlineData("CompleteMultipartUpload")]
    public async Task A_call_that_fails_once_is_repeated(string operation)
    {
        S3Connection stage = await sandbox.StageAsync();
        await sandbox.FailAsync(new { kind = "s3", operation, pattern = stage.Prefix, status = 503 });
        byte[] bytes = new byte[operation == "PutObject" ? 10 : S3PartWriter.PieceBytes + 10];
        using var parts = new S3Parts(stage, $"{stage.Prefix}/run/");
        await using IPartWriter writer = await parts.CreateAsync("part", Cancel);
        await writer.WriteAsync(bytes, Cancel);
        await writer.CompleteAsync(ChecksumStream.Of(bytes), Cancel);
        Assert.Single(await KeysAsync(stage));
    }

    [Fact]
    public async Task A_store_that_fails_for_good_stops_the_source_and_leaves_nothing()
    {
        S3Connection stage = await sandbox.StageAsync();
        await sandbox.FailAsync(new { kind = "s3", operation = "UploadPart", pattern = stage.Prefix, status = 403, code = "AccessDenied", times = 0 });
        using var parts = new S3Parts(stage, $"{stage.Prefix}/run/");
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a)");
        var error = await Assert.ThrowsAsync<EtlException>(() => Exporter.ExportAsync(
            source, Exports.Query(source, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, randomblob(100) AS b FROM n"),
            new ExportOptions { RunId = RunId.New() }, parts, s_nobody, Cancel));
        Assert.Same(Fault.StageDenied, error.Fault);
        Assert.Empty(await KeysAsync(stage));
    }

    [Fact]
    public async Task Wrong_keys_a_missing_bucket_and_no_server_are_told_apart()
    {
        S3Connection stage = await sandbox.StageAsync();
        Assert.Same(Fault.StageLoginFailed, await FaultOfAsync(stage with { SecretKey = Secret.Of("wrong") }));
        Assert.Same(Fault.StageLoginFailed, await FaultOfAsync(stage with { AccessKey = "AKIAWRONG" }));
        Assert.Same(Fault.BucketNotFound, await FaultOfAsync(stage with { Bucket = "no-such-bucket" }));
        Assert.Same(Fault.StageFailed, await FaultOfAsync(stage with { ServiceUrl = "http://127.0.0.1:1" }));
    }

    [Fact]
    public async Task A_stage_that_works_says_where()
    {
        S3Connection stage = await sandbox.StageAsync();
        Assert.Contains(stage.Bucket, await StageTest.RunAsync(stage, Cancel), StringComparison.Ordinal);
        Assert.Empty(await KeysAsync(stage));
    }

    [Fact]
    public async Task Encryption_is_asked_for_with_every_object()
    {
        S3Connection stage = (await sandbox.StageAsync()) with { Encryption = StageEncryption.SseKms, KmsKeyId = "key-1" };
        using var parts = new S3Parts(stage, $"{stage.Prefix}/run/");
        foreach (int length in new[] { 10, S3PartWriter.PieceBytes + 10 })
        {
            byte[] bytes = new byte[length];
            await using IPartWriter writer = await parts.CreateAsync($"part{length}", Cancel);
            await writer.WriteAsync(bytes, Cancel);
            await writer.CompleteAsync(ChecksumStream.Of(bytes), Cancel);
            using AmazonS3Client client = S3Clients.Open(stage);
            GetObjectMetadataResponse head = await client.GetObjectMetadataAsync(stage.Bucket, $"{stage.Prefix}/run/part{length}", Cancel);
            Assert.Equal((ServerSideEncryptionMethod.AWSKMS, "key-1"), (head.ServerSideEncryptionMethod, head.ServerSideEncryptionKeyManagementServiceKeyId));
        }
    }

    private static async Task<Fault> FaultOfAsync(S3Connection stage) => (await Assert.ThrowsAsync<EtlException>(() => StageTest.RunAsync(stage, Cancel))).Fault;

    private async Task<EtlExport> ExportAsync(int rows) => await _exports.RunAsync(_exports.Sqlite("CREATE TABLE t (a)"),
        $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {rows}) SELECT i, 'row number ' || i AS s FROM n WHERE {rows} > 0");

    private static async Task<string[]> KeysAsync(S3Connection stage)
    {
        using AmazonS3Client client = S3Clients.Open(stage);
        ListObjectsV2Response list = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = stage.Bucket, Prefix = stage.Prefix }, Cancel);
        return (list.S3Objects ?? []).Select(found => found.Key).ToArray();
    }
}
