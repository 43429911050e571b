using System.Globalization;
using CsvHelper;
using MySqlConnector;
using ZstdSharp;

namespace RedshiftEtl.Bench;

/// <summary>What a .NET developer would write: MySqlConnector's reader, CsvHelper's writer, a compressing stream.</summary>
internal static class CsvHelperRun
{
    /// <summary>Exports a query to a file.</summary>
    /// <param name="port">The server's port on 127.0.0.1.</param>
    /// <param name="query">The query.</param>
    /// <param name="file">The file.</param>
    public static void Run(int port, string query, string file)
    {
        using var connection = new MySqlConnection(string.Create(CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={port};User ID=root;Database=bench;SslMode=None;Pooling=false"));
        connection.Open();
        using var command = new MySqlCommand(query, connection) { CommandTimeout = 0 };
        using MySqlDataReader rows = command.ExecuteReader();
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
