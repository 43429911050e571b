using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RedshiftEtl.Host.Tests;

/// <summary>How a run of the host ended.</summary>
internal sealed record HostResult(int ExitCode, string Output, string Errors);

/// <summary>Runs the built host as a user or a scheduler does.</summary>
internal sealed partial class HostProcess : IDisposable
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly string _folder = Directory.CreateTempSubdirectory("etlhost").FullName;

    /// <summary>The checkout that the tests were built from.</summary>
    public static string Checkout { get; } = FindCheckout();

    /// <summary>A script in a folder of its own.</summary>
    public string Script(string text, string name = "script.ps1")
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs the host to its end.</summary>
    public static Task<HostResult> RunAsync(params string[] arguments) => RunInAsync(Path.Combine(Checkout, "bin", "host"), null, arguments);

    /// <summary>Runs the host that lies in a folder, with a PSModulePath.</summary>
    public static async Task<HostResult> RunInAsync(string hostFolder, string? modulePath, params string[] arguments)
    {
        using Process process = Start(hostFolder, modulePath, arguments);
        return await EndAsync(process);
    }

    /// <summary>Runs a script, sends a signal once it has written a line, and waits for its end.</summary>
    public static async Task<(string First, HostResult Result)> SignalAsync(bool isInterrupt, params string[] arguments)
    {
        using Process process = Start(Path.Combine(Checkout, "bin", "host"), null, arguments);
        string first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        Assert.Equal(0, Kill(process.Id, isInterrupt ? Interrupt : Terminate));
        return (first, await EndAsync(process));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Process Start(string hostFolder, string? modulePath, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(hostFolder, "RedshiftEtl.Host.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        if (modulePath is not null)
        {
            start.Environment["PSModulePath"] = modulePath;
        }

        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static async Task<HostResult> EndAsync(Process process)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancel);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return new HostResult(process.ExitCode, (await output).ReplaceLineEndings("\n"), (await errors).ReplaceLineEndings("\n"));
    }

    private static string FindCheckout()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RedshiftEtl.psd1")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests don't run in a checkout.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
