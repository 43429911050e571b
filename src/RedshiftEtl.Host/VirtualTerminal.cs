using System.Runtime.InteropServices;

namespace RedshiftEtl.Host;

/// <summary>Windows consoles understand escape sequences only when asked to; other systems' terminals always do.</summary>
internal static partial class VirtualTerminal
{
    private const int StandardOutput = -11;
    private const int StandardError = -12;
    private const uint ProcessVirtualTerminal = 0x0004;

    /// <summary>Asks for escape sequences on both outputs.</summary>
    /// <returns>Whether at least one of them will understand them.</returns>
    public static bool Enable() => !OperatingSystem.IsWindows() || (Enable(StandardOutput) | Enable(StandardError));

    private static bool Enable(int stream)
    {
        var handle = GetStdHandle(stream);
        return GetConsoleMode(handle, out var mode) && SetConsoleMode(handle, mode | ProcessVirtualTerminal);
    }

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint GetStdHandle(int stream);

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);
}
