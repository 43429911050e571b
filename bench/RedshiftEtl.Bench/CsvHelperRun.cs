using System.Data.Common;
using System.Globalization;
using CsvHelper;
using ZstdSharp;

namespace RedshiftEtl.Bench;

/// <summary>What a .NET developer would write: the provider's reader, CsvHelper's writer, a compressing stream.</summary>
internal static class CsvHelperRun
{
    /// <summary>Exports a query to a file.</summary>
    /// <param name="source">As <see cref="Providers.Open"/> reads it.</param>
    /// <param name="query">The query.</param>
    /// <param name="file">The file.</param>
    public static void Run(string source, string query, string file)
    {
        using DbConnection connection = Providers.Open(source);
        using DbDataReader rows = Providers.Read(connection, query);
        using var compressed = new CompressionStream(File.Create(file), 1, leaveOpen: false);
        using var csv = new CsvWriter(new StreamWriter(compressed), CultureInfo.InvariantCulture);
        while (rows.Read())
        {
            for (int i = 0; i < rows.FieldCount; i++)
            {
                csv.WriteField(rows.GetValue(i));
            }

            csv.NextRecord();
        }
    }
}
