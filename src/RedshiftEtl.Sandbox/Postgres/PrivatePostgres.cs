using System.Diagnostics;
using System.Globalization;

namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>A PostgreSQL server of the sandbox's own: nobody else can log in, and it ends when the sandbox does, however that is.</summary>
internal sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly Process _guard;
    private bool _disposed;

    private PrivatePostgres(Process guard, string host, int port, string password)
    {
        _guard = guard;
        Host = host;
        Port = port;
        Password = password;
    }

    /// <summary>The folder of the server's Unix socket; on Windows the loopback address.</summary>
    public string Host { get; }

    /// <summary>The TCP port, or the number in the socket's name.</summary>
    public int Port { get; }

    /// <summary>The superuser's name.</summary>
    public string Superuser => ServerProcess.Superuser;

    /// <summary>The superuser's password, made at random when the data folder was.</summary>
    public string Password { get; }

    /// <summary>The process that starts and stops the server.</summary>
    internal int GuardProcessId => _guard.Id;

    /// <summary>Starts a server.</summary>
    /// <param name="folder">A folder to keep the data in from one start to the next; null for a throw-away server in a temporary folder.</param>
    /// <param name="cancel">Cancels the start.</param>
    /// <exception cref="PostgresException">PostgreSQL isn't here or doesn't start; the message says what to do.</exception>
    public static async Task<PrivatePostgres> StartAsync(string? folder, CancellationToken cancel) =>
        await StartAsync(await PostgresBinaries.FindAsync(cancel), folder, cancel);

    /// <summary>Starts a server from the given binaries.</summary>
    public static async Task<PrivatePostgres> StartAsync(PostgresBinaries binaries, string? folder, CancellationToken cancel)
    {
        DataFolder prepared = await DataFolder.PrepareAsync(folder, await ServerAccount.ChooseAsync(cancel), cancel);
        string password = await File.ReadAllTextAsync(prepared.PasswordFile, cancel);
        Process guard = StartGuard(GuardMode.Arguments(binaries, prepared));
        try
        {
            int port = await WaitAsync(guard, cancel);
            return new PrivatePostgres(guard, prepared.SocketFolder ?? "127.0.0.1", port, password);
        }
        catch
        {
            await EndAsync(guard);
            throw;
        }
    }

    /// <summary>Stops the server, and removes its folder if it was a throw-away.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await EndAsync(_guard);
    }

    private static Process StartGuard(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(DotnetHost()) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(GuardMode).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new PostgresException("The sandbox's guard process can't be started.");
    }

    private static async Task<int> WaitAsync(Process guard, CancellationToken cancel)
    {
        while (await guard.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (line.StartsWith(GuardMode.Ready, StringComparison.Ordinal)) return int.Parse(line.AsSpan(GuardMode.Ready.Length), CultureInfo.InvariantCulture);
            if (line.StartsWith(GuardMode.Failed, StringComparison.Ordinal)) throw new PostgresException(line[GuardMode.Failed.Length..]);
        }
        throw new PostgresException("The sandbox's guard process ended before its PostgreSQL was ready.");
    }

    private static async Task EndAsync(Process guard)
    {
        using (guard)
        {
            guard.StandardInput.Close();
            await guard.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>The dotnet program: this process, or (in a test's own executable) the one whose runtime this is.</summary>
    private static string DotnetHost()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.ProcessPath is { } path && Path.GetFileName(path).Equals(name, StringComparison.OrdinalIgnoreCase)) return path;
        string beside = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : PostgresBinaries.Which(name) ?? name;
    }
}
