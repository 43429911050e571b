using System.IO.Compression;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;
using SQLitePCL;
using ZstdSharp;

namespace RedshiftEtl.Engine.Tests.Extract;

/// <summary>Exports into a folder of its own and reads the parts back with another CSV library.</summary>
internal sealed class Exports : IDisposable
{
    private static readonly IProgress<EtlEvent> s_nobody = new Nobody();

    public string Folder { get; } = Directory.CreateTempSubdirectory("etlexport").FullName;

    public static SourceQuery Query(SourceConnection source, string sql, params EtlParameter[] parameters) =>
        new(SqlText.Of(sql, source.SqlDialect, "/jobs/x/query.sql"), parameters);

    public async Task<EtlExport> RunAsync(SourceConnection source, string sql, Compression compression = Compression.None, params EtlParameter[] parameters)
    {
        var options = new ExportOptions { RunId = RunId.New(), Compression = compression };
        return await Exporter.ExportAsync(
            source, Query(source, sql, parameters), options, new PartFolder(Path.Combine(Folder, options.RunId)), s_nobody, TestContext.Current.CancellationToken);
    }

    public SqliteConnection Sqlite(string sql)
    {
        string path = Path.Combine(Folder, $"{RunId.New()}.sqlite");
        Batteries_V2.Init();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(path, out sqlite3 database));
        using (database)
        {
            Assert.True(raw.sqlite3_exec(database, sql) == raw.SQLITE_OK, raw.sqlite3_errmsg(database).utf8_to_string());
        }

        return new SqliteConnection { Name = "lite", DataSource = path };
    }

    /// <summary>The rows of all parts; NULL is null.</summary>
    public static List<string?[]> Read(EtlExport export)
    {
        var rows = new List<string?[]>();
        foreach (EtlPart part in export.Parts)
        {
            using Stream file = File.OpenRead(part.Location);
            using Stream plain = export.Compression switch
            {
                Compression.Zstd => new DecompressionStream(file),
                Compression.Gzip => new GZipStream(file, CompressionMode.Decompress),
                _ => file,
            };
            using var csv = new CsvParser(new StreamReader(plain, new UTF8Encoding(false, true)), new CsvConfiguration(System.Globalization.CultureInfo.InvariantCulture) { IgnoreBlankLines = false });
            while (csv.Read())
            {
                rows.Add(csv.Record!.Select(field => field == export.Dialect.NullMarker ? null : field).ToArray());
            }
        }

        return rows;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private sealed class Nobody : IProgress<EtlEvent>
    {
        public void Report(EtlEvent value)
        {
        }
    }
}
