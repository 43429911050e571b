using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class SandboxEndTests
{
    [Fact]
    public async Task A_sandbox_whose_caller_is_killed_ends_by_itself_and_leaves_no_server_and_no_data()
    {
        string folder = Directory.CreateTempSubdirectory("sandboxend").FullName;
        string script = Path.Combine(folder, "start.ps1");
        File.WriteAllText(script, "$s = Start-EtlSandbox; [Console]::Out.WriteLine(\"$($s.ProcessId)|$($s.DataPath)|$($s.Warehouse.Port)\"); $null = [Console]::In.ReadLine()");
        string host = Path.Combine(Path.GetDirectoryName(ModuleSession.ManifestPath)!, "bin", "host", "RedshiftEtl.Host.dll");
        using var caller = Process.Start(new ProcessStartInfo("dotnet", [host, script]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        string[] started = (await caller.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!.Split('|');
        using var sandbox = Process.GetProcessById(int.Parse(started[0], CultureInfo.InvariantCulture));
        caller.Kill();
        await caller.WaitForExitAsync(TestContext.Current.CancellationToken);
        await sandbox.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(started[1]), $"{started[1]} was left behind.");
        using var client = new System.Net.Sockets.TcpClient();
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(async () => await client.ConnectAsync("127.0.0.1", int.Parse(started[2], CultureInfo.InvariantCulture), TestContext.Current.CancellationToken));
        Directory.Delete(folder, recursive: true);
    }
}
