using System.Reflection;
using System.Runtime.InteropServices;
using RedshiftEtl.Host;

const int WrongUsage = 64;

// The engine would report its use to its maker; nobody who runs a scheduled job was asked about that.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

switch (CommandLine.Read(args))
{
    case CommandLine.Help:
        Console.Out.WriteLine(CommandLine.HelpText);
        return 0;
    case CommandLine.Version:
        Console.Out.WriteLine($"RedshiftEtl.Host {InformationalVersion(typeof(Program))}, PowerShell engine {InformationalVersion(typeof(System.Management.Automation.PowerShell))}, {RuntimeInformation.FrameworkDescription}");
        return 0;
    case CommandLine.Script script:
        return Run(script.Interactive, shell =>
        {
            // Not in a scope of its own, so that what the script defines as global and as script is the same, as under pwsh -File.
            var command = new System.Management.Automation.Runspaces.Command(script.Path, isScript: false, useLocalScope: false);
            foreach (var argument in script.Arguments)
                command.Parameters.Add(argument);
            shell.Commands.AddCommand(command);
        });
    case CommandLine.Command command:
        return Run(command.Interactive, shell => shell.AddScript(command.Text));
    case CommandLine.Wrong wrong:
        Console.Error.WriteLine(wrong.Message);
        Console.Error.WriteLine("Try RedshiftEtl.Host -Help.");
        return WrongUsage;
    default:
        throw new InvalidOperationException("A command line that nobody reads.");
}

static int Run(bool interactive, Action<System.Management.Automation.PowerShell> addCommand)
{
    using var interruption = new Interruption();
    var terminal = new Terminal();
    var prompt = new ConsolePrompt(terminal, new ConsoleInput(interruption.Token), interactive && !Console.IsInputRedirected);
    var ui = new ConsoleUserInterface(terminal, prompt);
    using var runner = new ScriptRunner(new ConsoleHost(ui), ui, interruption);
    try
    {
        return runner.Run(ModuleFile.Find(), addCommand);
    }
    finally
    {
        terminal.ChangeProgress(progress => progress.Clear());
    }
}

static string InformationalVersion(Type type) =>
    type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', ' ')[0];
