using System.Globalization;

namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>The account that the server runs under: our own, or, as PostgreSQL refuses to run as root, an unprivileged one.</summary>
internal sealed class ServerAccount
{
    private readonly Func<IReadOnlyList<string>, IReadOnlyList<string>> _wrap;

    private ServerAccount(string? name, Func<IReadOnlyList<string>, IReadOnlyList<string>> wrap)
    {
        Name = name;
        _wrap = wrap;
    }

    /// <summary>Whether this process runs as root.</summary>
    public static bool IsRoot { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>The unprivileged account's name, or null when the server runs under our own.</summary>
    public string? Name { get; }

    /// <summary>The account for this process, with a way to become it that was tried.</summary>
    /// <exception cref="PostgresException">Root, and no way to become somebody else.</exception>
    public static async Task<ServerAccount> ChooseAsync(CancellationToken cancel)
    {
        if (!IsRoot) return new ServerAccount(null, command => command);
        foreach (string[] entry in File.ReadLines("/etc/passwd").Select(line => line.Split(':'))
            .Where(entry => entry is ["postgres" or "nobody", _, _, _, ..]).OrderByDescending(entry => entry[0], StringComparer.Ordinal))
        {
            (string name, string user, string group) = (entry[0], entry[2], entry[3]);
            foreach (Func<IReadOnlyList<string>, IReadOnlyList<string>> wrap in Ways(name, user, group))
            {
                ProgramRun tried = await ProgramRun.RunAsync(wrap(["/bin/sh", "-c", "id -u"]), capture: true, cancel);
                if (tried.ExitCode == 0 && tried.Output == user) return new ServerAccount(name, wrap);
            }
        }
        throw new PostgresException("PostgreSQL refuses to run as root, and there is no way here to run it under the account postgres or nobody "
            + "(tried setpriv, runuser and su). Install util-linux, or start the sandbox under another account.");
    }

    /// <summary>The command that runs <paramref name="command"/> under this account.</summary>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command) => _wrap(command);

    /// <summary>Hands a file or folder to this account.</summary>
    public async Task GiveAsync(string path, CancellationToken cancel)
    {
        if (Name is null) return;
        ProgramRun run = await ProgramRun.RunAsync(["chown", Name, path], capture: true, cancel);
        if (run.ExitCode != 0) throw new PostgresException($"{path} can't be handed to the account {Name}: {run.Output}");
    }

    /// <summary>Whether this account can enter the folder.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken cancel) =>
        Name is null || (await ProgramRun.RunAsync(Wrap(["/bin/sh", "-c", "cd \"$0\"", folder]), capture: true, cancel)).ExitCode == 0;

    private static IEnumerable<Func<IReadOnlyList<string>, IReadOnlyList<string>>> Ways(string name, string user, string group)
    {
        if (PostgresBinaries.Which("setpriv") is { } setpriv)
            yield return command => [setpriv, "--reuid=" + user, "--regid=" + group, "--clear-groups", .. command];
        if (PostgresBinaries.Which("runuser") is { } runuser)
            yield return command => [runuser, "-u", name, "--", .. command];
        if (PostgresBinaries.Which("su") is { } su)
            yield return command => [su, "-s", "/bin/sh", name, "-c", string.Join(' ', command.Select(Quote))];
    }

    private static string Quote(string word) => string.Create(CultureInfo.InvariantCulture, $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'");
}
