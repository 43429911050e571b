using System.Globalization;
using System.Runtime.InteropServices;

namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>The sandbox's program started a second time, to run the server for exactly as long as the sandbox lives:
/// its standard input is a pipe from the sandbox that ends however the sandbox does.</summary>
internal static class GuardMode
{
    /// <summary>Starts its line on standard output when the server answers; the port follows.</summary>
    public const string Ready = "ready ";

    /// <summary>Starts its line on standard output when the server can't be started; the reason follows, with spaces for line breaks.</summary>
    public const string Failed = "failed ";

    /// <summary>The command line that <see cref="RunAsync"/> reads.</summary>
    /// <param name="binaries">The server's programs.</param>
    /// <param name="folder">Where the server lives.</param>
    public static IReadOnlyList<string> Arguments(PostgresBinaries binaries, DataFolder folder) =>
        ["guard", binaries.Folder, folder.Fresh ? "fresh" : "kept", folder.Root, .. folder.SocketFolder is { } socket ? [socket] : Array.Empty<string>()];

    /// <summary>Runs a server until standard input ends, then stops it and removes what isn't to be kept.</summary>
    /// <returns>The exit code: 0, or 1 when the server couldn't be started.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        // A terminal sends Ctrl-C to the guard as well; the sandbox decides what ends.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = true);
        var terminated = new TaskCompletionSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            terminated.TrySetResult();
        });

        var folder = new DataFolder(args[3], args.Count > 4 ? args[4] : null, args[2] == "fresh");
        try
        {
            using FileStream held = Hold(folder);
            var server = new ServerProcess(new PostgresBinaries(args[1]), await ServerAccount.ChooseAsync(CancellationToken.None), folder);
            try
            {
                int port = await server.StartAsync(CancellationToken.None);
                Say(string.Create(CultureInfo.InvariantCulture, $"{Ready}{port}"));
                await Task.WhenAny(Task.Run(InputEnds), terminated.Task);
            }
            finally
            {
                await server.StopAsync();
            }
            return 0;
        }
        catch (PostgresException e)
        {
            Say(Failed + e.Message.ReplaceLineEndings(" "));
            return 1;
        }
        finally
        {
            folder.RemoveTemporary();
        }
    }

    private static void InputEnds()
    {
        using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[64];
        while (input.Read(buffer) > 0)
        {
        }
    }

    private static void Say(string line)
    {
        try
        {
            Console.Out.WriteLine(line);
        }
        catch (IOException)
        {
            // The sandbox is gone, and standard input says so too.
        }
    }

    private static FileStream Hold(DataFolder folder)
    {
        try
        {
            return new FileStream(folder.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new PostgresException($"Another sandbox uses the data folder {folder.Root}. Stop it, or choose another folder.", e);
        }
    }
}
