using System.Text.RegularExpressions;

namespace RedshiftEtl.Engine.Tests;

public partial class FaultTests
{
    [Fact]
    public void The_table_in_the_documentation_is_the_table_in_the_code()
    {
        string[] documented = Row().Matches(File.ReadAllText(Path.Combine(Checkout(), "docs", "about_EtlError.md")))
            .Select(match => $"{match.Groups[1]}|{match.Groups[2]}|{match.Groups[3]}|{match.Groups[4].Value.Replace("\\|", "|", StringComparison.Ordinal)}").ToArray();
        Assert.Equal(Fault.All.Select(fault => $"{fault.Name}|{fault.Category}|{(fault.IsTransient ? "yes" : "no")}|{fault.Advice}"), documented);
    }

    private static string Checkout()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RedshiftEtl.psd1")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests don't run in a checkout.");
    }

    [GeneratedRegex(@"^\| `(\w+)` \| (\w+) \| (yes|no) \| [^\n]*? \| ([^\n]*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
