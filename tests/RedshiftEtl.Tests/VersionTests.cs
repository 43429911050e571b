using System.Reflection;
using System.Text.RegularExpressions;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public partial class VersionTests
{
    [Fact]
    public void The_manifest_the_assemblies_and_the_changelog_name_the_same_version()
    {
        string root = Path.GetDirectoryName(ModuleSession.ManifestPath)!;
        using ModuleSession session = new();
        string module = session.Run("(Get-Module RedshiftEtl).Version.ToString()").Only().ToString();
        Assert.Equal(module, TopEntry().Match(File.ReadAllText(Path.Combine(root, "CHANGELOG.md"))).Groups[1].Value);
        foreach (string file in new[] { "RedshiftEtl.dll", "RedshiftEtl.Loader.dll", "engine/RedshiftEtl.Engine.dll", "sandbox/RedshiftEtl.Sandbox.dll" })
        {
            Assert.Equal(module, AssemblyName.GetAssemblyName(Path.Combine(root, "bin", file)).Version!.ToString(3));
        }
    }

    [GeneratedRegex("^## (.+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex TopEntry();
}
