using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>A real PostgreSQL in a folder of its own, for these tests only.</summary>
internal sealed class TestPostgres : IAsyncDisposable
{
    private readonly Process _server;
    private readonly string _folder;

    private TestPostgres(Process server, string folder, int port)
    {
        _server = server;
        _folder = folder;
        Address = new BackendAddress(folder, port, "postgres", "");
    }

    public BackendAddress Address { get; }

    public static async Task<TestPostgres> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("rs-test-").FullName;
        bool root = Environment.IsPrivilegedProcess;
        if (root) await RunAsync("chown", ["postgres", folder]);
        await RunAsync(root, "initdb", ["-D", folder + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        int port = FreePort();
        string[] settings = ["-D", folder + "/data", "-k", folder, "-p", port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=", "-c", "fsync=off", "-c", "password_encryption=md5", "-c", "autovacuum=off"];
        var start = Start(root, "postgres", settings);
        start.RedirectStandardError = true;
        var server = Process.Start(start)!;
        server.ErrorDataReceived += (_, _) => { };
        server.BeginErrorReadLine();
        var made = new TestPostgres(server, folder, port);
        for (var waited = Stopwatch.StartNew(); ; )
        {
            try
            {
                await using var connection = await BackendConnection.OpenAsync(made.Address, "postgres", new Dictionary<string, string>(), CancellationToken.None);
                return made;
            }
            catch (Exception error) when (error is SocketException or RedshiftEtl.Sandbox.Redshift.BackendException && waited.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Yield();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        int pid = int.Parse(File.ReadLines(_folder + "/data/postmaster.pid").First(), CultureInfo.InvariantCulture);
        await RunAsync("kill", ["-INT", pid.ToString(CultureInfo.InvariantCulture)]);
        await _server.WaitForExitAsync();
        _server.Dispose();
        Directory.Delete(_folder, true);
    }

    private static Task RunAsync(string program, string[] arguments) => RunAsync(false, program, arguments);

    private static async Task RunAsync(bool asPostgres, string program, string[] arguments)
    {
        var start = Start(asPostgres, program, arguments);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static ProcessStartInfo Start(bool asPostgres, string program, string[] arguments) => asPostgres
        ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments]) { WorkingDirectory = "/" }
        : new ProcessStartInfo(program, arguments);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
