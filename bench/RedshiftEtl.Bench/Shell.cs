using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RedshiftEtl.Bench;

/// <summary>What a command took.</summary>
/// <param name="Wall">Seconds on the clock.</param>
/// <param name="Cpu">Seconds of CPU of it and its children, user and system.</param>
/// <param name="PeakMegabytes">Its highest working set, when it says so itself.</param>
internal sealed record Timing(double Wall, double Cpu, int? PeakMegabytes);

/// <summary>Runs commands and times them as a user's shell would.</summary>
internal static partial class Shell
{
    /// <summary>Runs a command line and times it with bash's own <c>time</c>, which counts all processes of a pipe.</summary>
    public static Timing Time(string command)
    {
        (string output, string errors) = Run("bash", "-c", $"set -o pipefail; TIMEFORMAT='took %R %U %S'; time {{ {command}; }}");
        Match took = Took().Match(errors);
        Match peak = Peak().Match(output);
        return new Timing(
            Number(took.Groups[1]), Number(took.Groups[2]) + Number(took.Groups[3]),
            peak.Success ? int.Parse(peak.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null);
    }

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static (string Output, string Errors) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? (output, errors.Result)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {errors.Result}{output}");
    }

    private static double Number(Group group) => double.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"took ([\d.]+) ([\d.]+) ([\d.]+)")]
    private static partial Regex Took();

    [GeneratedRegex(@"peak (\d+) MiB")]
    private static partial Regex Peak();
}
