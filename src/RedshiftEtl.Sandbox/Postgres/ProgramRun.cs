using System.Diagnostics;

namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>How a helper program ended.</summary>
/// <param name="ExitCode">Its exit code; 0 is success.</param>
/// <param name="Output">Standard output and standard error, trimmed; empty if they weren't captured.</param>
internal sealed record ProgramRun(int ExitCode, string Output)
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program's path, then its arguments.</param>
    /// <param name="capture">Whether to capture what it prints. Not for a program that leaves a server behind:
    /// on Windows the server inherits the pipe and would keep it open.</param>
    /// <param name="cancel">Ends the wait and the program.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program can't be started.</exception>
    public static async Task<ProgramRun> RunAsync(IReadOnlyList<string> command, bool capture, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardOutput = capture,
            RedirectStandardError = capture,
            // The caller's folder may be closed to the account that the program runs under.
            WorkingDirectory = Path.GetPathRoot(Environment.SystemDirectory is { Length: > 0 } system ? system : "/"),
        };
        foreach (string argument in command.Skip(1)) start.ArgumentList.Add(argument);
        // PGDATA, PGOPTIONS and the like are the user's, for other servers.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_MESSAGES"] = "C";

        using Process process = Process.Start(start) ?? throw new PostgresException($"{command[0]} can't be started.");
        try
        {
            Task<string> output = capture ? process.StandardOutput.ReadToEndAsync(cancel) : Task.FromResult("");
            Task<string> errors = capture ? process.StandardError.ReadToEndAsync(cancel) : Task.FromResult("");
            string text = (await output).Trim() + "\n" + (await errors).Trim();
            await process.WaitForExitAsync(cancel);
            return new ProgramRun(process.ExitCode, text.Trim());
        }
        catch (OperationCanceledException)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
