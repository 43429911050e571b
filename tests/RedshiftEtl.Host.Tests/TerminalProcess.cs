using System.Diagnostics;
using System.Text;

namespace RedshiftEtl.Host.Tests;

/// <summary>Runs the built host on a terminal of its own, which util-linux' <c>script</c> provides: both outputs are one screen, and what is typed is echoed.</summary>
internal sealed class TerminalProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _screen = new();
    private readonly byte[] _buffer = new byte[4096];

    private TerminalProcess(Process process) => _process = process;

    /// <summary>Whether this machine can do it.</summary>
    public static bool IsAvailable => OperatingSystem.IsLinux() && File.Exists("/usr/bin/script");

    /// <summary>Starts the host.</summary>
    public static TerminalProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        string command = string.Join(' ', new[] { "dotnet", Path.Combine(HostProcess.Checkout, "bin", "host", "RedshiftEtl.Host.dll") }.Concat(arguments)
            .Select(argument => "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
        var start = new ProcessStartInfo("/usr/bin/script", ["--quiet", "--return", "--command", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("NO_COLOR");
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new TerminalProcess(Process.Start(start)!);
    }

    /// <summary>Types, once the screen shows something.</summary>
    public async Task TypeAsync(string awaited, string keys)
    {
        while (!_screen.ToString().Contains(awaited, StringComparison.Ordinal))
        {
            Assert.True(await ReadAsync(), $"The host ended before it showed '{awaited}': {_screen}");
        }

        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code, and all that came to the screen, escape sequences included.</returns>
    public async Task<(int ExitCode, string Screen)> EndAsync()
    {
        while (await ReadAsync())
        {
        }

        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, _screen.ToString().Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task<bool> ReadAsync()
    {
        int read = await _process.StandardOutput.BaseStream.ReadAsync(_buffer, TestContext.Current.CancellationToken);
        _screen.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        return read > 0;
    }
}
