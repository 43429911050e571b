using RedshiftEtl.Engine;

namespace RedshiftEtl.Sandbox;

/// <summary>Finds the sandbox's program: beside the module in a checkout, else in the module RedshiftEtl.Sandbox, which is installed by itself.</summary>
internal static class SandboxProgram
{
    private const string Module = "RedshiftEtl.Sandbox";

    /// <summary>The full path of the program.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SandboxFailed"/>: it is not installed.</exception>
    public static string Find()
    {
        string bin = Path.GetDirectoryName(typeof(SandboxProgram).Assembly.Location)!;
        string version = typeof(SandboxProgram).Assembly.GetName().Version!.ToString(3);
        IEnumerable<string> modules = (Environment.GetEnvironmentVariable("PSModulePath") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => new[] { Path.Combine(folder, Module, version), Path.Combine(folder, Module) });
        // Installed modules have a folder for each version; one that was copied has none.
        string beside = Path.Combine(bin, "..", "..");
        return new[] { bin, Path.Combine(beside, Module), Path.Combine(beside, "..", Module, version) }.Concat(modules)
            .Select(folder => Path.GetFullPath(Path.Combine(folder, "sandbox", Module + ".dll")))
            .FirstOrDefault(File.Exists)
            ?? throw new EtlException(Fault.SandboxFailed, "The sandbox is not installed.", Module, advice: $"Install-PSResource {Module} -Version {version}; in a checkout, build it.");
    }
}
