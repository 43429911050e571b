using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.Tests.S3;

namespace RedshiftEtl.Sandbox.Tests.Faults;

public sealed class FaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<StatementFault?> RunAsync(FaultRegistry faults, string sql) =>
        await faults.OnStatementAsync(sql, "", FaultPoint.Before, Cancel) ?? await faults.OnStatementAsync(sql, "", FaultPoint.After, Cancel);

    [Fact]
    public async Task A_statement_is_struck_by_number_once()
    {
        var faults = new FaultRegistry();
        faults.Add(new FaultRule { Kind = FaultKind.Statement, Number = 2, Point = FaultPoint.After, Action = FaultAction.Drop });
        Assert.Null(await RunAsync(faults, "select 1"));
        Assert.Null(await faults.OnStatementAsync("commit", "", FaultPoint.Before, Cancel));
        Assert.True((await faults.OnStatementAsync("commit", "", FaultPoint.After, Cancel))!.Drop);
        Assert.Null(await RunAsync(faults, "commit"));
        Assert.Equal(1, faults.List().Single().Struck);
        Assert.Equal([1, 2, 3], faults.Statements().Select(s => s.Number));
        faults.Reset();
        Assert.Empty(faults.List());
        Assert.Empty(faults.Statements());
        Assert.Null(await RunAsync(faults, "select 1"));
        Assert.Equal(1, faults.Statements().Single().Number);
    }

    [Fact]
    public async Task A_pattern_strikes_as_often_as_asked()
    {
        var faults = new FaultRegistry();
        faults.Add(new FaultRule { Kind = FaultKind.Statement, Pattern = @"^\s*delete\b", Times = 2, Action = FaultAction.Error, SqlState = "XX000", Message = "1023 DETAIL: Serializable isolation violation on table" });
        Assert.Null(await RunAsync(faults, "select 1"));
        for (int i = 0; i < 2; i++) Assert.Equal("XX000", (await RunAsync(faults, " DELETE from t"))!.SqlState);
        Assert.Null(await RunAsync(faults, "delete from t"));
    }

    [Fact]
    public async Task Statements_are_remembered_without_their_secrets()
    {
        var faults = new FaultRegistry();
        await RunAsync(faults, "copy t from 's3://b/k' access_key_id 'marker1' secret_access_key 'mar''ker2' session_token 'marker3'");
        await RunAsync(faults, "copy t from 's3://b/k' credentials as 'aws_secret_access_key=marker4'");
        await RunAsync(faults, "create user u password 'marker5'");
        Assert.All(faults.Statements(), s => Assert.DoesNotMatch("mar.*ker|marker", s.Sql));
        Assert.Contains("s3://b/k", faults.Statements()[0].Sql, StringComparison.Ordinal);
    }

    [Fact]
    public void A_load_is_killed_once()
    {
        var faults = new FaultRegistry();
        faults.Add(new FaultRule { Kind = FaultKind.Load, AtByte = 1000 });
        Assert.Equal(1000, faults.LoadKillByte());
        Assert.Null(faults.LoadKillByte());
    }

    [Fact]
    public async Task S3_calls_fail_n_times_and_then_work()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        s3.Faults.Add(new FaultRule { Kind = FaultKind.S3, Operation = "PutObject", Pattern = "^lake/a", Status = 503, Times = 2 });
        Task<PutObjectResponse> Put(string key) => client.PutObjectAsync(new PutObjectRequest { BucketName = "lake", Key = key, ContentBody = "x" }, Cancel);
        await Put("b");
        for (int i = 0; i < 2; i++) Assert.Equal("SlowDown", (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => Put("a"))).ErrorCode);
        await Put("a");
    }

    [Fact]
    public async Task Bodies_are_cut_either_way_and_nothing_is_left()
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        byte[] bytes = new byte[3_000_000];
        Task Put() => client.PutObjectAsync(new PutObjectRequest { BucketName = "lake", Key = "k", InputStream = new MemoryStream(bytes) }, Cancel);
        s3.Faults.Add(new FaultRule { Kind = FaultKind.S3, Operation = "PutObject", AtByte = 1_000_000, Times = 0 });
        await Assert.ThrowsAnyAsync<Exception>(Put); // the client itself tries again after a broken connection
        await s3.CleanAsync();
        Assert.Null(s3.Store.Find("lake", "k"));
        s3.Faults.Reset();
        await Put();
        s3.Faults.Add(new FaultRule { Kind = FaultKind.S3, Operation = "GetObject", AtByte = 1_000_000 });
        using GetObjectResponse response = await client.GetObjectAsync("lake", "k", Cancel);
        await Assert.ThrowsAnyAsync<Exception>(() => response.ResponseStream.CopyToAsync(Stream.Null, Cancel));
    }

    [Theory]
    [InlineData("Expired", "ExpiredToken")]
    [InlineData("Revoked", "InvalidAccessKeyId")]
    public async Task Credentials_end_until_the_reset(string state, string code)
    {
        await using RunningS3 s3 = await RunningS3.StartAsync();
        using AmazonS3Client client = s3.Client();
        s3.Faults.Add(new FaultRule { Kind = FaultKind.Credentials, State = Enum.Parse<CredentialState>(state) });
        Assert.Equal(code, (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.ListBucketsAsync(Cancel))).ErrorCode);
        s3.Faults.Reset();
        await client.ListBucketsAsync(Cancel);
    }

    [Fact]
    public async Task The_admin_endpoint_lists_adds_resets_and_stops()
    {
        var faults = new FaultRegistry();
        var stopped = new TaskCompletionSource();
        await using AdminEndpoint admin = await AdminEndpoint.StartAsync(faults, "t0ken", 0, stopped.SetResult, Cancel);
        using var http = new HttpClient { BaseAddress = admin.Url };
        using HttpResponseMessage stranger = await http.GetAsync(new Uri("/faults", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "t0ken");

        async Task<(HttpStatusCode, string)> Send(HttpMethod method, string path, string? json = null)
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
            if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await http.SendAsync(request, Cancel);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
        }
        (HttpStatusCode status, string text) = await Send(HttpMethod.Post, "/faults", """{ "kind": "statement", "pattern": "^commit", "point": "after", "action": "drop" }""");
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Contains("\"pattern\":\"^commit\"", text, StringComparison.Ordinal);
        foreach (string bad in new[] { """{ "kind": "tea" }""", """{ "kind": "load" }""", """{ "kind": "statement", "patern": "x" }""", """{ "kind": "statement", "pattern": "(" }""", "no json" })
        {
            (status, text) = await Send(HttpMethod.Post, "/faults", bad);
            Assert.Equal((HttpStatusCode.BadRequest, true), (status, text.Contains("error", StringComparison.Ordinal)));
        }
        Assert.True((await RunAsync(faults, "COMMIT"))!.Drop);
        Assert.Contains("COMMIT", (await Send(HttpMethod.Get, "/statements")).Item2, StringComparison.Ordinal);
        Assert.Contains("\"struck\":1", (await Send(HttpMethod.Get, "/faults")).Item2, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await Send(HttpMethod.Delete, "/faults")).Item1);
        Assert.Empty(faults.List());
        Assert.Equal(HttpStatusCode.NotFound, (await Send(HttpMethod.Get, "/tea")).Item1);
        Assert.Equal(HttpStatusCode.Accepted, (await Send(HttpMethod.Post, "/stop")).Item1);
        await stopped.Task.WaitAsync(Cancel);
    }
}
