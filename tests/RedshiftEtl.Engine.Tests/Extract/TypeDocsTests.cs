using System.Text.RegularExpressions;
using RedshiftEtl.Engine.Extract.AdoNet;
using RedshiftEtl.Engine.Extract.MySql;
using RedshiftEtl.Engine.Extract.SqlServer;

namespace RedshiftEtl.Engine.Tests.Extract;

/// <summary>about_EtlType names every type of the type tables, with its Redshift type.</summary>
public sealed class TypeDocsTests
{
    [Fact]
    public void SqlServer() => AllAreNamed("SQL Server", SqlServerTypes.Table.Select(row => (row.Name == "timestamp" ? "rowversion" : row.Name, row.RedshiftType)));

    [Fact]
    public void MySql() => AllAreNamed("MySQL and MariaDB",
        // «blobs» are four; a literal NULL has no type.
        MySqlTypes.Table.Where(row => row.Name != "null").Select(row => (row.Name.EndsWith("blob", StringComparison.Ordinal) ? "blobs" : row.Name == "mediumint unsigned" || row.Name == "int unsigned" ? "both unsigned" : row.Name, row.RedshiftType)));

    [Fact]
    public void AdoNet() => AllAreNamed("Other ADO.NET providers", AdoNetTypes.Table.Select(row => (CSharpName(row.Type), row.RedshiftType)));

    private static void AllAreNamed(string title, IEnumerable<(string Name, string RedshiftType)> types)
    {
        string page = File.ReadAllText(Path.Combine(Checkout(), "docs", "about_EtlType.md"));
        int start = page.IndexOf($"## {title}\n", StringComparison.Ordinal);
        string section = page[start..page.IndexOf("\n## ", start, StringComparison.Ordinal)];
        string[] rows = section.Split('\n').Where(line => line.StartsWith('|')).ToArray();
        Assert.All(types, type => Assert.Contains(rows, row =>
            Regex.IsMatch(row.Split('|')[1], $@"(?<!\w){Regex.Escape(type.Name)}(?!\w)") && row.Split('|')[3].Contains(type.RedshiftType.Split('(')[0], StringComparison.Ordinal)));
    }

    private static string CSharpName(Type type) => type.Name switch
    {
        "Boolean" => "bool",
        "Int16" => "short",
        "UInt16" => "ushort",
        "Int32" => "int",
        "UInt32" => "uint",
        "Int64" => "long",
        "UInt64" => "ulong",
        "Single" => "float",
        "Byte[]" => "byte[]",
        "Byte" or "SByte" or "Decimal" or "Double" or "String" or "Char" or "Object" => type.Name.ToLowerInvariant(),
        var name => name,
    };

    private static string Checkout()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RedshiftEtl.psd1")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests don't run in a checkout.");
    }
}
