using System.Globalization;
using System.Text;
using CsCheck;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Tests.Extract;
using RedshiftEtl.Engine.Tests.Stage;

namespace RedshiftEtl.Engine.Tests;

/// <summary>Random rows of every type go from a real source through S3 and COPY into the warehouse, and every value is compared.</summary>
public sealed class RoundTripTests(PostgresServer server, SandboxServer sandbox) : IDisposable
{
    private static readonly Gen<string> s_text = Gen.String[
        Gen.Frequency((6, Gen.Char[' ', '~']), (2, Gen.Char['\u00A1', '\u07FF']), (2, Gen.Char['\u4E00', '\u9FFF']), (1, Gen.Const('"')), (1, Gen.Const(',')), (1, Gen.Const('\n')), (1, Gen.Const('\r')), (1, Gen.Const('\\'))), 0, 30];

    private static readonly Gen<DateTime> s_time = Gen.Long[0, 3_000_000_000_000_000L].Select(microseconds => new DateTime(1900, 1, 1).AddTicks(microseconds * 10));

    private readonly Exports _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task From_SQLite()
    {
        Kind[] kinds =
        [
            new("INTEGER", "BIGINT", Gen.Long.Select(n => (Invariant(n), Invariant(n)))),
            new("REAL", "DOUBLE PRECISION", Gen.Double[-1e15, 1e15].Select(d => (d.ToString("R", CultureInfo.InvariantCulture), Invariant(d)))),
            new("TEXT", "VARCHAR(200)", s_text.Select(text => text + "🌵").Select(text => (Quote(text), text))),
            new("TEXT", "VARCHAR(200)", s_text.Select(text => (Quote(text), text))),
            new("BLOB", "VARBYTE(50)", Gen.Byte.Array[1, 20].Select(bytes => ($"x'{Convert.ToHexString(bytes)}'", Convert.ToHexStringLower(bytes)))),
            new("BOOLEAN", "BOOLEAN", Gen.Bool.Select(flag => (flag ? "1" : "0", flag ? "t" : "f"))),
            new("DECIMAL(14,6)", "DECIMAL(14,6)", Gen.Int.Select(n => (Invariant(n / 64m), Invariant(n / 64m)))),
            new("DATE", "DATE", s_time.Select(time => ($"'{time:yyyy-MM-dd}'", $"{time:yyyy-MM-dd}"))),
            new("DATETIME", "TIMESTAMP", s_time.Select(time => ($"'{Micro(time)}'", Micro(time)))),
        ];
        await SampleAsync(kinds, (columns, values) =>
            Task.FromResult<SourceConnection>(_files.Sqlite($"CREATE TABLE t (id INTEGER, {columns}); INSERT INTO t VALUES {values}")));
    }

    [Fact]
    public async Task From_PostgreSQL()
    {
        Kind[] kinds =
        [
            new("smallint", "SMALLINT", Gen.Short.Select(n => (Invariant(n), Invariant(n)))),
            new("integer", "INTEGER", Gen.Int.Select(n => (Invariant(n), Invariant(n)))),
            new("bigint", "BIGINT", Gen.Long[-long.MaxValue, long.MaxValue].Select(n => (Invariant(n), Invariant(n)))),
            new("numeric(28,6)", "DECIMAL(28,6)", Gen.Long.Select(n => (Invariant(n / 64m), Invariant(n / 64m)))),
            new("double precision", "DOUBLE PRECISION", Gen.Double[-1e15, 1e15].Select(d => (d.ToString("R", CultureInfo.InvariantCulture), Invariant(d)))),
            new("text", "VARCHAR(200)", s_text.Select(text => text + "🌵").Select(text => (Quote(text), text))),
            new("varchar(60)", "VARCHAR(240)", s_text.Select(text => (Quote(text), text))),
            new("bytea", "VARBYTE(50)", Gen.Byte.Array[1, 20].Select(bytes => ($"'\\x{Convert.ToHexString(bytes)}'", Convert.ToHexStringLower(bytes)))),
            new("boolean", "BOOLEAN", Gen.Bool.Select(flag => (flag ? "true" : "false", flag ? "t" : "f"))),
            new("date", "DATE", s_time.Select(time => ($"'{time:yyyy-MM-dd}'", $"{time:yyyy-MM-dd}"))),
            new("timestamp", "TIMESTAMP", s_time.Select(time => ($"'{Micro(time)}'", Micro(time)))),
            new("timestamptz", "TIMESTAMPTZ", s_time.Select(time => ($"'{Micro(time)}+05:30'", Micro(time.AddHours(-5.5))))),
            new("time", "TIME", s_time.Select(time => ($"'{time:HH:mm:ss.ffffff}'", $"{time:HH:mm:ss.ffffff}"))),
            new("uuid", "CHAR(36)", Gen.Guid.Select(id => ($"'{id:D}'", $"{id:D}"))),
        ];
        await SampleAsync(kinds, async (columns, values) =>
        {
            await server.ExecuteAsync($"DROP TABLE IF EXISTS round_trip; CREATE TABLE round_trip (id integer, {columns}); INSERT INTO round_trip VALUES {values}");
            return await server.Connection;
        }, "round_trip");
    }

    /// <summary>Runs a job on random rows and compares; NULL comes in every column.</summary>
    private async Task SampleAsync(Kind[] kinds, Func<string, string, Task<SourceConnection>> make, string table = "t")
    {
        S3Connection stage = await sandbox.StageAsync();
        RedshiftConnection warehouse = await sandbox.WarehouseAsync();
        Gen<(string Sql, string? Expected)[]> row = Row(kinds);
        await row.Array[1, 300].SampleAsync(async rows =>
        {
            string target = $"rt{RunId.New()}";
            string columns = string.Join(", ", kinds.Select((kind, i) => $"c{i} {kind.SourceType}"));
            string values = string.Join(",\n", rows.Select((row, id) => $"({id}, {string.Join(", ", row.Select(value => value.Sql))})"));
            SourceConnection source = await make(columns, values);
            var job = new EtlJob
            {
                Name = target,
                Mode = LoadMode.Append,
                Source = source,
                Stage = stage,
                Warehouse = warehouse,
                Table = TableName.Parse(target),
                Parameters = [],
                Sql = new JobSql(
                    Write($"{target}.create.sql", $"CREATE TABLE {target} (id INTEGER, {string.Join(", ", kinds.Select((kind, i) => $"c{i} {kind.RedshiftType}"))})"),
                    Write($"{target}.initial.sql", $"SELECT * FROM {table}"), null, null),
            };
            (EtlRun run, EtlException? error) = await JobRunner.RunAsync(job, new RunOptions(), NoProgress.Instance, TestContext.Current.CancellationToken);
            Assert.True(error is null, error?.Message);
            Assert.Equal(rows.Length, run.RowsLoaded);
            string list = string.Join(", ", kinds.Select((kind, i) => kind.RedshiftType.StartsWith("VARBYTE", StringComparison.Ordinal) ? $"LOWER(TO_HEX(c{i})) AS c{i}" : $"c{i}"));
            var query = SqlText.Of($"SELECT {list} FROM {target} ORDER BY id", SqlDialect.Redshift);
            int r = 0;
            await foreach (IReadOnlyList<KeyValuePair<string, object?>> loaded in RedshiftQuery.RunAsync(warehouse, query, [], NoProgress.Instance, TestContext.Current.CancellationToken))
            {
                Assert.Equal<object?>(rows[r++].Select(value => value.Expected), loaded.Select(value => Show(value.Value)));
            }

            Assert.Equal(rows.Length, r);
        }, iter: 4, threads: 1);
    }

    private static Gen<(string Sql, string? Expected)[]> Row(Kind[] kinds)
    {
        Gen<(string Sql, string? Expected)[]> row = Gen.Const(Array.Empty<(string, string?)>());
        foreach (Kind kind in kinds)
        {
            Gen<(string Sql, string? Expected)> value = Gen.Frequency((1, Gen.Const(("NULL", (string?)null))), (6, kind.Value.Select(pair => (pair.Sql, (string?)pair.Expected))));
            row = Gen.Select(row, value, (before, next) => before.Append(next).ToArray());
        }

        return row;
    }

    private string Write(string name, string sql)
    {
        string path = Path.Combine(_files.Folder, name);
        File.WriteAllText(path, sql, new UTF8Encoding(false));
        return path;
    }

    private static string? Show(object? value) => value switch
    {
        null => null,
        bool flag => flag ? "t" : "f",
        DateTime { TimeOfDay.Ticks: 0 } date when date.Kind == DateTimeKind.Unspecified => Micro(date).Replace(" 00:00:00.000000", "", StringComparison.Ordinal),
        DateTime time => Micro(time),
        DateTimeOffset instant => Micro(instant.UtcDateTime),
        TimeSpan time => time.ToString(@"hh\:mm\:ss\.ffffff", CultureInfo.InvariantCulture),
        IFormattable number => Invariant(number),
        _ => value.ToString(),
    };

    /// <summary>A number without zeros at its end.</summary>
    private static string Invariant(IFormattable number) => number switch
    {
        decimal m => m.ToString("0.##########", CultureInfo.InvariantCulture),
        // Redshift shows 15 digits (fact sheet 7.2); the value that it holds has all of them.
        double d => d.ToString("G15", CultureInfo.InvariantCulture),
        _ => number.ToString(null, CultureInfo.InvariantCulture),
    };

    private static string Micro(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A column: its types, and how to make a value as SQL with what the warehouse must show for it.</summary>
    private sealed record Kind(string SourceType, string RedshiftType, Gen<(string Sql, string Expected)> Value);
}
