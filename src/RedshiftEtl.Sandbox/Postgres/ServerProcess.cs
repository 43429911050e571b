using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>Makes, starts and stops the private server; used by the guard only.</summary>
internal sealed class ServerProcess(PostgresBinaries binaries, ServerAccount account, DataFolder folder)
{
    /// <summary>The superuser's name. Not "postgres": clients that guess get nothing.</summary>
    public const string Superuser = "sandbox_admin";

    private const int SocketPort = 5432;

    /// <summary>Starts the server, after making its data if there is none, and waits until it answers.</summary>
    /// <returns>The port that it listens on.</returns>
    /// <exception cref="PostgresException">It doesn't start; the message has what the server said.</exception>
    public async Task<int> StartAsync(CancellationToken cancel)
    {
        if (!folder.IsInitialised) await InitialiseAsync(cancel);
        // A guard that was killed may have left its server; the lock says that no other guard lives.
        else await StopAsync();

        const int tries = 5;
        for (int attempt = 1; ; attempt++)
        {
            int port = folder.SocketFolder is null ? FreePort() : SocketPort;
            await File.WriteAllTextAsync(Path.Combine(folder.Data, "postgresql.conf"), ServerSettings.Text(folder, port), cancel);
            File.Delete(folder.Log);
            ProgramRun run = await ControlAsync("start", "-w", "-t", "60", "-l", folder.Log);
            if (run.ExitCode == 0) return port;
            // Somebody else may have taken the free port meanwhile.
            if (folder.SocketFolder is null && attempt < tries) continue;
            string said = File.Exists(folder.Log) ? (await File.ReadAllTextAsync(folder.Log, cancel)).Trim() : "";
            throw new PostgresException($"The sandbox's private PostgreSQL in {folder.Data} doesn't start: {said}");
        }
    }

    /// <summary>Stops the server if it runs: at once if it is a throw-away, else with a checkpoint.</summary>
    public async Task StopAsync()
    {
        using Process? server = FindRunning();
        if (server is null) return;
        await ControlAsync("stop", "-w", "-t", "60", "-m", folder.Fresh ? "immediate" : "fast");
        // pg_ctl waits for the pid file to go, which is a moment before the process does.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await server.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // Over, but nobody collects its exit code: a container without an init process.
        }
    }

    /// <summary>The process that the server's pid file names, if it is that server: after a crash the number may be another program's by now.</summary>
    private Process? FindRunning()
    {
        string file = Path.Combine(folder.Data, "postmaster.pid");
        if (!File.Exists(file)) return null;
        string[] lines = File.ReadAllLines(file);
        if (lines.Length < 3
            || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out int id)
            || !long.TryParse(lines[2], CultureInfo.InvariantCulture, out long started))
        {
            return null;
        }
        try
        {
            Process process = Process.GetProcessById(id);
            if (process.ProcessName.StartsWith("postgres", StringComparison.Ordinal)
                && (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch.AddSeconds(started)).Duration() < TimeSpan.FromMinutes(1))
            {
                return process;
            }
            process.Dispose();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null; // no such process, or not any more
        }
    }

    private Task<ProgramRun> ControlAsync(string action, params string[] options) =>
        ProgramRun.RunAsync(account.Wrap([binaries.PgCtl, action, "-s", "-D", folder.Data, .. options]),
            capture: action != "start" || !OperatingSystem.IsWindows(), CancellationToken.None);

    private async Task InitialiseAsync(CancellationToken cancel)
    {
        // Characters as UTF-8 has them, but compared as bytes, as Redshift compares them.
        string[][] locales =
        [
            ["--locale=C", "--lc-ctype=C.UTF-8"],
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
            ["--locale=C"],
        ];
        string said = "";
        foreach (string[] locale in locales)
        {
            await folder.MakeDataAsync(account, cancel);
            string password = Path.Combine(folder.Root, "initdb.password");
            File.Copy(folder.PasswordFile, password, overwrite: true);
            ProgramRun run;
            try
            {
                await account.GiveAsync(password, cancel);
                run = await ProgramRun.RunAsync(account.Wrap([binaries.InitDb, "-D", folder.Data, "-U", Superuser, "--pwfile", password,
                    "-A", "scram-sha-256", "-E", "UTF8", "--no-sync", .. locale]), capture: true, cancel);
            }
            finally
            {
                File.Delete(password);
            }
            if (run.ExitCode == 0)
            {
                await File.WriteAllTextAsync(Path.Combine(folder.Data, "sandbox.ready"), "", cancel);
                return;
            }
            said = run.Output;
        }
        throw new PostgresException($"{binaries.InitDb} can't make the sandbox's private database in {folder.Data}: {said}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
