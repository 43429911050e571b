using System.Text.Json;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>The program: its options, its one line of JSON, its end.</summary>
public sealed class HostTests
{
    [Fact]
    public void Options_are_read()
    {
        var options = SandboxOptions.Parse(["--data", "/tmp/x", "--redshift-port", "5439", "--user", "me", "--keep-running", "--serverless"], name => name == "REDSHIFTETL_SANDBOX_PASSWORD" ? "from environment" : null);
        Assert.Equal((5439, 0, "me", "from environment", "dev", "sandbox", true), (options.RedshiftPort, options.S3Port, options.User, options.Password, options.Database, options.Bucket, options.KeepRunning));
        Assert.True(options.Serverless);
        Assert.False(SandboxOptions.Parse([], _ => null).Serverless);
        Assert.DoesNotContain("from environment", options.ToString(), StringComparison.Ordinal);
        Assert.Equal("given", SandboxOptions.Parse(["--password", "given"], _ => "other").Password);
        Assert.NotEqual(SandboxOptions.Parse([], _ => null).Password, SandboxOptions.Parse([], _ => null).Password);
    }

    [Theory]
    [InlineData("--nosuch")]
    [InlineData("--user")]
    [InlineData("--s3-port", "x")]
    [InlineData("--redshift-port", "65536")]
    public async Task Wrong_options_are_one_sentence_on_stderr(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Assert.Equal(1, await SandboxLifetime.RunAsync(arguments, Parts(), TextReader.Null, output, errors, TestContext.Current.CancellationToken));
        Assert.Equal("", output.ToString());
        Assert.Contains(arguments[0], errors.ToString(), StringComparison.Ordinal);
        Assert.Single(errors.ToString().Trim().Split('\n'));
    }

    [Fact]
    public async Task It_says_how_to_reach_it_and_keeps_its_data()
    {
        string folder = Directory.CreateTempSubdirectory("rs-host-").FullName;
        try
        {
            var parts = Parts();
            var options = SandboxOptions.Parse(["--data", folder, "--database", "Dw", "--user", "me"], _ => null);
            for (int start = 0; start < 2; start++)
            {
                await using var host = await SandboxHost.StartAsync(options, parts, TestContext.Current.CancellationToken);
                var said = JsonDocument.Parse(host.Description).RootElement;
                Assert.Equal(Environment.ProcessId, said.GetProperty("processId").GetInt32());
                var redshift = said.GetProperty("redshift");
                await using var connection = new Npgsql.NpgsqlConnection(
                    $"Host={redshift.GetProperty("host")};Port={redshift.GetProperty("port")};Database={redshift.GetProperty("database")};Username={redshift.GetProperty("username")};Password={redshift.GetProperty("password")};Pooling=false");
                await connection.OpenAsync(TestContext.Current.CancellationToken);
                await using var session = new TestSession(connection, "public");
                if (start == 0) await session.RunAsync("CREATE TABLE kept AS SELECT 1 AS n");
                else Assert.Equal(1, await session.ValueAsync("SELECT n FROM kept"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            await _postgres!.DisposeAsync();
        }
    }

    private TestPostgres? _postgres;

    private SandboxParts Parts() => new()
    {
        StartPostgres = async (_, _) => new RunningPart<BackendAddress>((_postgres ??= await TestPostgres.StartAsync()).Address, new Nothing()),
        StartObjects = (_, _, _) => Task.FromResult(new RunningPart<ObjectService>(new ObjectService("http://127.0.0.1:1", new SandboxKeys { AccessKey = "a", SecretKey = "b" }), new Nothing())),
        StartAdmin = _ => Task.FromResult(new RunningPart<AdminService>(new AdminService("http://127.0.0.1:2", "t"), new Nothing())),
        MakeCopy = (_, _, _, _) => Task.FromResult(new RunningPart<CopyExecutor>((_, _, _) => Task.FromResult(new CopyOutcome(null, 0, new BackendException("0A000", "none"))), new Nothing())),
    };

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
