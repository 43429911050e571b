using System.Globalization;
using CsCheck;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;
using SQLitePCL;

namespace RedshiftEtl.Engine.Tests.Extract;

public sealed class SqliteExportTests : IDisposable
{
    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    [Theory]
    [InlineData(Compression.None, ".csv")]
    [InlineData(Compression.Gzip, ".csv.gz")]
    [InlineData(Compression.Zstd, ".csv.zst")]
    public async Task Every_storage_class_is_written_as_COPY_reads_it(Compression compression, string extension)
    {
        SqliteConnection source = _exports.Sqlite("""
            CREATE TABLE t (i INTEGER, r REAL, s VARCHAR(20), b BLOB, f BOOLEAN, d DECIMAL(10,2), day DATE, at DATETIME);
            INSERT INTO t VALUES (-9223372036854775808, 0.1, 'a,"b"' || char(10) || 'ü€😀', x'00ff', 1, 1234.5, '2026-01-02', '2026-01-02 03:04:05.678');
            INSERT INTO t VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            INSERT INTO t VALUES (1, 1e300, '', x'7f', 0, 1e-7, 0, 2460000.75);
            """);
        EtlExport export = await _exports.RunAsync(source, "SELECT * FROM t", compression);
        List<object?[]> rows = Exports.Read(export).ConvertAll(row => row.ToArray<object?>());
        Assert.Equal(["-9223372036854775808", "0.1", "a,\"b\"\nü€😀", "00ff", "t", "1234.5", "2026-01-02", "2026-01-02 03:04:05.678"], rows[0]);
        Assert.Equal([null, null, null, null, null, null, null, null], rows[1]);
        Assert.Equal(["1", "1E+300", "", "7f", "f", "0.0000001", "1970-01-01", "2023-02-25 06:00:00"], rows[2]);
        Assert.Equal((3L, 3L), (export.RowsRead, export.RowsWritten));
        Assert.EndsWith(extension, Assert.Single(export.Parts).Name, StringComparison.Ordinal);
        Assert.Equal("BIGINT DOUBLE PRECISION VARCHAR(80) VARBYTE(16777216) BOOLEAN DECIMAL(10,2) DATE TIMESTAMP",
            string.Join(' ', export.Columns.Select(column => column.RedshiftType)));
    }

    [Fact]
    public async Task No_rows_give_no_part()
    {
        EtlExport export = await _exports.RunAsync(_exports.Sqlite("CREATE TABLE t (a INTEGER)"), "SELECT * FROM t");
        Assert.Empty(export.Parts);
        Assert.Equal(0, export.RowsRead);
    }

    [Fact]
    public async Task Parameters_are_bound()
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a TEXT, d TEXT); INSERT INTO t VALUES ('it''s', '2026-01-01'), ('b', '2026-02-01')");
        EtlExport export = await _exports.RunAsync(source, "SELECT a FROM t WHERE a = @A OR d >= @since -- @no\n;", Compression.None,
            new EtlParameter("a", "it's"), new EtlParameter("since", new DateOnly(2026, 2, 1)));
        Assert.Equal(["it's", "b"], Exports.Read(export).Select(row => row[0]));
    }

    [Theory]
    [InlineData("SELECT a FROM t WHERE a = '~NULL~'", "equal to the marker")]
    [InlineData("SELECT '' || char(0) || 'x' AS a", "NUL character")]
    [InlineData("SELECT CAST(x'fffe' AS TEXT) AS a", "not valid UTF-8")]
    [InlineData("SELECT printf('%.*c', 65536, 'x') AS a", "65,536 bytes")]
    [InlineData("SELECT n FROM t", "empty text in a column declared as INTEGER")]
    [InlineData("SELECT b FROM t", "binary data without a byte")]
    [InlineData("SELECT 9e999 AS a", "no infinity")]
    public async Task Values_that_cannot_be_carried_fail_with_column_and_row(string sql, string expected)
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a TEXT, n INTEGER, b BLOB); INSERT INTO t VALUES ('~NULL~', '', x'')");
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, sql));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("row 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_extract_leaves_no_file()
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a TEXT)");
        await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT CASE WHEN i = 2900000 THEN '~NULL~' ELSE 'row ' || i END AS a FROM n"));
        Assert.Empty(Directory.EnumerateFiles(_exports.Folder, "part-*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("SELECT a,\n b\nFORM t", "query.sql, line 3")]
    [InlineData("SELECT a,\n nosuch\nFROM t", "query.sql, line 2")]
    [InlineData("SELECT a FROM nosuch", "query.sql, line 1")]
    [InlineData("SELECT a FROM t;\nSELECT 2 AS b", "query.sql, line 2")]
    public async Task Wrong_SQL_is_said_with_file_and_line(string sql, string expected)
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a TEXT, b TEXT)");
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, sql));
        Assert.Same(Fault.SqlInvalid, error.Fault);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT 1 AS a, 2 AS A")]
    [InlineData("SELECT 1 AS \"\"")]
    public async Task Column_names_must_be_a_tables(string sql) =>
        Assert.Same(Fault.ColumnNameInvalid, (await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(_exports.Sqlite("CREATE TABLE t (a)"), sql))).Fault);

    [Fact]
    public async Task A_statement_without_columns_is_refused() =>
        Assert.Same(Fault.QueryWithoutColumns, (await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(_exports.Sqlite("CREATE TABLE t (a)"), "DELETE FROM t"))).Fault);

    [Fact]
    public async Task A_missing_file_and_one_that_is_no_database_are_told_apart()
    {
        var missing = new SqliteConnection { Name = "lite", DataSource = Path.Combine(_exports.Folder, "none.sqlite") };
        Assert.Same(Fault.DatabaseNotFound, (await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(missing, "SELECT 1 AS a"))).Fault);
        string text = Path.Combine(_exports.Folder, "text.sqlite");
        await File.WriteAllTextAsync(text, new string('x', 5000), TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(missing with { DataSource = text }, "SELECT * FROM t"));
        Assert.Contains("not a database", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_in_UTF16_gives_the_same_text()
    {
        SqliteConnection source = _exports.Sqlite("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a TEXT, b BLOB); INSERT INTO t VALUES ('ü€😀,\"', x'00ff'), ('', NULL)");
        EtlExport export = await _exports.RunAsync(source, "SELECT a, b FROM t ORDER BY rowid");
        Assert.Equal(["ü€😀,\"", "00ff"], Exports.Read(export)[0].ToArray<object?>());
        Assert.Equal(["", null], Exports.Read(export)[1].ToArray<object?>());
    }

    [Fact]
    public async Task A_writer_in_WAL_mode_neither_disturbs_nor_is_seen()
    {
        SqliteConnection source = _exports.Sqlite("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)");
        using sqlite3 writer = Open(source);
        await using ISourceReader reader = await Sources.Of(source).OpenAsync(
            Exports.Query(source, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) SELECT i, (SELECT count(*) FROM t) AS c FROM n"),
            CsvDialect.Default, TestContext.Current.CancellationToken);
        using CsvBlock first = reader.Read(CancellationToken.None)!;
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(writer, "INSERT INTO t VALUES (2)"));
        while (reader.Read(CancellationToken.None) is { } block)
        {
            using (block)
            {
                Assert.EndsWith(",1\n", System.Text.Encoding.ASCII.GetString(block.Bytes.Span), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_locked_file_is_waited_for_as_long_as_the_connection_says()
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
        using sqlite3 writer = Open(source);
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(writer, "BEGIN EXCLUSIVE"));
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source with { BusyTimeout = 0 }, "SELECT a FROM t"));
        Assert.Same(Fault.TransactionConflict, error.Fault);
        Assert.True(error.Fault.IsTransient);
        using var stop = new CancellationTokenSource();
        Task waiting = Exporter.ExportAsync(
            source with { BusyTimeout = 3600 }, Exports.Query(source, "SELECT a FROM t"), new ExportOptions { RunId = RunId.New() },
            new PartFolder(Path.Combine(_exports.Folder, "waiting")), new Progress<EtlEvent>(), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Task<EtlExport> export = _exports.RunAsync(source with { BusyTimeout = 3600 }, "SELECT a FROM t");
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(writer, "COMMIT"));
        Assert.Equal(1, (await export).RowsRead);
    }

    [Fact(Timeout = 60_000)]
    public async Task Cancelling_interrupts_a_query_that_has_no_rows_yet()
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a)");
        await using ISourceReader reader = await Sources.Of(source).OpenAsync(
            Exports.Query(source, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n"), CsvDialect.Default, TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        Task reading = Task.Run(() => reader.Read(stop.Token), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task A_parameter_without_a_value_or_of_another_kind_is_refused()
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a)");
        Assert.Same(Fault.ParameterMissing, (await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, "SELECT @p AS a"))).Fault);
        Assert.Same(Fault.ParameterMissing, (await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, "SELECT ? AS a"))).Fault);
    }

    [Fact]
    public async Task A_failed_extract_leaves_no_folder()
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a)");
        await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, "SELECT nosuch FROM t"));
        Assert.Empty(Directory.EnumerateDirectories(_exports.Folder));
    }

    [Theory]
    [InlineData(Compression.Gzip, 10, 4)]
    [InlineData(Compression.Zstd, 23, 4)]
    [InlineData(Compression.Zstd, 0, 4)]
    [InlineData(Compression.Zstd, null, 0)]
    public async Task Options_that_make_no_sense_are_refused(Compression compression, int? level, int parts)
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a)");
        var options = new ExportOptions { RunId = "r", Compression = compression, CompressionLevel = level, ParallelParts = parts };
        Assert.Same(Fault.ArgumentInvalid, (await Assert.ThrowsAsync<EtlException>(() => Exporter.ExportAsync(
            source, Exports.Query(source, "SELECT 1 AS a"), options, new PartFolder(Path.Combine(_exports.Folder, "x")), new Progress<EtlEvent>(), CancellationToken.None))).Fault);
    }

    [Fact]
    public async Task A_large_extract_is_spread_evenly_over_parts()
    {
        EtlExport export = await _exports.RunAsync(_exports.Sqlite("CREATE TABLE t (a)"),
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i, 'row number ' || i AS s FROM n");
        Assert.Equal(4, export.Parts.Count);
        Assert.Equal(1_000_000, export.Parts.Sum(part => part.Rows));
        Assert.True(export.Parts.Max(part => part.Bytes) - export.Parts.Min(part => part.Bytes) <= 512 * 1024);
        Assert.All(export.Parts, part => Assert.Equal(new FileInfo(part.Location).Length, part.Bytes));
    }

    [Fact]
    public async Task Random_text_comes_back_exactly_in_every_culture()
    {
        Gen<string?> text = Gen.Frequency((1, Gen.Const((string?)null)), (8, Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['\u00A0', '\uD7FF'], Gen.Const('"'), Gen.Const('\n'), Gen.Const('\r'), Gen.Const(',')), 0, 20].Select(s => (string?)s)));
        await Gen.Select(text.Array[3].Array[0, 20], Gen.OneOf(Gen.Const("de-DE"), Gen.Const("tr-TR"), Gen.Const("ar-SA"))).SampleAsync(async (rows, culture) =>
        {
            CultureInfo.CurrentCulture = new CultureInfo(culture);
            string values = string.Join(", ", rows.Select(row => $"({string.Join(", ", row.Select(v => v is null ? "NULL" : $"'{v.Replace("'", "''", StringComparison.Ordinal)}'"))})"));
            SqliteConnection source = _exports.Sqlite($"CREATE TABLE t (a TEXT, b TEXT, c TEXT){(rows.Length == 0 ? "" : $"; INSERT INTO t VALUES {values}")}");
            EtlExport export = await _exports.RunAsync(source, "SELECT * FROM t ORDER BY rowid", Compression.Zstd);
            List<string?[]> read = Exports.Read(export);
            return read.Count == rows.Length && read.Zip(rows).All(pair => pair.First.SequenceEqual(pair.Second));
        }, iter: 60, threads: 1);
    }

    private static sqlite3 Open(SqliteConnection source)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(source.DataSource, out sqlite3 database));
        return database;
    }
}
