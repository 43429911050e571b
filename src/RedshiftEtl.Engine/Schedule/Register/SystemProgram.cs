using System.ComponentModel;
using System.Diagnostics;

namespace RedshiftEtl.Engine.Schedule.Register;

/// <summary>Runs a program of the system to its end.</summary>
internal static class SystemProgram
{
    /// <summary>Runs it.</summary>
    /// <returns>Its exit code, what it printed, and what it complained of.</returns>
    /// <exception cref="EtlException"><see cref="Fault.SchedulerFailed"/>: it is not there.</exception>
    public static (int ExitCode, string Output, string Errors) Run(string program, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            process.WaitForExit();
            return (process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception e)
        {
            throw new EtlException(Fault.SchedulerFailed, $"'{program}' could not be started: {e.Message}", program, e,
                $"Install a scheduler that has {program} (cron), or start the command that -WhatIf shows with the one that you have.");
        }
    }
}
