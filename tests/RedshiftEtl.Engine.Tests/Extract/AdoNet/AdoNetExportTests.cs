using System.Data;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Tests.Extract.AdoNet;

/// <summary>Providers by assembly and factory: one that nothing here references, with its packages and its native library beside it, and Npgsql on a real server.</summary>
public sealed class AdoNetExportTests(PostgresServer server) : IDisposable
{
    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    [Fact]
    public async Task A_provider_that_the_project_does_not_reference()
    {
        AdoNetConnection source = Sqlite("""
            CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB);
            INSERT INTO t VALUES (1, 0.1, 'ü,"', x'00ff'), (NULL, NULL, '', NULL), ('n/a', 2, 'it''s', x'01')
            """);
        EtlExport export = await _exports.RunAsync(source, "SELECT i, r, s, b FROM t WHERE s <> @none ORDER BY rowid", Compression.Zstd, EtlParameter.Create("none", "zzz"));
        Assert.Equal([["1", "0.1", "ü,\"", "00ff"], [null, null, "", null], ["n/a", "2", "it's", "01"]], Exports.Read(export));
        AssemblyLoadContext own = Assert.Single(AssemblyLoadContext.All, context => context.Assemblies.Any(assembly => assembly.Location == source.Assembly));
        Assert.Contains(own.Assemblies, assembly => assembly.GetName().Name == "SQLitePCLRaw.core");
        Assert.StartsWith("Microsoft.Data.Sqlite.SqliteFactory 3.", await SourceTest.RunAsync(source, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_columns_and_lines_of_errors()
    {
        AdoNetConnection source = Sqlite("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'), ('~NULL~')");
        EtlException value = await FailAsync(source, "SELECT a FROM t");
        Assert.Same(Fault.ValueInvalid, value.Fault);
        Assert.Contains("Column 'a', row 2", value.Message, StringComparison.Ordinal);
        EtlException sql = await FailAsync(source, "\n\nSELEC 1");
        Assert.Same(Fault.SqlFailed, sql.Fault);
        Assert.Contains("query.sql, line 3", sql.Message, StringComparison.Ordinal);
        Assert.Same(Fault.ColumnNameInvalid, (await FailAsync(source, "SELECT a, a AS A FROM t")).Fault);
        Assert.Same(Fault.QueryWithoutColumns, (await FailAsync(source, "CREATE TABLE u (a)")).Fault);
        Assert.Same(Fault.SqlInvalid, (await FailAsync(source, "SELECT 1 AS a; SELECT 2 AS b")).Fault);
        Assert.Same(Fault.ParameterMissing, (await FailAsync(source, "SELECT @x AS a")).Fault);
    }

    [Fact]
    public async Task Mistakes_in_the_connection_are_named()
    {
        AdoNetConnection right = Sqlite("CREATE TABLE t (a)");
        Assert.Contains("does not exist", await MistakeAsync(right with { Assembly = "/none/none.dll" }), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'Microsoft.Data.Sqlite.SqliteFactory'?", await MistakeAsync(right with { Factory = "Microsoft.Data.SqliteFactory" }), StringComparison.Ordinal);
        Assert.Contains("is not a DbProviderFactory", await MistakeAsync(right with { Factory = "Microsoft.Data.Sqlite.SqliteException" }), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", await MistakeAsync(right with { ConnectionString = Secret.Of("Nonsense=s3cr3t-marker") }), StringComparison.Ordinal);
        string text = Path.Combine(_exports.Folder, "text.dll");
        await File.WriteAllTextAsync(text, "no assembly", TestContext.Current.CancellationToken);
        Assert.Contains("cannot be loaded", await MistakeAsync(right with { Assembly = text }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@")]
    [InlineData(":")]
    public async Task Typed_getters_parameters_and_a_transaction_on_a_server(string prefix)
    {
        AdoNetConnection source = (await Npgsql()) with { ParameterPrefix = prefix, IsolationLevel = IsolationLevel.RepeatableRead };
        EtlExport export = await _exports.RunAsync(source,
            """
            SELECT true AS a, 1::smallint AS b, 2::int AS c, 3::bigint AS d, 1.50::numeric(10,2) AS e, 0.1::real AS f, 0.1::float8 AS g, date '2026-01-02' AS h,
              timestamp '2026-01-02 03:04:05.006007' AS i, timestamptz '2026-01-02 03:04:05+02' AS j, time '01:02:03.5' AS k, '6f9619ff-8b86-d011-b42d-00c04fc964ff'::uuid AS l,
              '\x00ff'::bytea AS m, 'x'::varchar(10) AS n, '{"a": 1}'::jsonb AS o, current_setting('transaction_isolation') AS p, CAST(@n AS bigint) + @n AS q, CAST(@s AS text) AS r, CAST(@t AS timestamp) AS s
            WHERE @n = 7
            """,
            Compression.None, EtlParameter.Create("n", 7), EtlParameter.Create("s", "it's \\ @n"), EtlParameter.Create("t", new DateTime(2026, 1, 1)));
        Assert.Equal<IEnumerable<string?>>(
            ["t", "1", "2", "3", "1.50", "0.1", "0.1", "2026-01-02", "2026-01-02 03:04:05.006007", "2026-01-02 01:04:05+00", "01:02:03.5", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "00ff", "x",
                "{\"a\": 1}", "repeatable read", "14", "it's \\ @n", "2026-01-01 00:00:00"],
            Exports.Read(export).Single());
        Assert.Equal(
            ["BOOLEAN", "SMALLINT", "INTEGER", "BIGINT", "DECIMAL(10,2)", "REAL", "DOUBLE PRECISION", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIME", "CHAR(36)", "VARBYTE(16777216)", "VARCHAR(40)", "SUPER"],
            export.Columns.Take(15).Select(column => column.RedshiftType));
    }

    [Fact]
    public async Task The_server_stops_when_the_user_does()
    {
        AdoNetConnection source = (await Npgsql()) with { ConnectionString = Secret.Of($"{(await Npgsql()).ConnectionString!.Reveal()};Application Name=adonet_stop") };
        using var stop = new CancellationTokenSource();
        await using ISourceReader reader = await new RedshiftEtl.Engine.Extract.AdoNet.AdoNetSource(source).OpenAsync(
            Exports.Query(source, "SELECT i, repeat('x', 1000) AS x FROM generate_series(1, 100000000) AS i"), CsvDialect.Default, stop.Token);
        reader.Read(stop.Token)!.Dispose();
        stop.CancelAfter(TimeSpan.FromMilliseconds(50));
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            while (reader.Read(stop.Token) is { } block)
            {
                block.Dispose();
            }
        });
        await reader.DisposeAsync();
        await WaitForNoBackendAsync("adonet_stop");
    }

    [Fact]
    public async Task Errors_of_the_server_are_faults_by_the_standards_codes()
    {
        AdoNetConnection source = await Npgsql();
        Assert.Same(Fault.SqlInvalid, (await FailAsync(source, "SELECT nothing AS a")).Fault);
        Assert.Same(Fault.SqlFailed, (await FailAsync(source, "SELECT 1 / (i - 3) AS a FROM generate_series(1, 5) AS i")).Fault);
        Assert.Same(Fault.DatabaseNotFound, (await FailAsync(source with { ConnectionString = Secret.Of($"{source.ConnectionString!.Reveal()};Database=nosuch") }, "SELECT 1 AS a")).Fault);
        Assert.Same(Fault.ConnectionFailed, (await FailAsync(source with { ConnectionString = Secret.Of("Host=127.0.0.1;Port=1") }, "SELECT 1 AS a")).Fault);
        AdoNetConnection login = source with { Username = "nosuch", Password = Secret.Of("s3cr3t-marker") };
        EtlException error = await FailAsync(login, "SELECT 1 AS a");
        Assert.Same(Fault.LoginFailed, error.Fault);
        Assert.DoesNotContain("s3cr3t", error.ToString(), StringComparison.Ordinal);
    }

    private async Task WaitForNoBackendAsync(string name)
    {
        PostgreSqlConnection target = await server.Connection;
        while (await _exports.RunAsync(target, $"SELECT 1 AS a FROM pg_stat_activity WHERE application_name = '{name}'") is { RowsRead: > 0 })
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<AdoNetConnection> Npgsql()
    {
        PostgreSqlConnection target = await server.Connection;
        return new AdoNetConnection
        {
            Name = "any",
            Assembly = Path.Combine(AppContext.BaseDirectory, "Npgsql.dll"),
            Factory = "Npgsql.NpgsqlFactory",
            ConnectionString = Secret.Of($"Host={target.Host};Port={target.Port};Database=postgres;Pooling=false"),
            Username = "postgres",
            Dialect = SqlDialect.PostgreSql,
        };
    }

    /// <summary>Microsoft.Data.Sqlite with its packages and native library in a folder of their own, and a database.</summary>
    private AdoNetConnection Sqlite(string sql)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_exports.Folder, "provider")).FullName;
        string natives = Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        string[] files = [Path.Combine(AppContext.BaseDirectory, "providers", "Microsoft.Data.Sqlite.dll"), .. Directory.GetFiles(AppContext.BaseDirectory, "SQLitePCLRaw.*.dll"), .. Directory.GetFiles(natives, "*e_sqlite3*")];
        foreach (string file in files)
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        return new AdoNetConnection
        {
            Name = "any",
            Assembly = Path.Combine(folder, "Microsoft.Data.Sqlite.dll"),
            Factory = "Microsoft.Data.Sqlite.SqliteFactory",
            ConnectionString = Secret.Of($"Data Source={_exports.Sqlite(sql).DataSource};Pooling=false"),
            Dialect = SqlDialect.Sqlite,
        };
    }

    private Task<EtlException> FailAsync(SourceConnection source, string sql) => Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, sql));

    private async Task<string> MistakeAsync(AdoNetConnection source)
    {
        EtlException error = await FailAsync(source, "SELECT 1 AS a");
        Assert.Same(Fault.DefinitionInvalid, error.Fault);
        return error.Message;
    }
}
