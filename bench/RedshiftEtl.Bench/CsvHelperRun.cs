using System.Data;
using System.Data.Common;
using System.Globalization;
using CsvHelper;
using ZstdSharp;

namespace RedshiftEtl.Bench;

/// <summary>What a .NET developer would write: the provider's reader, CsvHelper's writer, a compressing stream.</summary>
internal static class CsvHelperRun
{
    /// <summary>Exports a query to a file.</summary>
    /// <param name="source">As <see cref="Providers.Open"/> reads it, or «file:folder».</param>
    /// <param name="query">The query; for files a name.</param>
    /// <param name="file">The file.</param>
    public static void Run(string source, string query, string file)
    {
        using DbConnection? connection = source.StartsWith("file:", StringComparison.Ordinal) ? null : Providers.Open(source);
        using IDataReader rows = connection is null
            ? new CsvDataReader(new CsvReader(new StreamReader(Path.Combine(source["file:".Length..], query)), CultureInfo.InvariantCulture))
            : Providers.Read(connection, query);
        using var compressed = new CompressionStream(File.Create(file), 1, leaveOpen: false);
        using var csv = new CsvWriter(new StreamWriter(compressed), CultureInfo.InvariantCulture);
        for (int i = 0; i < rows.FieldCount; i++)
        {
            csv.WriteField(rows.GetName(i));
        }

        csv.NextRecord();
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
