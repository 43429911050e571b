using System.Globalization;
using CsCheck;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.PostgreSql;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Tests.Extract;

public sealed class PostgreSqlExportTests(PostgresServer server) : IDisposable
{
    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Zstd)]
    public async Task Every_type_is_written_as_COPY_reads_it(Compression compression)
    {
        EtlExport export = await _exports.RunAsync(await server.Connection, """
            SELECT * FROM (VALUES
              (true, 1::int2, -2::int4, 9223372036854775807::int8, 123456789012345678.0001::numeric(22,4), 0.1::float8, 0.1::float4, 'a,"b"' || chr(10) || 'ü€😀',
               '2026-01-02'::date, '03:04:05.678'::time, '2026-01-02 03:04:05.678901'::timestamp, '2026-01-02 03:04:05+02'::timestamptz,
               '\x00ff'::bytea, '{"a": [1, "x"]}'::jsonb, ARRAY['a,b', NULL, 'c"d'], '00000000-0000-0000-0000-000000000001'::uuid, '1 day 02:00'::interval, ''::text),
              (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
            AS v(b, i2, i4, i8, n, f8, f4, s, d, t, ts, tz, y, j, a, u, iv, e)
            """, compression);
        List<object?[]> rows = Exports.Read(export).ConvertAll(row => row.ToArray<object?>());
        Assert.Equal(
            ["t", "1", "-2", "9223372036854775807", "123456789012345678.0001", "0.1", "0.1", "a,\"b\"\nü€😀", "2026-01-02", "03:04:05.678",
                "2026-01-02 03:04:05.678901", "2026-01-02 01:04:05+00", "00ff", "{\"a\": [1, \"x\"]}", "[\"a,b\",null,\"c\\\"d\"]",
                "00000000-0000-0000-0000-000000000001", "1 day 02:00:00", ""],
            rows[0]);
        Assert.All(rows[1], value => Assert.Null(value));
        Assert.Equal(
            "BOOLEAN SMALLINT INTEGER BIGINT DECIMAL(38,10) DOUBLE PRECISION REAL VARCHAR(65535) DATE TIME TIMESTAMP TIMESTAMPTZ VARBYTE(16777216) SUPER SUPER CHAR(36) VARCHAR(64) VARCHAR(65535)",
            string.Join(' ', export.Columns.Select(column => column.RedshiftType)));
    }

    [Theory]
    [InlineData("'infinity'::date", "infinity")]
    [InlineData("'0044-03-15 BC'::timestamp", "0044-03-15")]
    [InlineData("'10000-01-01'::timestamptz", "10000-01-01")]
    [InlineData("'NaN'::float8", "NaN")]
    [InlineData("'-Infinity'::float4", "-Infinity")]
    [InlineData("'NaN'::numeric", "NaN")]
    [InlineData("'24:00'::time", "24:00:00")]
    [InlineData("''::bytea", "")]
    [InlineData("repeat('x', 65536)", "xxx")]
    public async Task Values_that_Redshift_cannot_hold_fail_with_column_and_value(string expression, string value)
    {
        PostgreSqlConnection source = await server.Connection;
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, $"SELECT 1 AS a, {expression} AS odd"));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains("Column 'odd'", error.Message, StringComparison.Ordinal);
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_equal_to_the_marker_fails_and_one_that_only_holds_it_does_not()
    {
        PostgreSqlConnection source = await server.Connection;
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, "SELECT 'a' AS a, '~NULL~' AS b, 'c' AS c"));
        Assert.Contains("marker", error.Message, StringComparison.Ordinal);
        EtlExport export = await _exports.RunAsync(source, "SELECT ',\"~NULL~\",' AS a, 'x~NULL~' AS b");
        Assert.Equal([",\"~NULL~\",", "x~NULL~"], Exports.Read(export)[0].ToArray<object?>());
    }

    [Theory]
    [InlineData("SELECT 1 AS a,\n  nosuch\nFROM pg_class", "query.sql, line 2")]
    [InlineData("SELECT 1 AS a,\n  2 AS b\nFORM pg_class x", "query.sql, line 3")]
    [InlineData("-- a comment\n\nSELECT 1/0 AS a", "query.sql, line")]
    public async Task Wrong_SQL_is_said_with_file_and_line(string sql, string expected)
    {
        PostgreSqlConnection source = await server.Connection;
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, sql));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal("/jobs/x/query.sql", error.Target);
    }

    [Fact]
    public async Task The_line_of_an_error_is_right_behind_long_parameters_and_wide_signs()
    {
        PostgreSqlConnection source = await server.Connection;
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source,
            "-- €\nSELECT '😀' AS a, @p || @p AS b\n, @q AS c\nFROM nosuch -- @p", Compression.None,
            new EtlParameter("p", $"{new string('\n', 50)}😀"), new EtlParameter("q", 1L)));
        Assert.Contains("query.sql, line 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_alone_in_its_row_may_be_empty()
    {
        EtlExport export = await _exports.RunAsync(await server.Connection, "SELECT unnest(ARRAY['', 'x', NULL, '']) AS a");
        Assert.Equal(["", "x", null, ""], Exports.Read(export).Select(row => row[0]));
        Assert.Equal("\"\"\n\"x\"\n~NULL~\n\"\"\n", await File.ReadAllTextAsync(export.Parts[0].Location, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_row_may_be_longer_than_a_block_but_not_than_COPY_takes()
    {
        PostgreSqlConnection source = await server.Connection;
        EtlExport export = await _exports.RunAsync(source, "SELECT i, to_json(repeat('x', 3000000)) AS j FROM generate_series(1, 3) i");
        Assert.Equal(["1", "2", "3"], Exports.Read(export).Select(row => row[0]).Order(StringComparer.Ordinal));
        Assert.All(Exports.Read(export), row => Assert.Equal(3_000_002, row[1]!.Length));
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, "SELECT i, to_json(repeat('x', 2000000 * i)) AS j FROM generate_series(1, 3) i"));
        Assert.Contains("Row 3 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_takes_any_bytes_is_read_but_not_what_is_no_UTF8()
    {
        await server.ExecuteAsync("DROP DATABASE IF EXISTS anybytes");
        await server.ExecuteAsync("CREATE DATABASE anybytes ENCODING 'SQL_ASCII' TEMPLATE template0");
        PostgreSqlConnection source = (await server.Connection) with { Database = "anybytes" };
        EtlExport export = await _exports.RunAsync(source, "SELECT 'ü€' AS a, 2 AS b");
        Assert.Equal("ü€", Exports.Read(export)[0][0]);
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, "SELECT i, CASE i WHEN 7 THEN E'\\xff' ELSE 'ok' END AS odd FROM generate_series(1, 9) i"));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains("0xff", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_servers_settings_do_not_change_what_is_written()
    {
        await server.ExecuteAsync("""
            DO $$ BEGIN CREATE USER odd_settings; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            ALTER USER odd_settings SET datestyle = 'German'; ALTER USER odd_settings SET timezone = 'Asia/Kolkata'; ALTER USER odd_settings SET intervalstyle = 'iso_8601';
            ALTER USER odd_settings SET extra_float_digits = -10; ALTER USER odd_settings SET bytea_output = 'escape'; ALTER USER odd_settings SET statement_timeout = 500
            """);
        PostgreSqlConnection source = (await server.Connection) with { Username = "odd_settings" };
        EtlExport export = await _exports.RunAsync(source,
            "SELECT '2026-01-02'::date AS d, '2026-01-02 03:04:05+00'::timestamptz AS t, '1 day'::interval AS i, 0.1::float8 + 0.2 AS f, '\\x00'::bytea AS b, pg_sleep(1)::text AS s");
        Assert.Equal(["2026-01-02", "2026-01-02 03:04:05+00", "1 day", "0.30000000000000004", "00", ""], Exports.Read(export)[0].ToArray<object?>());
    }

    [Fact]
    public async Task The_extract_sees_one_moment()
    {
        await server.ExecuteAsync("DROP TABLE IF EXISTS moment; CREATE TABLE moment AS SELECT 1 AS a");
        PostgreSqlConnection source = await server.Connection;
        await using ISourceReader reader = await Sources.Of(source).OpenAsync(Exports.Query(source, "SELECT a FROM moment"), CsvDialect.Default, TestContext.Current.CancellationToken);
        await server.ExecuteAsync("INSERT INTO moment VALUES (2)");
        Assert.Equal(1, await Task.Run(() => reader.Read(CancellationToken.None)!.Rows));
    }

    [Fact]
    public async Task Every_row_of_the_type_table_is_a_type_of_the_server()
    {
        PostgreSqlConnection source = await server.Connection;
        string[] names = [.. PostgreSqlTypes.Table.Select(type => type.Name)];
        EtlExport export = await _exports.RunAsync(source, $"SELECT {string.Join(", ", names.Select((name, i) => $"NULL::{name} AS c{i}"))}");
        // format_type() shows a bare character or bit with the length of 1 that SQL gives it.
        Assert.Equal(names, export.Columns.Select(column => column.SourceType.Replace("(1)", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Odd_names_hostile_parameters_and_trailing_comments_pass()
    {
        EtlExport export = await _exports.RunAsync(await server.Connection,
            "SELECT @p AS \"it's \"\"odd\"\"\", @d::date + 1 AS \"select\" -- the end\n;", Compression.None,
            new EtlParameter("p", "'); DROP TABLE x; --\\"), new EtlParameter("d", new DateOnly(2026, 1, 31)));
        Assert.Equal(["'); DROP TABLE x; --\\", "2026-02-01"], Exports.Read(export)[0].ToArray<object?>());
        Assert.Equal(["it's \"odd\"", "select"], export.Columns.Select(column => column.Name));
    }

    [Theory]
    [InlineData("SELECT 1 AS a, 2 AS \"A\"")]
    [InlineData("SELECT 1")]
    public async Task Column_names_must_be_a_tables(string sql)
    {
        PostgreSqlConnection source = await server.Connection;
        Assert.Same(Fault.ColumnNameInvalid, (await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, sql))).Fault);
    }

    [Fact]
    public async Task The_source_cannot_be_written_to()
    {
        await server.ExecuteAsync("CREATE TABLE IF NOT EXISTS guarded (a int)");
        PostgreSqlConnection source = await server.Connection;
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, "WITH x AS (DELETE FROM guarded RETURNING a) SELECT a FROM x"));
        Assert.Same(Fault.SqlInvalid, error.Fault);
    }

    [Fact]
    public async Task Wrong_logins_databases_and_addresses_are_told_apart()
    {
        PostgreSqlConnection source = await server.Connection;
        Assert.Same(Fault.DatabaseNotFound, (await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source with { Database = "nosuch" }, "SELECT 1 AS a"))).Fault);
        Assert.Same(Fault.LoginFailed, (await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source with { Username = "nosuch" }, "SELECT 1 AS a"))).Fault);
        Assert.Same(Fault.ConnectionFailed, (await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source with { Port = 1 }, "SELECT 1 AS a"))).Fault);
    }

    [Fact]
    public async Task A_killed_backend_is_a_broken_connection_and_leaves_nothing()
    {
        PostgreSqlConnection source = await server.Connection;
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source,
            "SELECT i, CASE WHEN i = 500000 THEN pg_terminate_backend(pg_backend_pid()) END AS x FROM generate_series(1, 1000000) i"));
        Assert.Same(Fault.ConnectionFailed, error.Fault);
        Assert.True(error.Fault.IsTransient);
        Assert.Empty(Directory.EnumerateFiles(_exports.Folder, "part-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Facets_of_types_give_Redshift_types_of_the_same_size()
    {
        EtlExport export = await _exports.RunAsync(await server.Connection, "SELECT 1::numeric(19,4) AS a, 1::numeric(30,8) AS b, 'x'::varchar(20) AS c, 'y'::char(3) AS d, 1::money AS e");
        Assert.Equal("DECIMAL(20,4) DECIMAL(30,8) VARCHAR(80) VARCHAR(12) DECIMAL(20,2)", string.Join(' ', export.Columns.Select(column => column.RedshiftType)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Cancelling_ends_a_query_that_has_no_rows_yet()
    {
        PostgreSqlConnection source = await server.Connection;
        using var stop = new CancellationTokenSource();
        Task export = Exporter.ExportAsync(
            source, Exports.Query(source, "SELECT pg_sleep(3600)::text AS asleep"), new ExportOptions { RunId = RunId.New() },
            new PartFolder(Path.Combine(_exports.Folder, "asleep")), new Watcher(() => { }), stop.Token);
        while (await CountAsync("COPY%asleep%") == 0)
        {
            Assert.False(export.IsCompleted);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => export);
        await UntilGoneAsync("COPY%asleep%");
    }

    [Fact(Timeout = 60_000)]
    public async Task Cancelling_ends_the_servers_query()
    {
        PostgreSqlConnection source = await server.Connection;
        using var stop = new CancellationTokenSource();
        var progress = new Watcher(() => stop.Cancel());
        var options = new ExportOptions { RunId = RunId.New() };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Exporter.ExportAsync(
            source, Exports.Query(source, "SELECT generate_series(1, 2000000000) AS i, 'cancel me' AS s"), options,
            new PartFolder(Path.Combine(_exports.Folder, "cancelled")), progress, stop.Token));
        await UntilGoneAsync("COPY%cancel me%");
    }

    [Fact]
    public async Task Random_rows_come_back_exactly_in_every_culture()
    {
        PostgreSqlConnection source = await server.Connection;
        Gen<string?> text = Gen.Frequency((1, Gen.Const((string?)null)), (8, Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['\u00A0', '\uD7FF'], Gen.Const('"'), Gen.Const('\n'), Gen.Const('\r'), Gen.Const(',')), 0, 300].Select(s => (string?)s)));
        await Gen.Select(text.Array[2].Array[1, 2000], Gen.OneOf(Gen.Const("de-DE"), Gen.Const("tr-TR"), Gen.Const("ar-SA"))).SampleAsync(async (rows, culture) =>
        {
            CultureInfo.CurrentCulture = new CultureInfo(culture);
            string values = string.Join(", ", rows.Select((row, i) => $"({i}, {string.Join(", ", row.Select(v => v is null ? "NULL" : SqlLiteral.Text(v, SqlDialect.PostgreSql)))})"));
            EtlExport export = await _exports.RunAsync(source, $"SELECT a::text, b::text FROM (VALUES {values}) v(i, a, b) ORDER BY i", Compression.Zstd);
            List<string?[]> read = Exports.Read(export);
            return read.Count == rows.Length && export.RowsRead == rows.Length && read.Zip(rows).All(pair => pair.First.SequenceEqual(pair.Second));
        }, iter: 15, threads: 1);
    }

    private async Task UntilGoneAsync(string pattern)
    {
        while (await CountAsync(pattern) > 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Other sessions that run such a statement now.</summary>
    private async Task<long> CountAsync(string pattern)
    {
        PostgreSqlConnection target = await server.Connection;
        await using var connection = new Npgsql.NpgsqlConnection($"Host={target.Host};Port={target.Port};Username=postgres;Database=postgres;Pooling=false");
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand($"SELECT count(*) FROM pg_stat_activity WHERE query LIKE '{pattern}' AND state = 'active' AND pid <> pg_backend_pid()", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private sealed class Watcher(Action onProgress) : IProgress<EtlEvent>
    {
        public void Report(EtlEvent value)
        {
            if (value is ProgressEvent)
            {
                onProgress();
            }
        }
    }
}
