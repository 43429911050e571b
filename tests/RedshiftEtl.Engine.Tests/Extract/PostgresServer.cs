using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using RedshiftEtl.Engine.Define;

[assembly: AssemblyFixture(typeof(RedshiftEtl.Engine.Tests.Extract.PostgresServer))]

namespace RedshiftEtl.Engine.Tests.Extract;

/// <summary>A PostgreSQL to read from, started when the first test needs it. Tests are skipped where its programs are not installed.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly Lazy<Task<PostgreSqlConnection>> _started;
    private readonly string _folder = Directory.CreateTempSubdirectory("etlpg").FullName;
    private static readonly ConcurrentQueue<string> s_errors = new();
    private Process? _server;

    public PostgresServer() => _started = new Lazy<Task<PostgreSqlConnection>>(StartAsync);

    /// <summary>A connection to its database.</summary>
    public Task<PostgreSqlConnection> Connection => _started.Value;

    /// <summary>The folder with its socket and its certificate.</summary>
    public string Folder => _folder;

    /// <summary>Runs SQL as superuser.</summary>
    public async Task ExecuteAsync(string sql)
    {
        PostgreSqlConnection target = await Connection;
        await using var connection = new NpgsqlConnection($"Host={target.Host};Port={target.Port};Username=postgres;Database=postgres;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await RunAsync("pg_ctl", "stop", "-D", Path.Combine(_folder, "data"), "-m", "immediate", "-w");
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<PostgreSqlConnection> StartAsync()
    {
        bool isInstalled = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "initdb")));
        Assert.SkipUnless(isInstalled, "PostgreSQL's server programs are not on the PATH.");
        string data = Path.Combine(_folder, "data");
        if (Environment.UserName == "root")
        {
            await Started("chown", "postgres", _folder).WaitForExitAsync();
        }

        await RunAsync("initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync");
        await WriteAsync(Path.Combine(data, "pg_hba.conf"), """
            local   all  all                      trust
            host    all  by_scram   127.0.0.1/32  scram-sha-256
            host    all  by_md5     127.0.0.1/32  md5
            host    all  by_clear   127.0.0.1/32  password
            hostssl all  by_tls     127.0.0.1/32  scram-sha-256
            host    all  by_tls     127.0.0.1/32  reject
            hostssl all  by_cert    127.0.0.1/32  cert
            host    all  all        127.0.0.1/32  trust
            """);
        await WriteCertificateAsync();
        int port = FreePort();
        _server = Started(Unprivileged("postgres", "-D", data, "-k", _folder, "-p", $"{port}", "-c", "ssl=on",
            "-c", $"ssl_cert_file={Path.Combine(_folder, "server.crt")}", "-c", $"ssl_key_file={Path.Combine(_folder, "server.key")}", "-c", $"ssl_ca_file={Path.Combine(_folder, "server.crt")}", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "log_min_messages=fatal"));
        var connection = new PostgreSqlConnection { Name = "pg", Host = "127.0.0.1", Port = port, Database = "postgres", Username = "postgres" };
        while (!await AnswersAsync(connection))
        {
            Assert.False(_server.HasExited, $"postgres has ended: {string.Join('\n', s_errors)}");
        }

        return connection;
    }

    /// <summary>A certificate for this machine, which is its own authority.</summary>
    private async Task WriteCertificateAsync()
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=by_cert", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await WriteAsync(Path.Combine(_folder, "server.crt"), certificate.ExportCertificatePem());
        await WriteAsync(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Writes a file that the server may read and nobody else.</summary>
    private static async Task WriteAsync(string file, string text)
    {
        await File.WriteAllTextAsync(file, text + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        if (Environment.UserName == "root")
        {
            await Started("chown", "postgres", file).WaitForExitAsync();
        }
    }

    private static int FreePort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    private static async Task<bool> AnswersAsync(PostgreSqlConnection connection)
    {
        try
        {
            await using var probe = new NpgsqlConnection($"Host={connection.Host};Port={connection.Port};Username=postgres;Database=postgres;Pooling=false");
            await probe.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task RunAsync(params string[] command)
    {
        using Process process = Started(Unprivileged(command));
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command[0]} ended with {process.ExitCode}: {string.Join('\n', s_errors)}");
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static string[] Unprivileged(params string[] command) =>
        Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command] : command;

    private static Process Started(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => s_errors.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
