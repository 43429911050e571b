using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MySqlConnector;
using MySqlSourceDefinition = RedshiftEtl.Engine.Define.MySqlConnection;

[assembly: AssemblyFixture(typeof(RedshiftEtl.Engine.Tests.Extract.MySql.MariaDbServer))]

namespace RedshiftEtl.Engine.Tests.Extract.MySql;

/// <summary>A MariaDB to read from, started when the first test needs it. Tests are skipped where its programs are not installed.</summary>
public sealed class MariaDbServer : IAsyncDisposable
{
    private static readonly string[] s_folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/usr/local/sbin", "/usr/libexec"];

    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource _isReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task<MySqlSourceDefinition>> _started;
    private readonly string _folder = Directory.CreateTempSubdirectory("etlmaria").FullName;
    private Process? _server;

    public MariaDbServer() => _started = new Lazy<Task<MySqlSourceDefinition>>(StartAsync);

    /// <summary>A connection to its database «shop» as a user with all rights.</summary>
    public Task<MySqlSourceDefinition> Connection => _started.Value;

    /// <summary>The server's certificate, which is its own authority.</summary>
    public string Certificate => Path.Combine(_folder, "server.crt");

    /// <summary>The server's Unix socket.</summary>
    public string Socket => Path.Combine(_folder, "s");

    /// <summary>Opens a connection of the tests' own.</summary>
    public async Task<MySqlConnection> OpenAsync()
    {
        MySqlSourceDefinition target = await Connection;
        var connection = new MySqlConnection($"Server={target.Host};Port={target.Port};User ID=root;Database=shop;Pooling=false;AllowUserVariables=true");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs SQL with all rights.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using MySqlConnection connection = await OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first field of the first row.</summary>
    public async Task<object?> ScalarAsync(string sql)
    {
        await using MySqlConnection connection = await OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _server.Kill();
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<MySqlSourceDefinition> StartAsync()
    {
        string? program = Find("mariadbd");
        string? install = Find("mariadb-install-db");
        Assert.SkipWhen(program is null || install is null, "MariaDB's server programs are not on the PATH.");
        string data = Path.Combine(_folder, "data");
        await WriteCertificateAsync();
        if (Environment.UserName == "root")
        {
            await Started(["chown", "-R", "mysql", _folder]).WaitForExitAsync();
        }

        Process installation = Started(Unprivileged([install, "--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]));
        await installation.WaitForExitAsync();
        Assert.True(installation.ExitCode == 0, string.Join('\n', _log));
        int port = FreePort();
        _server = Started(Unprivileged([program, "--no-defaults", $"--datadir={data}", $"--socket={Socket}", $"--port={port}", "--bind-address=127.0.0.1", "--skip-log-bin", "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--max-allowed-packet=64M", $"--ssl-cert={Certificate}", $"--ssl-key={Path.Combine(_folder, "server.key")}"]));
        await Task.WhenAny(_isReady.Task, _server.WaitForExitAsync());
        Assert.False(_server.HasExited, string.Join('\n', _log));
        await using (var connection = new MySqlConnection($"Server=127.0.0.1;Port={port};User ID=root;Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = new MySqlCommand("CREATE DATABASE shop CHARACTER SET utf8mb4", connection);
            await command.ExecuteNonQueryAsync();
        }

        return new MySqlSourceDefinition { Name = "shop", Product = "MariaDB", Host = "127.0.0.1", Port = port, Database = "shop", Username = "root" };
    }

    /// <summary>A certificate for this machine, which is its own authority.</summary>
    private async Task WriteCertificateAsync()
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(Certificate, certificate.ExportCertificatePem() + "\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static string? Find(string program) => s_folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>MariaDB refuses to run as root; its package brings a user.</summary>
    private static string[] Unprivileged(string[] command) =>
        Environment.UserName == "root" ? ["setpriv", "--reuid=mysql", "--regid=mysql", "--clear-groups", .. command] : command;

    private Process Started(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) =>
        {
            _log.Enqueue(line.Data ?? "");
            if (line.Data?.Contains("ready for connections", StringComparison.Ordinal) == true)
            {
                _isReady.TrySetResult();
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
