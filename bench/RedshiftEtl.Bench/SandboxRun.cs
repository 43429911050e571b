using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Bench;

/// <summary>What the sandbox costs those who test on it: its start, a statement's way through its front end beside the same on PostgreSQL itself, and a COPY.</summary>
internal sealed class SandboxRun : IDisposable
{
    private const int Statements = 2_000;
    private const int Columns = 16;

    private readonly string _folder = Directory.CreateTempSubdirectory("rsbench").FullName;
    private readonly List<Process> _running = [];

    /// <summary>Measures, and returns the table.</summary>
    public async Task<string> RunAsync(int rounds, int rows)
    {
        double start = Median(await Times(rounds, async () => (await StartAsync()).Time));
        (_, JsonElement sandbox) = await StartAsync();
        using var postgres = new BenchPostgres(_folder);
        string front = Connection(sandbox.GetProperty("redshift"));
        string direct = $"Host=127.0.0.1;Port={postgres.Port};Username=postgres;Database=postgres;SSL Mode=Disable;Pooling=false";
        var simple = new List<(double Front, double Direct)>();
        var prepared = new List<(double Front, double Direct)>();
        for (int i = 0; i < rounds; i++)
        {
            simple.Add((await StatementAsync(front, false), await StatementAsync(direct, false)));
            prepared.Add((await StatementAsync(front, true), await StatementAsync(direct, true)));
        }

        double copy = await CopyAsync(sandbox, front, rows);
        var text = new StringBuilder("| | figure |\n|---|---:|\n");
        Line(text, $"start of the program until both endpoints answer", $"{start:N2} s");
        Line(text, $"SELECT 1, text protocol: through the front end / on PostgreSQL itself", Pair(simple));
        Line(text, $"SELECT 1, prepared: through the front end / on PostgreSQL itself", Pair(prepared));
        Line(text, $"COPY of {rows:N0} rows of {Columns} columns from 4 uncompressed parts", $"{copy:N1} s");
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Process process in _running)
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static void Line(StringBuilder text, FormattableString what, FormattableString figure) =>
        text.Append(CultureInfo.InvariantCulture, $"| {FormattableString.Invariant(what)} | {FormattableString.Invariant(figure)} |\n");

    private static FormattableString Pair(List<(double Front, double Direct)> rounds) =>
        $"{Median(rounds.Select(round => round.Front)):N3} ms / {Median(rounds.Select(round => round.Direct)):N3} ms: {Median(rounds.Select(round => round.Front - round.Direct)):N3} ms more";

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static async Task<List<double>> Times(int rounds, Func<Task<double>> measure)
    {
        var times = new List<double>();
        for (int i = 0; i < rounds; i++)
        {
            times.Add(await measure());
        }

        return times;
    }

    private static string Connection(JsonElement endpoint) => string.Create(CultureInfo.InvariantCulture,
        $"Host={endpoint.GetProperty("host").GetString()};Port={endpoint.GetProperty("port").GetInt32()};Username={endpoint.GetProperty("username").GetString()};Password={endpoint.GetProperty("password").GetString()};Database={endpoint.GetProperty("database").GetString()};SSL Mode=Disable;Pooling=false;Command Timeout=0");

    /// <summary>Milliseconds that one statement takes, on an open connection.</summary>
    private static async Task<double> StatementAsync(string connection, bool isPrepared)
    {
        await using var session = new NpgsqlConnection(connection);
        await session.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT 1", session);
        if (isPrepared)
        {
            await command.PrepareAsync();
        }

        await command.ExecuteScalarAsync();
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < Statements; i++)
        {
            await command.ExecuteScalarAsync();
        }

        return clock.Elapsed.TotalMilliseconds / Statements;
    }

    private async Task<(double Time, JsonElement Ready)> StartAsync()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "../../../../../bin/sandbox/RedshiftEtl.Sandbox.dll");
        var clock = Stopwatch.StartNew();
        var process = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _running.Add(process);
        string ready = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The sandbox did not start.");
        return (clock.Elapsed.TotalSeconds, JsonDocument.Parse(ready).RootElement);
    }

    private static async Task<double> CopyAsync(JsonElement sandbox, string front, int rows)
    {
        JsonElement s3 = sandbox.GetProperty("s3");
        var stage = new S3Connection
        {
            Name = "bench",
            Bucket = s3.GetProperty("bucket").GetString()!,
            Prefix = "bench",
            Region = s3.GetProperty("region").GetString(),
            ServiceUrl = s3.GetProperty("serviceUrl").GetString(),
            AccessKey = s3.GetProperty("accessKey").GetString(),
            SecretKey = Secret.Of(s3.GetProperty("secretKey").GetString()!),
        };
        using var parts = new S3Parts(stage, "bench/");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(part => Task.Run(() => WriteAsync(parts, part, rows / 4))));
        await using var session = new NpgsqlConnection(front);
        await session.OpenAsync();
        string columns = string.Join(", ", Enumerable.Range(0, Columns).Select(i => $"c{i} {(i % 4) switch { 0 => "BIGINT", 1 => "DECIMAL(18,4)", 2 => "VARCHAR(40)", _ => "TIMESTAMP" }}"));
        await ExecuteAsync(session, $"CREATE TABLE bench ({columns})");
        var clock = Stopwatch.StartNew();
        await ExecuteAsync(session, $"COPY bench FROM 's3://{stage.Bucket}/bench/' IAM_ROLE '{sandbox.GetProperty("iamRole").GetString()}' FORMAT AS CSV");
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task ExecuteAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task WriteAsync(S3Parts parts, int part, int rows)
    {
        await using IPartWriter writer = await parts.CreateAsync($"part-{part}.csv", CancellationToken.None);
        await using var counted = new ChecksumStream(writer);
        var block = new StringBuilder();
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                block.Append(column == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{(column % 4) switch
                {
                    0 => $"{(long)row * 7919}",
                    1 => $"{row % 100_000}.{row % 10_000:0000}",
                    2 => $"some text {row % 1000}",
                    _ => $"2026-01-{(row % 28) + 1:00} 12:{row % 60:00}:{row % 60:00}",
                }}");
            }

            block.Append('\n');
            if (block.Length > 500_000 || row == rows - 1)
            {
                await counted.WriteAsync(Encoding.ASCII.GetBytes(block.ToString()));
                block.Clear();
            }
        }

        await writer.CompleteAsync(counted.Checksum, CancellationToken.None);
    }
}
