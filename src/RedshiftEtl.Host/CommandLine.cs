using System.Management.Automation.Runspaces;

namespace RedshiftEtl.Host;

/// <summary>What to do, read from the host's own command line. The spelling follows <c>pwsh</c>: names are case-insensitive, and what stands
/// after the script's path belongs to the script.</summary>
internal abstract record CommandLine
{
    private CommandLine()
    {
    }

    /// <summary>The text of <c>-Help</c>.</summary>
    public const string HelpText = """
        Runs a PowerShell script with the RedshiftEtl module loaded, where PowerShell itself isn't installed.

          RedshiftEtl.Host [-NonInteractive] [-File] <script.ps1> [arguments for the script]
          RedshiftEtl.Host [-NonInteractive] -Command <text>
          RedshiftEtl.Host -Help | -Version

        Arguments are passed on as pwsh -File does: -Name value, -Switch, -Name:value, values by position.
        -NonInteractive makes every prompt an error; so does an input that is not a terminal.

        Exit code: the number given to exit; else 1 after an error that nobody handled, terminating or not; else 0.
        64 when this command line is wrong, 130 after Ctrl-C, 143 after SIGTERM.
        """;

    /// <summary>Reads the command line.</summary>
    /// <param name="args">The arguments as the process got them.</param>
    /// <returns>What to do; <see cref="Wrong"/> when the arguments make no sense.</returns>
    public static CommandLine Read(IReadOnlyList<string> args)
    {
        var interactive = true;
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i].ToUpperInvariant())
            {
                case "-HELP" or "--HELP" or "-H" or "-?" or "/?":
                    return new Help();
                case "-VERSION" or "--VERSION":
                    return new Version();
                case "-NONINTERACTIVE":
                    interactive = false;
                    break;
                case "-FILE":
                    return i + 1 < args.Count ? ReadScript(args, i + 1, interactive) : new Wrong("-File needs the path of a script.");
                case "-COMMAND" or "-C":
                    return i + 1 < args.Count ? new Command(string.Join(' ', args.Skip(i + 1)), interactive) : new Wrong("-Command needs a text.");
                case ['-', ..]:
                    return new Wrong($"There is no option '{args[i]}'. Options for the script stand after its path.");
                default:
                    return ReadScript(args, i, interactive);
            }
        }

        return new Wrong("There is no script to run.");
    }

    private static CommandLine ReadScript(IReadOnlyList<string> args, int index, bool interactive)
    {
        var path = Path.GetFullPath(args[index]);
        if (!path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
            return new Wrong($"'{args[index]}' is not a PowerShell script: its name must end in .ps1.");
        return File.Exists(path)
            ? new Script(path, ScriptArguments.Read(args.Skip(index + 1)), interactive)
            : new Wrong($"There is no script '{args[index]}' (looked for '{path}').");
    }

    /// <summary>Run a script file.</summary>
    /// <param name="Path">Its full path.</param>
    /// <param name="Arguments">What it is called with.</param>
    /// <param name="Interactive">Whether it may ask questions.</param>
    public sealed record Script(string Path, IReadOnlyList<CommandParameter> Arguments, bool Interactive) : CommandLine;

    /// <summary>Run a text.</summary>
    /// <param name="Text">PowerShell code.</param>
    /// <param name="Interactive">Whether it may ask questions.</param>
    public sealed record Command(string Text, bool Interactive) : CommandLine;

    /// <summary>Say how to call the host.</summary>
    public sealed record Help : CommandLine;

    /// <summary>Say which host and which engine this is.</summary>
    public sealed record Version : CommandLine;

    /// <summary>The command line makes no sense.</summary>
    /// <param name="Message">Why, in a sentence.</param>
    public sealed record Wrong(string Message) : CommandLine;
}
