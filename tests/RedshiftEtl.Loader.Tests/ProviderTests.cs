using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.Loader;

namespace RedshiftEtl.Loader.Tests;

/// <summary>Database clients as the module has them: the assets of this platform, in the engine's context, out of the built module's own folder.</summary>
public class ProviderTests
{
    [Theory]
    [InlineData("SqlServer", "Microsoft.Data.SqlClient")]
    [InlineData("MySQL", "MySqlConnector")]
    [InlineData("MariaDB", "MySqlConnector")]
    public void A_client_works_in_the_engines_context(string type, string assembly)
    {
        PSObject test = Test(new Hashtable { ["Type"] = type, ["Host"] = "127.0.0.1", ["Port"] = 1, ["Username"] = "u", ["Password"] = "p", ["ConnectionString"] = "Connect Timeout=1" });
        // A stub would say that the platform is not supported.
        Assert.Equal("ConnectionFailed", test.Properties["Fault"].Value);
        AssemblyLoadContext engine = Assert.Single(AssemblyLoadContext.All, context => context.Name == "RedshiftEtl.Engine");
        string location = Assert.Single(engine.Assemblies, loaded => loaded.GetName().Name == assembly).Location;
        Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, loaded => loaded.GetName().Name == assembly);
        if (type == "SqlServer")
        {
            Assert.Contains($"{Path.DirectorySeparatorChar}{(OperatingSystem.IsWindows() ? "win" : "unix")}{Path.DirectorySeparatorChar}lib{Path.DirectorySeparatorChar}", location, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("runtimes/unix/lib/net8.0/Microsoft.Data.SqlClient.dll")]
    [InlineData("runtimes/win/lib/net8.0/Microsoft.Data.SqlClient.dll")]
    [InlineData("runtimes/win-x64/native/Microsoft.Data.SqlClient.SNI.dll")]
    [InlineData("runtimes/win-arm64/native/Microsoft.Data.SqlClient.SNI.dll")]
    public void The_module_has_the_assets_of_every_platform(string file)
    {
        string engine = Path.Combine(ImportTests.FindCheckout(), "bin", "engine");
        Assert.True(File.Exists(Path.Combine(engine, file)), file);
        // What is not in it is not found, whatever lies there.
        Assert.Contains(file, File.ReadAllText(Path.Combine(engine, "RedshiftEtl.Engine.deps.json")), StringComparison.Ordinal);
    }

    private static PSObject Test(Hashtable connection)
    {
        var state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([Path.Combine(ImportTests.FindCheckout(), "RedshiftEtl.psd1")]);
        using Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        return Assert.Single(shell.AddCommand("Test-EtlConnection").AddArgument(connection).Invoke());
    }
}
