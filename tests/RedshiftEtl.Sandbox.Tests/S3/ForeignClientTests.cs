using System.Diagnostics;

namespace RedshiftEtl.Sandbox.Tests.S3;

/// <summary>Clients in other languages.</summary>
public sealed class ForeignClientTests
{
    private const string Script = """
        import sys, os, io, boto3, botocore
        from botocore.config import Config
        url, key, secret = sys.argv[1:4]
        for calculation in ("when_supported", "when_required"):
            for style in ("path",):
                s3 = boto3.client("s3", endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1",
                    config=Config(s3={"addressing_style": style}, request_checksum_calculation=calculation, retries={"max_attempts": 1}))
                body = os.urandom(100_000)
                for name in ("plain", "d/\u00e4 +&=?#%.csv", "a//b/"):
                    s3.put_object(Bucket="lake", Key=name, Body=body, Metadata={"run": "42"})
                    got = s3.get_object(Bucket="lake", Key=name, ChecksumMode="ENABLED")
                    assert got["Body"].read() == body and got["Metadata"] == {"run": "42"}
                names = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="lake", PaginationConfig={"PageSize": 1}) for o in page["Contents"]]
                assert names == ["a//b/", "d/\u00e4 +&=?#%.csv", "plain"], names
                big = os.urandom(17 * 1024 * 1024)
                s3.upload_fileobj(io.BytesIO(big), "lake", "big")
                back = io.BytesIO()
                s3.download_fileobj("lake", "big", back)
                assert back.getvalue() == big
                s3.copy_object(Bucket="lake", Key="copy", CopySource={"Bucket": "lake", "Key": "big"})
                assert s3.head_object(Bucket="lake", Key="copy")["ContentLength"] == len(big)
                try:
                    s3.get_object(Bucket="lake", Key="none")
                    raise SystemExit("found what is not there")
                except s3.exceptions.NoSuchKey:
                    pass
                deleted = s3.delete_objects(Bucket="lake", Delete={"Objects": [{"Key": k} for k in names + ["big", "copy"]]})
                assert len(deleted["Deleted"]) == 5
                assert s3.list_objects_v2(Bucket="lake")["KeyCount"] == 0
        print("fine")
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync(Cancel);
            string output = await process.StandardOutput.ReadToEndAsync(Cancel);
            await process.WaitForExitAsync(Cancel);
            return (process.ExitCode, output + await errors);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, "");
        }
    }

    [Fact]
    public async Task Boto3_works()
    {
        Assert.SkipUnless((await RunAsync("python3", ["-c", "import boto3"])).Code == 0, "Python with boto3 isn't here");
        await using RunningS3 s3 = await RunningS3.StartAsync();
        (int code, string output) = await RunAsync("python3", ["-c", Script, s3.ServiceUrl, RunningS3.Keys.AccessKey, RunningS3.Keys.SecretKey]);
        Assert.True(code == 0, output);
        Assert.Equal("fine", output.Trim());
    }

    [Fact]
    public async Task The_aws_command_line_works()
    {
        Assert.SkipUnless((await RunAsync("aws", ["--version"])).Code == 0, "the aws command line isn't here");
        await using RunningS3 s3 = await RunningS3.StartAsync();
        (string, string)[] environment =
        [
            ("AWS_ACCESS_KEY_ID", RunningS3.Keys.AccessKey), ("AWS_SECRET_ACCESS_KEY", RunningS3.Keys.SecretKey),
            ("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_ENDPOINT_URL", s3.ServiceUrl),
        ];
        string file = Path.Combine(s3.Store.Folder, "local.csv");
        await File.WriteAllTextAsync(file, "a,b\n", Cancel);
        foreach (string[] command in new string[][] { ["cp", file, "s3://lake/x/local.csv"], ["ls", "s3://lake/x/"], ["mv", "s3://lake/x/local.csv", "s3://lake/y.csv"], ["rm", "--recursive", "s3://lake"] })
        {
            (int code, string output) = await RunAsync("aws", ["--endpoint-url", s3.ServiceUrl, "s3", .. command], environment);
            Assert.True(code == 0, output);
            if (command[0] == "ls") Assert.Contains("local.csv", output, StringComparison.Ordinal);
        }
        Assert.Empty(s3.Store.List("lake", ""));
    }
}
