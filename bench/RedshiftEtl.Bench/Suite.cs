using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RedshiftEtl.Bench;

/// <summary>The whole-process benchmark: our exports and what users would run instead, side by side, in rounds, on one machine.</summary>
internal sealed class Suite : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etlbench").FullName;
    private readonly StringBuilder _report = new();
    private readonly int _rounds;

    /// <summary>Prepares.</summary>
    /// <param name="rounds">How often every contender runs; the table shows medians.</param>
    public Suite(int rounds) => _rounds = rounds;

    /// <summary>Tells whether other work shared the machine.</summary>
    private static string LoadAverage => File.Exists("/proc/loadavg") ? string.Join(", ", File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";

    private static string Self => $"dotnet {typeof(Suite).Assembly.Location}";

    /// <summary>Runs everything and returns the tables in Markdown.</summary>
    public string Run(IReadOnlyList<double> millions)
    {
        AllowServer();
        Line(string.Create(CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}; medians of {_rounds} rounds (of one from 10 million rows on, and for what is marked *); the ratio is the median of each round's. Load average at the start: {LoadAverage}."));
        using (var postgres = new BenchPostgres(Path.Combine(_folder, "pg")))
        {
            foreach (double million in millions)
            {
                postgres.Fill((long)(million * 1e6));
                Compare(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL, {million} million rows of 16 columns, server on the same cores"), million, PostgreSql(postgres.Port));
            }
        }

        string file = Path.Combine(_folder, "bench.sqlite");
        foreach (double million in millions)
        {
            BenchSqlite.Fill(file, (long)(million * 1e6));
            Compare(string.Create(CultureInfo.InvariantCulture, $"SQLite, {million} million rows of 16 columns"), million, Sqlite(file));
        }

        foreach (double million in millions)
        {
            Compare(string.Create(CultureInfo.InvariantCulture, $"Any DbDataReader, {million} million rows of 16 columns that cost next to nothing to read"), million, AnyReader((long)(million * 1e6)));
        }

        foreach (double million in millions)
        {
            ExportPlain((long)(million * 1e6));
            Compare(string.Create(CultureInfo.InvariantCulture, $"A delimited file, {million} million rows of 16 columns"), million, DelimitedFile());
        }

        if (BenchMariaDb.IsInstalled)
        {
            using var mariaDb = new BenchMariaDb(Path.Combine(_folder, "maria"));
            foreach (double million in millions)
            {
                mariaDb.Fill((long)(million * 1e6));
                Compare(string.Create(CultureInfo.InvariantCulture, $"MariaDB, {million} million rows of 16 columns, server on the same cores"), million, MariaDb(mariaDb));
            }
        }

        Upload();
        Line($"\nLoad average at the end: {LoadAverage}.");
        return _report.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Contender[] PostgreSql(int port)
    {
        string source = string.Create(CultureInfo.InvariantCulture, $"postgresql:127.0.0.1:{port}:postgres:postgres");
        string psql = $"psql -X -h 127.0.0.1 -p {port} -U postgres -c 'COPY (SELECT * FROM t) TO STDOUT (FORMAT csv)'";
        return
        [
            new("psql COPY > /dev/null", $"{psql} > /dev/null"),
            new("psql COPY \\| zstd -1", $"{psql} | zstd -q -1 > {_folder}/out.zst"),
            new("psql COPY \\| gzip -1", $"{psql} | gzip -1 > {_folder}/out.gz"),
            new("Npgsql, CsvHelper, zstd *", CsvHelper(source), true),
            new("objects, as Export-Csv, uncompressed *", $"{Self} objects '{source}' 'SELECT * FROM t' {_folder}/out.csv", true),
            new("RedshiftEtl, zstd", Export(source, "Zstd")),
            new("RedshiftEtl, gzip", Export(source, "Gzip")),
        ];
    }

    private Contender[] Sqlite(string file) =>
    [
        new("sqlite3 -csv \\| zstd -1", $"sqlite3 -csv {file} 'SELECT * FROM t' | zstd -q -1 > {_folder}/out.zst"),
        new("sqlite3 -csv > /dev/null", $"sqlite3 -csv {file} 'SELECT * FROM t' > /dev/null"),
        new("RedshiftEtl, zstd", Export($"sqlite:{file}", "Zstd")),
        new("RedshiftEtl, gzip", Export($"sqlite:{file}", "Gzip")),
    ];

    private Contender[] AnyReader(long rows)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"SELECT {rows}");
        return
        [
            new("CsvHelper, zstd", $"{Self} csvhelper memory '{query}' {_folder}/out.zst"),
            new("RedshiftEtl, zstd", Export("memory", "Zstd", query)),
            new("RedshiftEtl, gzip", Export("memory", "Gzip", query)),
        ];
    }

    private Contender[] DelimitedFile() =>
    [
        new("zstd -1 of the file as it is", $"zstd -q -1 -c {_folder}/files/rows.csv > {_folder}/out.zst"),
        new("CsvHelper's reader and writer, zstd", $"{Self} csvhelper file:{_folder}/files rows.csv {_folder}/out.zst"),
        new("RedshiftEtl, zstd", Export($"file:{_folder}/files", "Zstd", "rows.csv")),
    ];

    private void ExportPlain(long rows)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "files"));
        Shell.Run("bash", "-c", $"{Self} csvhelper memory 'SELECT {rows}' {_folder}/out.zst && zstd -q -d -c {_folder}/out.zst > {_folder}/files/rows.csv");
    }

    private Contender[] MariaDb(BenchMariaDb server)
    {
        string source = string.Create(CultureInfo.InvariantCulture, $"mysql:127.0.0.1:{server.Port}:bench:root");
        return
        [
            new("mariadb --batch \\| zstd -1", $"{server.Client} --batch --quick -e 'SELECT * FROM t' | zstd -q -1 > {_folder}/out.zst"),
            new("mariadb --batch > /dev/null", $"{server.Client} --batch --quick -e 'SELECT * FROM t' > /dev/null"),
            new("MySqlConnector, CsvHelper, zstd", CsvHelper(source)),
            new("RedshiftEtl, zstd", Export(source, "Zstd")),
            new("RedshiftEtl, gzip", Export(source, "Gzip")),
        ];
    }

    private string CsvHelper(string source) => $"{Self} csvhelper '{source}' 'SELECT * FROM t' {_folder}/out.zst";

    private string Export(string source, string compression, string query = "SELECT * FROM t") => $"rm -rf {_folder}/parts; {Self} export '{source}' '{query}' {compression} {_folder}/parts";

    /// <summary>Runs the contenders in turn, so that what else the machine does hits all of them, and compares each with the first.</summary>
    private void Compare(string title, double millions, Contender[] contenders)
    {
        int count = millions >= 10 ? 1 : _rounds;
        Line($"\n### {title}\n\n| | wall, s | CPU, s | peak, MiB | wall ÷ first | CPU ÷ first |\n|---|---|---|---|---|---|");
        var rounds = new List<Timing?[]>();
        for (int round = count == 1 ? 0 : -1; round < count; round++)
        {
            bool isOther = round != 0;
            Timing?[] timings = contenders.Select(contender => contender.IsSlow && isOther ? null : Shell.Time(contender.Command)).ToArray();
            if (round >= 0)
            {
                // The first round warms the caches and is not counted.
                rounds.Add(timings);
            }
        }

        for (int i = 0; i < contenders.Length; i++)
        {
            int? peak = rounds.Max(round => round[i]?.PeakMegabytes);
            Line(string.Create(CultureInfo.InvariantCulture,
                $"| {contenders[i].Name} | {Median(round => round[i]?.Wall):F2} | {Median(round => round[i]?.Cpu):F2} | {peak} | {Median(round => round[i]?.Wall / round[0]!.Wall):F2} | {Median(round => round[i]?.Cpu / round[0]!.Cpu):F2} |"));
        }

        double Median(Func<Timing?[], double?> value)
        {
            double[] sorted = [.. rounds.Select(value).OfType<double>().Order()];
            return sorted[sorted.Length / 2];
        }
    }

    /// <summary>Uploads a gigabyte to a server that throws it away.</summary>
    private void Upload()
    {
        Line("\n### S3 upload of 1 GB to a loopback sink over http\n");
        using Process sink = Process.Start(new ProcessStartInfo("dotnet", [typeof(Suite).Assembly.Location, "sink"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        string url = sink.StandardOutput.ReadLine()!;
        foreach (string mode in new[] { "WhenRequired", "WhenSupported" })
        {
            string[] runs = [.. Enumerable.Range(0, _rounds).Select(_ => Shell.Run("bash", "-c", $"{Self} upload {url} 1024 {mode}").Output.Trim()).Order(StringComparer.Ordinal)];
            Line($"- {runs[runs.Length / 2]}");
        }

        sink.StandardInput.Close();
        sink.WaitForExit();
    }

    /// <summary>One way to do it.</summary>
    /// <param name="Name">Its name in the table.</param>
    /// <param name="Command">Its command line for bash.</param>
    /// <param name="IsSlow">Whether it runs in one round only.</param>
    private sealed record Contender(string Name, string Command, bool IsSlow = false);

    /// <summary>The server's user must be able to reach its folder.</summary>
    private void AllowServer()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        }
    }

    private void Line(string text)
    {
        Console.WriteLine(text);
        _report.Append(text).Append('\n');
    }
}
