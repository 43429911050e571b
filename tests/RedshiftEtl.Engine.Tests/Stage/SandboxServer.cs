using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using RedshiftEtl.Engine.Define;

[assembly: AssemblyFixture(typeof(RedshiftEtl.Engine.Tests.Stage.SandboxServer))]

namespace RedshiftEtl.Engine.Tests.Stage;

/// <summary>The sandbox as its own process, started when the first test needs it; it ends with its standard input.</summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly Lazy<Task<JsonElement>> _started;
    private readonly HttpClient _http = new();
    private Process? _process;

    public SandboxServer() => _started = new Lazy<Task<JsonElement>>(StartAsync);

    /// <summary>A stage in a bucket of the sandbox, with a prefix of its own.</summary>
    internal async Task<S3Connection> StageAsync(ChecksumMode? mode = null)
    {
        JsonElement s3 = (await _started.Value).GetProperty("s3");
        return new S3Connection
        {
            Name = "stage",
            Bucket = Text(s3, "bucket"),
            Region = Text(s3, "region"),
            ServiceUrl = Text(s3, "serviceUrl"),
            AccessKey = Text(s3, "accessKey"),
            SecretKey = Secret.Of(Text(s3, "secretKey")),
            Prefix = $"t{Guid.NewGuid():N}",
            ChecksumMode = mode,
        };
    }

    /// <summary>A connection to its Redshift endpoint.</summary>
    internal async Task<RedshiftConnection> WarehouseAsync()
    {
        JsonElement redshift = (await _started.Value).GetProperty("redshift");
        return new RedshiftConnection
        {
            Name = "dw",
            Host = Text(redshift, "host"),
            Port = redshift.GetProperty("port").GetInt32(),
            Database = Text(redshift, "database"),
            Username = Text(redshift, "username"),
            Password = Secret.Of(Text(redshift, "password")),
            SslMode = "Disable",
            IamRole = "default",
        };
    }

    /// <summary>Asks the sandbox for a fault. Faults are one for all, so they name keys of the test's own prefix.</summary>
    public async Task FailAsync(object fault)
    {
        JsonElement admin = (await _started.Value).GetProperty("admin");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Text(admin, "url")}/faults")
        {
            Content = new StringContent(JsonSerializer.Serialize(fault), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Text(admin, "token"));
        using HttpResponseMessage response = await _http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Forgets all faults and begins to count statements.</summary>
    public async Task ResetAsync() => await AdminAsync(HttpMethod.Delete, "/faults");

    /// <summary>The statements since the last reset, in order.</summary>
    public async Task<string[]> StatementsAsync()
    {
        using JsonDocument statements = JsonDocument.Parse(await AdminAsync(HttpMethod.Get, "/statements"));
        return statements.RootElement.EnumerateArray().Select(statement => statement.GetProperty("sql").GetString()!).ToArray();
    }

    /// <summary>How often faults have struck.</summary>
    public async Task<int> StruckAsync()
    {
        using JsonDocument faults = JsonDocument.Parse(await AdminAsync(HttpMethod.Get, "/faults"));
        return faults.RootElement.EnumerateArray().Sum(fault => fault.TryGetProperty("struck", out JsonElement struck) ? struck.GetInt32() : 0);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }

    private async Task<string> AdminAsync(HttpMethod method, string path)
    {
        JsonElement admin = (await _started.Value).GetProperty("admin");
        using var request = new HttpRequestMessage(method, Text(admin, "url") + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Text(admin, "token"));
        using HttpResponseMessage response = await _http.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return body;
    }

    private async Task<JsonElement> StartAsync()
    {
        string program = Path.Combine(Root(), "bin", "sandbox", "RedshiftEtl.Sandbox.dll");
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        var errors = new StringBuilder();
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                errors.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
        string? ready = await _process.StandardOutput.ReadLineAsync();
        Assert.True(ready is not null, $"The sandbox did not start: {errors}");
        return JsonDocument.Parse(ready).RootElement;
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "RedshiftEtl.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The tests do not run in a checkout.");
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
