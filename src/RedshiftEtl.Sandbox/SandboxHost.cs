using System.Text.Json;
using System.Text.Json.Nodes;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.Redshift.Catalog;

namespace RedshiftEtl.Sandbox;

/// <summary>The running sandbox: everything that was started, and how to reach it.</summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _running = new();
    private string? _temporaryFolder;

    private SandboxHost()
    {
    }

    /// <summary>How to reach the sandbox, as the one line of JSON that its starter reads.</summary>
    public string Description { get; private set; } = "";

    /// <summary>Starts all parts.</summary>
    /// <exception cref="SandboxException">A part can't start; the message says why.</exception>
    public static async Task<SandboxHost> StartAsync(SandboxOptions options, SandboxParts parts, CancellationToken cancel)
    {
        var host = new SandboxHost();
        try
        {
            await host.StartPartsAsync(options, parts, cancel).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_running.TryPop(out var part)) await part.DisposeAsync().ConfigureAwait(false);
        if (_temporaryFolder is not null && Directory.Exists(_temporaryFolder)) Directory.Delete(_temporaryFolder, recursive: true);
        _temporaryFolder = null;
    }

    private async Task StartPartsAsync(SandboxOptions options, SandboxParts parts, CancellationToken cancel)
    {
        if (options.DataFolder is not null) Directory.CreateDirectory(options.DataFolder);
        else _temporaryFolder = Directory.CreateTempSubdirectory("redshift-sandbox-").FullName;
        string folder = options.DataFolder ?? _temporaryFolder!;

        // The server takes longest; the others start beside it.
        var starting = parts.StartPostgres(options.DataFolder is null ? null : Path.Combine(folder, "postgres"), cancel);
        var objects = Keep(await parts.StartObjects(Path.Combine(folder, "s3"), options, cancel).ConfigureAwait(false));
        var admin = Keep(await parts.StartAdmin(cancel).ConfigureAwait(false));
        var server = Keep(await starting.ConfigureAwait(false));

        await WarehouseSetup.PrepareAsync(server, options.User, options.Password, options.Database, [], cancel).ConfigureAwait(false);
        var copy = Keep(await parts.MakeCopy(server, options, objects, cancel).ConfigureAwait(false));
        var endpoint = RedshiftEndpoint.Start(server, options.RedshiftPort, copy, parts.Faults, options.Serverless);
        _running.Push(endpoint);
        Description = Describe(options, endpoint.Port, objects, admin, folder);
    }

    private T Keep<T>(RunningPart<T> part)
    {
        _running.Push(part.Running);
        return part.Value;
    }

    private static string Describe(SandboxOptions options, int port, ObjectService objects, AdminService admin, string folder) => new JsonObject
    {
        ["redshift"] = new JsonObject
        {
            ["host"] = "127.0.0.1",
            ["port"] = port,
            ["database"] = options.Database,
            ["username"] = options.User,
            ["password"] = options.Password,
        },
        ["s3"] = new JsonObject
        {
            ["serviceUrl"] = objects.ServiceUrl,
            ["bucket"] = options.Bucket,
            ["accessKey"] = objects.Keys.AccessKey,
            ["secretKey"] = objects.Keys.SecretKey,
            ["region"] = objects.Keys.Region,
        },
        ["iamRole"] = objects.Keys.Roles[0],
        ["admin"] = new JsonObject { ["url"] = admin.Url, ["token"] = admin.Token },
        ["data"] = folder,
        ["processId"] = Environment.ProcessId,
    }.ToJsonString(new JsonSerializerOptions { WriteIndented = false });
}
