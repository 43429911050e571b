using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace RedshiftEtl.Loader.Tests;

public class ImportTests
{
    private static readonly string s_checkout = FindCheckout();

    [Fact]
    public void The_engine_and_its_packages_live_in_a_context_of_their_own()
    {
        using Runspace runspace = Open();
        Run(runspace, "Test-EtlConnection @{ Type = 'SQLite'; DataSource = '/nosuch.sqlite' }; Test-EtlConnection @{ Type = 'S3'; Bucket = 'b'; ServiceUrl = 'http://127.0.0.1:9'; AccessKey = 'a'; SecretKey = 'b' }");
        string[] common = AssemblyLoadContext.Default.Assemblies.Select(assembly => assembly.GetName().Name!).ToArray();
        Assert.DoesNotContain(common, name => name.StartsWith("AWSSDK", StringComparison.Ordinal) || name.StartsWith("SQLitePCL", StringComparison.Ordinal)
            || name is "Npgsql" or "RedshiftEtl.Engine" or "ZstdSharp");
        AssemblyLoadContext engine = Assert.Single(AssemblyLoadContext.All, context => context.Name == "RedshiftEtl.Engine");
        Assert.Contains(engine.Assemblies, assembly => assembly.GetName().Name == "AWSSDK.S3");
    }

    [Fact]
    public void Import_is_silent_exports_what_the_manifest_says_and_can_be_repeated()
    {
        using Runspace runspace = Open();
        Assert.Empty(Run(runspace, $"Import-Module '{Path.Combine(s_checkout, "RedshiftEtl.psd1")}' -Force *>&1"));
        string[] exported = Run(runspace, "Get-Command -Module RedshiftEtl | ForEach-Object Name").Select(name => name.ToString()).Order(StringComparer.Ordinal).ToArray();
        string[] promised = Run(runspace, $"(Test-ModuleManifest '{Path.Combine(s_checkout, "RedshiftEtl.psd1")}').ExportedCmdlets.Keys").Select(name => name.ToString()).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(promised, exported);
        Assert.Contains("Invoke-EtlJob", exported);
    }

    [Fact]
    public async Task Several_runspaces_import_at_once() =>
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using Runspace runspace = Open();
            Assert.Single(Run(runspace, "Get-Module RedshiftEtl"));
        })));

    [Fact]
    public void A_second_copy_on_disk_works_beside_the_first()
    {
        using var copy = new ModuleCopy(s_checkout);
        using Runspace runspace = Open();
        Run(runspace, $"Import-Module '{copy.Manifest}'");
        string[] folders = Run(runspace, "Get-Module RedshiftEtl | ForEach-Object ModuleBase").Select(folder => folder.ToString()).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(new[] { s_checkout, copy.Folder }.Order(StringComparer.Ordinal), folders);
        Run(runspace, "Test-EtlConnection @{ Type = 'SQLite'; DataSource = '/nosuch.sqlite' }");
        Assert.Single(AssemblyLoadContext.All, context => context.Name == "RedshiftEtl.Engine");
    }

    [Fact]
    public void The_module_can_go_and_come_back()
    {
        using Runspace runspace = Open();
        Run(runspace, $"Remove-Module RedshiftEtl; Import-Module '{Path.Combine(s_checkout, "RedshiftEtl.psd1")}'");
        Assert.Single(Run(runspace, "Test-EtlConnection @{ Type = 'SQLite'; DataSource = '/nosuch.sqlite' }"));
    }

    [Theory]
    [InlineData("bin/sandbox/RedshiftEtl.Sandbox.dll", "")]
    [InlineData("bin/engine/RedshiftEtl.Engine.dll", "")]
    [InlineData("bin/RedshiftEtl.Loader.dll", "")]
    [InlineData("bin/RedshiftEtl.dll", "RedshiftEtl.Engine")]
    [InlineData("bin/host/RedshiftEtl.Host.dll", "")]
    public void Programs_know_only_whom_the_house_lets_them_know(string file, string expected)
    {
        string path = Path.Combine(s_checkout, file);
        Assert.SkipUnless(File.Exists(path), $"{file} is not built.");
        using var image = new PEReader(File.OpenRead(path));
        MetadataReader metadata = image.GetMetadataReader();
        string[] references = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToArray();
        Assert.Equal(expected, string.Join(' ', references.Where(name => name.StartsWith("RedshiftEtl", StringComparison.Ordinal))));
        if (file.Contains("Engine", StringComparison.Ordinal) || file.Contains("Sandbox", StringComparison.Ordinal))
        {
            Assert.DoesNotContain("System.Management.Automation", references);
        }
    }

    [Fact]
    public void Versions_agree()
    {
        using Runspace runspace = Open();
        string module = Assert.Single(Run(runspace, "(Get-Module RedshiftEtl).Version")).ToString();
        string changelog = File.ReadLines(Path.Combine(s_checkout, "CHANGELOG.md")).First(line => line.StartsWith("## ", StringComparison.Ordinal))[3..];
        string assembly = System.Reflection.AssemblyName.GetAssemblyName(Path.Combine(s_checkout, "bin", "RedshiftEtl.dll")).Version!.ToString(3);
        Assert.Equal((changelog, changelog), (module, assembly));
    }

    private static Runspace Open()
    {
        var state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([Path.Combine(s_checkout, "RedshiftEtl.psd1")]);
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        return runspace;
    }

    private static Collection<PSObject> Run(Runspace runspace, string script)
    {
        using var shell = PowerShell.Create(runspace);
        Collection<PSObject> output = shell.AddScript(script).Invoke();
        Assert.Empty(shell.Streams.Error);
        return output;
    }

    internal static string FindCheckout()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RedshiftEtl.psd1")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests don't run in a checkout.");
    }
}
