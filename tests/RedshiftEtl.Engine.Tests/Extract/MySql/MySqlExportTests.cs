using MySqlConnector;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.MySql;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;
using MySqlConnection = RedshiftEtl.Engine.Define.MySqlConnection;

namespace RedshiftEtl.Engine.Tests.Extract.MySql;

/// <summary>Snapshot, parameters, logins, TLS, cancelling and errors, on a real server.</summary>
public sealed class MySqlExportTests(MariaDbServer server) : IDisposable
{
    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    [Fact]
    public async Task Parameters_are_bound_by_their_values()
    {
        MySqlConnection source = await server.Connection;
        EtlExport export = await _exports.RunAsync(source,
            """
            SELECT @s AS a, @n + 1 AS b, @d AS c, @t AS d, @m AS e, @b AS f, @x AS g, @none AS h, @g AS i, @o AS j, @z AS k, '@n "x\' ?' AS l, `a@n` AS m -- @nothing
            # @nothing ?
            FROM (SELECT 1 AS `a@n`) AS q WHERE @n = 7 AND '2026-01-02' = @d /* @nothing */
            """,
            Compression.None,
            EtlParameter.Create("s", "it's \\ @n \" ü😀"), EtlParameter.Create("n", 7), EtlParameter.Create("d", new DateOnly(2026, 1, 2)), EtlParameter.Create("t", new DateTime(2026, 1, 2, 3, 4, 5).AddMicroseconds(6)),
            EtlParameter.Create("m", 1.50m), EtlParameter.Create("b", true), EtlParameter.Create("x", new byte[] { 0, 255 }), EtlParameter.Create("none", null), EtlParameter.Create("g", Guid.Empty),
            EtlParameter.Create("o", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2))), EtlParameter.Create("z", new TimeOnly(1, 2, 3)));
        Assert.Equal<IEnumerable<string?>>(
            ["it's \\ @n \" ü😀", "8", "2026-01-02", "2026-01-02 03:04:05.000006", "1.50", "1", "00ff", null, "00000000-0000-0000-0000-000000000000", "2026-01-02 01:04:05", "01:02:03", "@n \"x' ?", "1"],
            Exports.Read(export).Single().Select(field => field is ['2', ..] and { Length: 26 } && field.EndsWith("000000", StringComparison.Ordinal) ? field[..^7] : field));
        Assert.Same(Fault.ParameterMissing, (await FailAsync(source, "SELECT @a AS a")).Fault);
    }

    [Fact]
    public async Task One_snapshot_gives_all_rows()
    {
        MySqlConnection source = await server.Connection;
        await server.ExecuteAsync("CREATE TABLE snap (i bigint PRIMARY KEY, x char(200)) ENGINE = InnoDB; INSERT INTO snap SELECT seq, 'x' FROM seq_1_to_50000");
        await using ISourceReader reader = await new MySqlSource(source).OpenAsync(Exports.Query(source, "SELECT i, x, (SELECT count(*) FROM snap) AS n FROM snap"), CsvDialect.Default, CancellationToken.None);
        await server.ExecuteAsync("DELETE FROM snap WHERE i > 10");
        int rows = 0;
        while (reader.Read(CancellationToken.None) is { } block)
        {
            rows += block.Rows;
            block.Dispose();
        }

        Assert.Equal(50_000, rows);
    }

    [Fact]
    public async Task Nothing_can_be_written()
    {
        await server.ExecuteAsync("CREATE TABLE untouched (a int); CREATE FUNCTION touch() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO untouched VALUES (1); RETURN 1; END");
        EtlException error = await FailAsync(await server.Connection, "SELECT touch() AS a");
        Assert.Same(Fault.SqlFailed, error.Fault);
        Assert.Contains("READ ONLY", error.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await server.ScalarAsync("SELECT count(*) FROM untouched"));
    }

    [Fact]
    public async Task Settings_of_the_user_do_not_change_what_is_written()
    {
        await server.ExecuteAsync("CREATE USER slow@'%' IDENTIFIED BY 'x' WITH MAX_STATEMENT_TIME 5; GRANT ALL ON *.* TO slow@'%'");
        MySqlConnection source = (await server.Connection) with { Username = "slow", Password = Secret.Of("x"), ConnectionString = Secret.Of("GuidFormat=Char36;TreatTinyAsBoolean=false;AllowZeroDateTime=true;Pooling=true") };
        EtlExport export = await _exports.RunAsync(source, "SELECT @@max_statement_time AS a, @@time_zone AS b, @@net_write_timeout AS c, \"it's\" AS d");
        Assert.Equal(["0", "+00:00", "86400", "it's"], Exports.Read(export).Single().Select(field => field is "0.000000" ? "0" : field));
    }

    [Fact]
    public async Task Modes_that_change_what_a_quote_means_are_put_away()
    {
        object before = (await server.ScalarAsync("SELECT @@GLOBAL.sql_mode"))!;
        await server.ExecuteAsync("SET GLOBAL sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES'");
        try
        {
            EtlExport export = await _exports.RunAsync(await server.Connection, "SELECT \"a\\\"@x\" AS a, @@sql_mode AS b");
            string?[] row = Exports.Read(export).Single();
            Assert.Equal("a\"@x", row[0]);
            Assert.Contains("STRICT_TRANS_TABLES", row[1], StringComparison.Ordinal);
            Assert.DoesNotContain("ANSI", row[1], StringComparison.Ordinal);
        }
        finally
        {
            await server.ExecuteAsync($"SET GLOBAL sql_mode = '{before}'");
        }
    }

    [Fact]
    public async Task Errors_in_SQL_have_their_line()
    {
        MySqlConnection source = await server.Connection;
        EtlException syntax = await FailAsync(source, "\n-- first\n# second\n/* third\n */ SELECT 1 AS a\nFROM\nWHERE 1");
        Assert.Same(Fault.SqlInvalid, syntax.Fault);
        Assert.StartsWith("query.sql, line 7: MariaDB 'shop'", syntax.Message, StringComparison.Ordinal);
        Assert.Same(Fault.SqlInvalid, (await FailAsync(source, "SELECT nothing AS a")).Fault);
        Assert.Same(Fault.SqlInvalid, (await FailAsync(source, "SELECT a FROM nowhere")).Fault);
        Assert.Same(Fault.SqlInvalid, (await FailAsync(source, "SELECT a FROM nobase.nowhere")).Fault);
        Assert.Same(Fault.SqlFailed, (await FailAsync(source, "SELECT (SELECT 1 UNION SELECT 2) AS a")).Fault);
        Assert.Same(Fault.SqlInvalid, (await FailAsync(source, "SELECT 1 AS a; SELECT 2 AS b")).Fault);
        Assert.Same(Fault.ColumnNameInvalid, (await FailAsync(source, "SELECT 1 AS a, 2 AS A")).Fault);
        Assert.Same(Fault.QueryWithoutColumns, (await FailAsync(source, "DO 1")).Fault);
        EtlException lost = await FailAsync(source, "SELECT 1 / (i - 30000) AS a, EXTRACTVALUE('<a/>', if(i = 40000, '//[', '//a')) AS b FROM (SELECT seq AS i FROM seq_1_to_50000) AS q");
        Assert.Same(Fault.SqlFailed, lost.Fault);
    }

    [Fact]
    public async Task A_right_that_is_missing_is_said()
    {
        await server.ExecuteAsync("CREATE USER poor@'%' IDENTIFIED BY 'x'; GRANT USAGE ON *.* TO poor@'%'; CREATE TABLE rich (a int); CREATE TABLE open_to_all (a int); GRANT SELECT ON shop.open_to_all TO poor@'%'");
        MySqlConnection source = (await server.Connection) with { Username = "poor", Password = Secret.Of("x") };
        Assert.Same(Fault.SqlDenied, (await FailAsync(source, "SELECT a FROM rich")).Fault);
        Assert.Empty(Exports.Read(await _exports.RunAsync(source, "SELECT a FROM open_to_all")));
    }

    [Fact]
    public async Task Logins_and_addresses_that_are_wrong_are_told_apart()
    {
        await server.ExecuteAsync("CREATE USER guarded@'%' IDENTIFIED BY 's3cr3t-marker'; GRANT ALL ON *.* TO guarded@'%'");
        MySqlConnection right = (await server.Connection) with { Username = "guarded", Password = Secret.Of("s3cr3t-marker") };
        Assert.StartsWith("MariaDB 1", await SourceTest.RunAsync(right, CancellationToken.None), StringComparison.Ordinal);
        EtlException login = await TestAsync(right with { Password = Secret.Of("s3cr3t-marker-not") });
        Assert.Same(Fault.LoginFailed, login.Fault);
        Assert.DoesNotContain("s3cr3t", login.ToString(), StringComparison.Ordinal);
        Assert.Same(Fault.DatabaseNotFound, (await TestAsync(right with { Database = "nosuch" })).Fault);
        Assert.Same(Fault.ConnectionFailed, (await TestAsync(right with { Port = 1 })).Fault);
        EtlException invalid = await TestAsync(right with { ConnectionString = Secret.Of("Nonsense=s3cr3t-marker") });
        Assert.Same(Fault.DefinitionInvalid, invalid.Fault);
        Assert.DoesNotContain("s3cr3t", invalid.ToString(), StringComparison.Ordinal);
        var whole = new MySqlConnection { Name = "whole", ConnectionString = Secret.Of($"Server=127.0.0.1;Port={right.Port};User ID=guarded;Password=s3cr3t-marker") };
        Assert.StartsWith("MySQL 1", await SourceTest.RunAsync(whole, CancellationToken.None), StringComparison.Ordinal);
        Assert.StartsWith("MariaDB 1", await SourceTest.RunAsync(right with { Host = server.Socket }, CancellationToken.None), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("None", false, "")]
    [InlineData("Preferred", false, "TLS")]
    [InlineData("Required", false, "TLS")]
    [InlineData("VerifyCA", true, "TLS")]
    [InlineData("VerifyFull", true, "TLS")]
    public async Task The_connection_is_encrypted_as_it_is_said(string mode, bool isTrusted, string expected)
    {
        MySqlConnection source = (await server.Connection) with { SslMode = mode, RootCertificate = isTrusted ? server.Certificate : null };
        string version = Exports.Read(await _exports.RunAsync(source, "SELECT variable_value AS a FROM information_schema.session_status WHERE variable_name = 'Ssl_version'")).Single()[0]!;
        Assert.StartsWith(expected, version, StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0, version.Length == 0);
    }

    [Theory]
    [InlineData("VerifyCA")]
    [InlineData("VerifyFull")]
    public async Task A_certificate_of_a_stranger_is_refused(string mode) =>
        Assert.Same(Fault.CertificateInvalid, (await TestAsync((await server.Connection) with { SslMode = mode })).Fault);

    [Fact]
    public async Task A_query_that_gives_no_row_yet_is_killed()
    {
        MySqlConnection source = await server.Connection;
        using var stop = new CancellationTokenSource();
        Task<ISourceReader> opening = new MySqlSource(source).OpenAsync(Exports.Query(source, "SELECT benchmark(100000000000, sha2('killed_before', 512)) AS a"), CsvDialect.Default, stop.Token);
        await WaitForAsync("killed_before", isThere: true);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        await WaitForAsync("killed_before", isThere: false);
    }

    [Fact]
    public async Task A_query_in_the_middle_of_its_rows_is_killed()
    {
        MySqlConnection source = await server.Connection;
        using var stop = new CancellationTokenSource();
        ISourceReader reader = await new MySqlSource(source).OpenAsync(
            Exports.Query(source, "SELECT a.seq AS i, repeat('x', 1000) AS killed_amid FROM seq_1_to_100000 AS a, seq_1_to_100000 AS b"), CsvDialect.Default, stop.Token);
        reader.Read(stop.Token)!.Dispose();
        await stop.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => reader.Read(stop.Token));
        await reader.DisposeAsync();
        await WaitForAsync("killed_amid", isThere: false);
    }

    [Fact]
    public async Task A_reader_that_is_given_up_leaves_nothing_behind()
    {
        MySqlConnection source = await server.Connection;
        IReadOnlyList<EtlColumn> columns = await SourceTest.DescribeAsync(
            source, Exports.Query(source, "SELECT cast(a.seq AS signed) AS i, repeat('x', 1000) AS given_up FROM seq_1_to_100000 AS a, seq_1_to_100000 AS b"), CancellationToken.None);
        Assert.Equal("BIGINT", columns[0].RedshiftType);
        await WaitForAsync("given_up", isThere: false);
    }

    [Fact]
    public async Task A_query_ends_too_when_the_server_takes_no_connection_to_kill_it()
    {
        await server.ExecuteAsync("CREATE USER alone@'%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1; GRANT ALL PRIVILEGES ON shop.* TO alone@'%'");
        MySqlConnection source = (await server.Connection) with { Username = "alone", Password = Secret.Of("x") };
        using var stop = new CancellationTokenSource();
        ISourceReader reader = await new MySqlSource(source).OpenAsync(
            Exports.Query(source, "SELECT a.seq AS i, repeat('x', 1000) AS left_alone FROM seq_1_to_100000 AS a, seq_1_to_100000 AS b"), CsvDialect.Default, stop.Token);
        reader.Read(stop.Token)!.Dispose();
        await stop.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => reader.Read(stop.Token));
        await reader.DisposeAsync();
        await WaitForAsync("left_alone", isThere: false);
    }

    [Fact]
    public async Task A_query_without_rows_is_given_up_when_the_server_takes_no_connection_to_kill_it()
    {
        await server.ExecuteAsync("CREATE USER lonely@'%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1; GRANT ALL PRIVILEGES ON shop.* TO lonely@'%'");
        MySqlConnection source = (await server.Connection) with { Username = "lonely", Password = Secret.Of("x") };
        using var stop = new CancellationTokenSource();
        Task<ISourceReader> opening = new MySqlSource(source).OpenAsync(Exports.Query(source, "SELECT sleep(3600) AS given_up_lonely"), CsvDialect.Default, stop.Token);
        await WaitForAsync("given_up_lonely", isThere: true);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        await server.ExecuteAsync("KILL USER lonely");
    }

    [Fact]
    public async Task A_connection_that_is_killed_is_a_lost_connection()
    {
        MySqlConnection source = await server.Connection;
        await using ISourceReader reader = await new MySqlSource(source).OpenAsync(
            Exports.Query(source, "SELECT a.seq AS i, repeat('x', 1000) AS cut_off FROM seq_1_to_100000 AS a, seq_1_to_100000 AS b"), CsvDialect.Default, CancellationToken.None);
        reader.Read(CancellationToken.None)!.Dispose();
        object id = (await server.ScalarAsync("SELECT id FROM information_schema.processlist WHERE info LIKE '%cut_off%' AND id <> connection_id()"))!;
        await server.ExecuteAsync($"KILL {id}");
        EtlException error = Assert.Throws<EtlException>(() =>
        {
            while (reader.Read(CancellationToken.None) is { } block)
            {
                block.Dispose();
            }
        });
        Assert.Same(Fault.ConnectionFailed, error.Fault);
        Assert.True(error.Fault.IsTransient);
    }

    [Fact]
    public async Task No_row_allocates()
    {
        MySqlConnection source = await server.Connection;
        await using ISourceReader reader = await new MySqlSource(source).OpenAsync(
            Exports.Query(source, "SELECT seq AS i, seq / 7e0 AS d, seq * 1.25 AS m, now(6) AS t, concat('text, ', seq) AS s, unhex(sha1(seq)) AS b FROM seq_1_to_400000"), CsvDialect.Default, CancellationToken.None);
        int rows = 0;
        Read();
        Read();
        long before = GC.GetAllocatedBytesForCurrentThread();
        rows = 0;
        for (int i = 0; i < 20; i++)
        {
            Read();
        }

        double each = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / rows;
        Assert.True(rows > 50_000);
        Assert.True(each < 24, $"{each} bytes a row");

        void Read()
        {
            using CsvBlock block = reader.Read(CancellationToken.None)!;
            rows += block.Rows;
        }
    }

    private Task<EtlException> FailAsync(MySqlConnection source, string sql) => Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, sql));

    private static Task<EtlException> TestAsync(MySqlConnection source) => Assert.ThrowsAsync<EtlException>(() => SourceTest.RunAsync(source, CancellationToken.None));

    /// <summary>Waits until a running statement with a word in it is there, or gone.</summary>
    private async Task WaitForAsync(string word, bool isThere)
    {
        await using MySqlConnector.MySqlConnection connection = await server.OpenAsync();
        await using var command = new MySqlCommand($"SELECT count(*) > 0 FROM information_schema.processlist WHERE info LIKE '%{word}%' AND id <> connection_id()", connection);
        while (Convert.ToBoolean(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture) != isThere)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }
}
