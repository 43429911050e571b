using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Bench;

/// <summary>One export in a process of its own: what the whole-process benchmark times.</summary>
internal static class ExportRun
{
    /// <summary>Exports a query to a folder and prints what it took.</summary>
    /// <param name="source">«postgresql:host:port:database:user», «mysql:host:port:database:user», «sqlite:file», «file:folder» or «memory».</param>
    /// <param name="query">The query; for files a name.</param>
    /// <param name="compression">The parts' compression.</param>
    /// <param name="folder">Where the parts are written.</param>
    /// <param name="parts">How many are written side by side.</param>
    public static async Task RunAsync(string source, string query, Compression compression, string folder, int parts)
    {
        SourceConnection connection = Connect(source);
        var options = new ExportOptions { RunId = "bench", Compression = compression, ParallelParts = parts };
        SourceTable? files = connection is FileConnection ? new SourceTable(query, [], null) : null;
        EtlExport export = await Exporter.ExportAsync(
            connection, new SourceQuery(SqlText.Of(query, connection.SqlDialect), []) { Table = files }, options, new PartFolder(folder), new Silence(), CancellationToken.None);
        using var process = Process.GetCurrentProcess();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{export.RowsWritten} rows, {export.CsvBytes} CSV bytes, {export.Bytes} bytes in {export.Parts.Count} parts, {export.Duration.TotalSeconds:F2} s; read {export.Times.Read.TotalSeconds:F2}, held {export.Times.Held.TotalSeconds:F2}, compress {export.Times.Compress.TotalSeconds:F2}, write {export.Times.Write.TotalSeconds:F2}; user {process.UserProcessorTime.TotalSeconds:F2}, system {process.PrivilegedProcessorTime.TotalSeconds:F2}, peak {process.PeakWorkingSet64 / 1048576} MiB"));
    }

    private static SourceConnection Connect(string source)
    {
        string[] words = source.Split(':');
        return words[0] switch
        {
            "memory" => new AdoNetConnection { Name = "bench", Assembly = typeof(ExportRun).Assembly.Location, Factory = typeof(MemoryProvider).FullName! },
            "file" => new FileConnection { Name = "bench", Folder = Path.GetFullPath(words[1]) },
            "sqlite" => new SqliteConnection { Name = "bench", DataSource = Path.GetFullPath(words[1]) },
            "mysql" => new MySqlConnection
            {
                Name = "bench",
                Host = words[1],
                Port = int.Parse(words[2], CultureInfo.InvariantCulture),
                Database = words[3],
                Username = words[4],
                SslMode = "None",
            },
            _ => new PostgreSqlConnection
            {
                Name = "bench",
                Host = words[1],
                Port = int.Parse(words[2], CultureInfo.InvariantCulture),
                Database = words[3],
                Username = words[4],
                SslMode = "Disable",
            },
        };
    }

    private sealed class Silence : IProgress<EtlEvent>
    {
        public void Report(EtlEvent value)
        {
        }
    }
}
