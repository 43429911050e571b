using System.Globalization;
using CsCheck;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Tests.Extract;

public sealed class PartitionTests(PostgresServer server) : IDisposable
{
    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    [Fact]
    public async Task The_ranges_together_are_exactly_the_table() => await Gen.Select(
        Gen.OneOf(
            Gen.OneOf(Gen.Int[-5, 5].Select(i => i.ToString(CultureInfo.InvariantCulture)), Gen.Long.Select(i => i.ToString(CultureInfo.InvariantCulture)), Gen.Const("NULL"))
                .Array[0, 30].Select(values => ("bigint", values)),
            Gen.OneOf(Gen.Decimal[-5, 5].Select(i => i.ToString(CultureInfo.InvariantCulture)), Gen.Const("1e90"), Gen.Const("'NaN'"), Gen.Const("NULL"))
                .Array[0, 30].Select(values => ("numeric", values)),
            Gen.OneOf(Gen.Int[0, 400].Select(i => $"'2026-01-01'::date + {i}"), Gen.Const("'infinity'"), Gen.Const("'-infinity'"), Gen.Const("'0044-03-15 BC'"), Gen.Const("NULL"))
                .Array[0, 30].Select(values => ("date", values)),
            Gen.OneOf(Gen.Int[0, 4000].Select(i => $"'2026-01-01'::timestamptz + {i} * '1 s'::interval"), Gen.Const("'infinity'"), Gen.Const("NULL"))
                .Array[0, 30].Select(values => ("timestamptz", values))),
        Gen.Int[2, 7]).SampleAsync(
            async (table, count) =>
            {
                (string type, string[] values) = table;
                string rows = string.Join(" UNION ALL ", values.Select((value, i) => $"SELECT {i}, ({value})::{type}").Prepend($"SELECT -1, NULL::{type}"));
                EtlExport export = await RunAsync(await server.Connection, $"SELECT a AS row, b::text AS text, b AS \"Key\" FROM ({rows}) AS v(a, b)", new SourcePartition("key", count), Everything);
                int[] found = Exports.Read(export).Select(row => int.Parse(row[0]!, CultureInfo.InvariantCulture)).Order().ToArray();
                return found.SequenceEqual(Enumerable.Range(-1, values.Length + 1));
            },
            iter: 60, threads: 1);

    [Fact]
    public async Task All_ranges_see_one_snapshot()
    {
        await server.ExecuteAsync("CREATE TABLE partitioned (id int PRIMARY KEY, v text); INSERT INTO partitioned SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i");
        PostgreSqlConnection source = await server.Connection;
        await using ISourceReader reader = await Sources.Of(source).OpenAsync(
            Exports.Query(source, "SELECT * FROM partitioned") with { Partition = new SourcePartition("id", 4) }, CsvDialect.Default, TestContext.Current.CancellationToken);
        await server.ExecuteAsync("DELETE FROM partitioned WHERE id % 2 = 0; INSERT INTO partitioned SELECT i, '' FROM generate_series(20001, 30000) AS i");
        int rows = 0;
        while (reader.Read(TestContext.Current.CancellationToken) is { } block)
        {
            using (block)
            {
                rows += block.Rows;
            }
        }

        Assert.Equal(20_000, rows);
    }

    [Fact]
    public async Task An_error_in_one_range_fails_the_extract_and_repairs_are_summed()
    {
        PostgreSqlConnection source = await server.Connection;
        const string Sql = "SELECT i, CASE WHEN i % 100 = 0 THEN 'NaN'::float8 END AS odd FROM generate_series(1, 1000) AS i";
        var error = await Assert.ThrowsAsync<EtlException>(() => RunAsync(source, Sql, new SourcePartition("i", 3), ValueRules.None));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        EtlExport export = await RunAsync(source, Sql, new SourcePartition("i", 3), Everything);
        Assert.Equal([new EtlRepair("odd", ValueKind.NaN, ValueAction.Null, 10)], export.Repairs);
        Assert.Equal(1000, export.RowsRead);
    }

    [Fact]
    public async Task A_stop_ends_all_ranges()
    {
        PostgreSqlConnection source = await server.Connection;
        using var stop = new CancellationTokenSource();
        await using ISourceReader reader = await Sources.Of(source).OpenAsync(
            Exports.Query(source, "SELECT i FROM generate_series(1, 100000000) AS i") with { Partition = new SourcePartition("i", 2) }, CsvDialect.Default, stop.Token);
        reader.Read(stop.Token)?.Dispose();
        await stop.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => reader.Read(stop.Token));
    }

    [Fact]
    public async Task What_cannot_be_split_is_said()
    {
        PostgreSqlConnection source = await server.Connection;
        await Refused(source, "SELECT 1 AS a", "b", "'b' is not a column");
        await Refused(source, "SELECT 'x' AS a", "a", "type text");
        await Refused(_exports.Sqlite("CREATE TABLE t (a INTEGER)"), "SELECT a FROM t", "a", "no common snapshot");
    }

    private static ValueRules Everything => new()
    {
        All = new Dictionary<ValueKind, ValueAction>
        {
            [ValueKind.NaN] = ValueAction.Null, [ValueKind.Year] = ValueAction.Null, [ValueKind.Digits] = ValueAction.Null, [ValueKind.Scale] = ValueAction.Null,
        },
    };

    private async Task Refused(SourceConnection source, string sql, string column, string expected)
    {
        var error = await Assert.ThrowsAsync<EtlException>(() => RunAsync(source, sql, new SourcePartition(column, 2), ValueRules.None));
        Assert.Same(Fault.ArgumentInvalid, error.Fault);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private async Task<EtlExport> RunAsync(SourceConnection source, string sql, SourcePartition partition, ValueRules rules)
    {
        var options = new ExportOptions { RunId = RunId.New(), Compression = Compression.None };
        return await Exporter.ExportAsync(
            source, Exports.Query(source, sql) with { Partition = partition, Rules = rules }, options, new PartFolder(Path.Combine(_exports.Folder, options.RunId)), new Nobody(),
            TestContext.Current.CancellationToken);
    }

    private sealed class Nobody : IProgress<EtlEvent>
    {
        public void Report(EtlEvent value)
        {
        }
    }
}
