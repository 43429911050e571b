using System.Text;
using System.Xml.Linq;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Extract.AdoNet;
using RedshiftEtl.Engine.Extract.MySql;
using RedshiftEtl.Engine.Extract.PostgreSql;
using RedshiftEtl.Engine.Extract.Sqlite;
using RedshiftEtl.Engine.Extract.SqlServer;

namespace RedshiftEtl.Help;

/// <summary>Prints the engine's own tables into the pages, between «&lt;!-- printed: name --&gt;» and «&lt;!-- end --&gt;», so that the pages cannot say anything else.</summary>
internal static class PrintedTables
{
    private const string End = "<!-- end -->";

    private static readonly Dictionary<string, Func<string>> s_tables = new(StringComparer.Ordinal)
    {
        ["faults"] = Faults,
        ["PostgreSQL"] = () => Types("PostgreSQL", PostgreSqlTypes.Table.Select(row => (row.Name, row.Written, row.RedshiftType))),
        ["SQLite"] = () => Types("Declared type", SqliteTypes.Table.Select(row => (row.Declared, row.Written, row.RedshiftType))),
        ["SQL Server"] = () => Types("SQL Server", SqlServerTypes.Table.Select(row => (row.Name, row.Written, row.RedshiftType))),
        ["MySQL"] = () => Types("MySQL and MariaDB", MySqlTypes.Table.Select(row => (row.Name, row.Written, row.RedshiftType)).Distinct()),
        ["ADO.NET"] = () => Types(".NET", AdoNetTypes.Table.Select(row => (row.Type.Name, row.Written, row.RedshiftType))),
    };

    /// <summary>Prints into a page; writes only when something has changed.</summary>
    /// <exception cref="PageException">A mark names no table, or has no end.</exception>
    public static void Print(string file)
    {
        string before = File.ReadAllText(file);
        var text = new StringBuilder();
        int from = 0;
        const string Mark = "<!-- printed: ";
        for (int start; (start = before.IndexOf(Mark, from, StringComparison.Ordinal)) >= 0;)
        {
            int line = before.AsSpan(0, start).Count('\n') + 1;
            int close = before.IndexOf(" -->", start, StringComparison.Ordinal);
            int end = before.IndexOf(End, start, StringComparison.Ordinal);
            if (close < 0 || end < 0)
            {
                throw new PageException(file, line, $"A printed table ends with «{End}».");
            }

            string name = before[(start + Mark.Length)..close];
            if (!s_tables.TryGetValue(name, out Func<string>? table))
            {
                throw new PageException(file, line, $"'{name}' is no table that can be printed: {string.Join(", ", s_tables.Keys)}.");
            }

            text.Append(before, from, close + 4 - from).Append("\n\n").Append(table()).Append('\n');
            from = end;
        }

        string after = text.Append(before, from, before.Length - from).ToString();
        if (after != before)
        {
            File.WriteAllText(file, after);
        }
    }

    private static string Faults()
    {
        var summaries = XDocument.Load(Path.ChangeExtension(typeof(Fault).Assembly.Location, ".xml")).Descendants("member")
            .ToDictionary(member => (string)member.Attribute("name")!, member => member.Element("summary")?.Value.Trim() ?? "", StringComparer.Ordinal);
        return Table(["Fault", "Category", "Transient", "Meaning", "Advice"], Fault.All.Select(fault => new[]
        {
            $"`{fault.Name}`", fault.Category.ToString(), fault.IsTransient ? "yes" : "no", summaries[$"P:{typeof(Fault).FullName}.{fault.Name}"], fault.Advice,
        }));
    }

    private static string Types(string title, IEnumerable<(string Name, string Written, string RedshiftType)> rows) =>
        Table([title, "Written as", "Redshift"], rows.Select(row => new[] { row.Name, row.Written, Facets(row.RedshiftType) }));

    private static string Facets(string type) => type switch
    {
        "DECIMAL" => "DECIMAL(p,s)",
        "VARCHAR" or "VARBYTE" => $"{type}(n)",
        _ => type.Replace("{0},{1}", "p,s", StringComparison.Ordinal).Replace("{0}", "n", StringComparison.Ordinal),
    };

    private static string Table(string[] head, IEnumerable<string[]> rows)
    {
        var text = new StringBuilder();
        foreach (string[] row in rows.Prepend([.. head.Select(_ => "---")]).Prepend(head))
        {
            bool isRule = row[0] == "---";
            text.Append(isRule ? "|" : "| ").AppendJoin(isRule ? "|" : " | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(isRule ? "|\n" : " |\n");
        }

        return text.ToString();
    }
}
