using RedshiftEtl.Engine;

namespace RedshiftEtl.Sandbox;

/// <summary>Finds the <c>dotnet</c> program, which PowerShell itself may bring no copy of.</summary>
internal static class DotnetHost
{
    /// <summary>The full path: DOTNET_HOST_PATH, this very process, DOTNET_ROOT, PATH, or the usual folders.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SandboxFailed"/>: not found.</exception>
    public static string Find()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        IEnumerable<string?> candidates =
        [
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"),
            Path.GetFileName(Environment.ProcessPath) == name ? Environment.ProcessPath : null,
            In(Environment.GetEnvironmentVariable("DOTNET_ROOT"), name),
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => In(folder, name)),
            In(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet"), name),
            In("/usr/share/dotnet", name),
            In("/usr/lib/dotnet", name),
            In("/usr/local/share/dotnet", name),
            In(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet"), name),
        ];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new EtlException(Fault.SandboxFailed, "The sandbox needs the program 'dotnet', which was not found.", "dotnet",
                advice: "Install the .NET 10 runtime (ASP.NET Core), or set DOTNET_ROOT to its folder.");
    }

    private static string? In(string? folder, string name) => string.IsNullOrEmpty(folder) ? null : Path.Combine(folder, name);
}
