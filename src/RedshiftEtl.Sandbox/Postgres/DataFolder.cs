using System.Security.Cryptography;

namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>Where one private server lives.</summary>
/// <param name="Root">The folder that holds all of it.</param>
/// <param name="SocketFolder">The folder of its Unix socket; null where it listens on loopback TCP.</param>
/// <param name="Fresh">A throw-away server: nothing is made durable, and everything is removed at the end.</param>
internal sealed record DataFolder(string Root, string? SocketFolder, bool Fresh)
{
    /// <summary>The mode of a folder or program that every account may enter or run.</summary>
    public const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>PostgreSQL's data directory.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>What the server says while it starts.</summary>
    public string Log => Path.Combine(Data, "server.log");

    /// <summary>The superuser's password, readable by the sandbox's account only.</summary>
    public string PasswordFile => Path.Combine(Root, "password");

    /// <summary>Held open for as long as a guard runs a server here.</summary>
    public string LockFile => Path.Combine(Root, "guard.lock");

    /// <summary>Whether initdb finished here: it writes this file as its last but the configuration, which we write.</summary>
    public bool IsInitialised => File.Exists(Path.Combine(Data, "sandbox.ready"));

    /// <summary>Makes the folder, its password, and the folder of the socket.</summary>
    /// <param name="root">A folder to keep the server's data in, or null for a fresh one in the temporary folder.</param>
    /// <param name="account">The account that must be able to enter it.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="PostgresException">The account can't enter the folder.</exception>
    public static async Task<DataFolder> PrepareAsync(string? root, ServerAccount account, CancellationToken cancel)
    {
        string? socket = OperatingSystem.IsWindows() ? null : await MakeTemporaryAsync(account, cancel);
        string folder = root is null ? socket ?? Directory.CreateTempSubdirectory("rse-").FullName : Path.GetFullPath(root);
        var made = new DataFolder(folder, socket, root is null);
        try
        {
            Directory.CreateDirectory(folder);
            if (!await account.CanEnterAsync(folder, cancel))
            {
                throw new PostgresException($"PostgreSQL runs under the account {account.Name}, as it refuses to run as root, and that account can't enter {folder}. "
                    + "Choose a data folder elsewhere, or start the sandbox under another account.");
            }
            if (!File.Exists(made.PasswordFile)) WritePassword(made.PasswordFile);
            return made;
        }
        catch
        {
            made.RemoveTemporary();
            throw;
        }
    }

    /// <summary>Makes PostgreSQL's own folder, empty, with the mode that initdb wants.</summary>
    public async Task MakeDataAsync(ServerAccount account, CancellationToken cancel)
    {
        if (Directory.Exists(Data)) Directory.Delete(Data, recursive: true);
        MakePrivate(Data);
        await account.GiveAsync(Data, cancel);
    }

    /// <summary>Removes what is not to be kept.</summary>
    public void RemoveTemporary()
    {
        foreach (string folder in new[] { SocketFolder, Fresh ? Root : null }.OfType<string>().Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>The first temporary folder that the account can enter, and whose path leaves room for a socket's name.</summary>
    private static async Task<string> MakeTemporaryAsync(ServerAccount account, CancellationToken cancel)
    {
        const int longest = 80; // a socket's path has 104 bytes on macOS, 108 on Linux
        foreach (string parent in new[] { Path.GetTempPath(), "/tmp", "/var/tmp" })
        {
            string folder = Path.Combine(parent, "rse-" + RandomNumberGenerator.GetHexString(10, lowercase: true));
            if (folder.Length > longest || !Directory.Exists(parent)) continue;
            MakePrivate(folder);
            await account.GiveAsync(folder, cancel);
            if (await account.CanEnterAsync(folder, cancel)) return folder;
            Directory.Delete(folder);
        }
        throw new PostgresException($"There is no temporary folder that the account {account.Name ?? Environment.UserName} can enter.");
    }

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, Private);
    }

    private static void WritePassword(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(RandomNumberGenerator.GetHexString(40, lowercase: true));
    }
}
