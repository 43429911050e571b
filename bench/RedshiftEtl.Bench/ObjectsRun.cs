using System.Data.Common;
using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace RedshiftEtl.Bench;

/// <summary>What a PowerShell script does: an object for every row, and Export-Csv's work on it (each property found, turned into text and quoted), on PowerShell's own objects.
/// Export-Csv itself is not part of the engine that is on NuGet; it does no less than this.</summary>
internal static class ObjectsRun
{
    /// <summary>Exports a query to an uncompressed file.</summary>
    /// <param name="source">As <see cref="Providers.Open"/> reads it.</param>
    /// <param name="query">The query.</param>
    /// <param name="file">The file.</param>
    public static void Run(string source, string query, string file)
    {
        using DbConnection connection = Providers.Open(source);
        using DbDataReader rows = Providers.Read(connection, query);
        string[] names = Enumerable.Range(0, rows.FieldCount).Select(rows.GetName).ToArray();
        using var writer = new StreamWriter(file);
        var line = new StringBuilder();
        while (rows.Read())
        {
            var row = new PSObject();
            for (int i = 0; i < names.Length; i++)
            {
                row.Properties.Add(new PSNoteProperty(names[i], rows.IsDBNull(i) ? null : rows.GetValue(i)));
            }

            line.Clear();
            foreach (string name in names)
            {
                string? text = row.Properties[name]?.Value is { } value ? (string)LanguagePrimitives.ConvertTo(value, typeof(string), CultureInfo.InvariantCulture) : null;
                line.Append(line.Length == 0 ? "" : ",");
                if (text is not null)
                {
                    line.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
                }
            }

            writer.WriteLine(line);
        }
    }
}
