using System.Globalization;
using CsCheck;
using MySqlConnector;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.MySql;
using RedshiftEtl.Engine.Plan;
using MySqlSourceDefinition = RedshiftEtl.Engine.Define.MySqlConnection;

namespace RedshiftEtl.Engine.Tests.Extract.MySql;

/// <summary>One table read side by side from a real MariaDB, in one state.</summary>
public sealed class MySqlPartitionTests(MariaDbServer server)
{
    [Theory]
    [InlineData("bigint")]
    [InlineData("bigint unsigned")]
    [InlineData("decimal(65,2)")]
    [InlineData("double")]
    [InlineData("date")]
    [InlineData("datetime(6)")]
    [InlineData("timestamp(3)")]
    public async Task The_ranges_together_are_exactly_the_table(string type)
    {
        MySqlSourceDefinition source = await server.Connection;
        bool isTime = type[0] is 'd' or 't' && !type.StartsWith("dec", StringComparison.Ordinal) && type != "double";
        string table = $"ranges_{string.Concat(type.Where(char.IsLetterOrDigit))}";
        await server.ExecuteAsync($"CREATE TABLE {table} (i int PRIMARY KEY, v {type} NULL) ENGINE = InnoDB");
        await Gen.Select(Gen.Int[type.EndsWith("unsigned", StringComparison.Ordinal) ? 0 : -4, 4].Array[0, 30], Gen.Int[2, 7], Gen.Bool).SampleAsync(async (values, count, isWide) =>
        {
            string[] rows = values.Select((value, i) => $"({i}, {(value == 4 ? "NULL" : isTime ? $"'2026-01-0{5 + value} 00:00:00'" : isWide && type.StartsWith("decimal", StringComparison.Ordinal) ? $"{value}{new string('0', 50)}" : $"{value}")})").ToArray();
            await server.ExecuteAsync($"DELETE FROM {table}; {(rows.Length == 0 ? "DO 0" : $"INSERT INTO {table} VALUES {string.Join(", ", rows)}")}");
            int[] found = (await ReadAsync(source, new SourceTable(table, ["i"], "i >= 0 -- all of them"), new SourcePartition("v", count))).Order().ToArray();
            return found.SequenceEqual(Enumerable.Range(0, values.Length));
        }, iter: 15, threads: 1);
    }

    [Fact]
    public async Task All_ranges_see_one_state_however_others_write()
    {
        MySqlSourceDefinition source = await server.Connection;
        await server.ExecuteAsync("CREATE TABLE accounts (i int PRIMARY KEY, v bigint NOT NULL) ENGINE = InnoDB; INSERT INTO accounts SELECT seq, 100 FROM seq_1_to_1000");
        using var stop = new CancellationTokenSource();
        Task[] writers = Enumerable.Range(0, 2).Select(writer => Task.Run(async () =>
        {
            // Money moves from one end of the table to the other: the sum is the same in each state, and in no mixture of two.
            await using MySqlConnection own = await server.OpenAsync();
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                int from = 1 + ((i * 7) + (writer * 250)) % 500;
                int low = Math.Min(from, 1001 - from);
                await using var command = new MySqlCommand($"START TRANSACTION; UPDATE accounts SET v = v - 10 WHERE i = {low}; UPDATE accounts SET v = v + 10 WHERE i = {1001 - low}; COMMIT", own);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }, CancellationToken.None)).ToArray();
        for (int round = 0; round < 10; round++)
        {
            List<int> values = await ReadAsync(source, new SourceTable("accounts", ["v"], null), new SourcePartition("i", 5));
            Assert.Equal(1000, values.Count);
            Assert.Equal(100_000, values.Sum());
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task A_stop_leaves_neither_lock_nor_connection()
    {
        MySqlSourceDefinition source = await server.Connection;
        await server.ExecuteAsync("CREATE TABLE stopped (i int PRIMARY KEY) ENGINE = InnoDB; INSERT INTO stopped SELECT seq FROM seq_1_to_200000");
        using var stop = new CancellationTokenSource();
        await using (ISourceReader reader = await new MySqlSource(source).OpenAsync(Query(source, new SourceTable("stopped", [], null), new SourcePartition("i", 3)), CsvDialect.Default, stop.Token))
        {
            reader.Read(stop.Token)?.Dispose();
            await stop.CancelAsync();
            Assert.ThrowsAny<OperationCanceledException>(() => Drain(reader, stop.Token));
        }

        await server.ExecuteAsync("SET SESSION lock_wait_timeout = 5; LOCK TABLES stopped WRITE; DELETE FROM stopped; UNLOCK TABLES");
    }

    [Fact]
    public async Task A_stop_ends_the_wait_for_the_moment()
    {
        MySqlSourceDefinition source = await server.Connection;
        await server.ExecuteAsync("CREATE TABLE busy (i int PRIMARY KEY) ENGINE = InnoDB");
        await using MySqlConnection writer = await server.OpenAsync();
        await using (var command = new MySqlCommand("START TRANSACTION; INSERT INTO busy VALUES (1)", writer))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        // Not stopped, it would end with a fault when the wait is over.
        using var stop = new CancellationTokenSource();
        Task<ISourceReader> opening = new MySqlSource(source).OpenAsync(Query(source, new SourceTable("busy", [], null), new SourcePartition("i", 2)), CsvDialect.Default, stop.Token);
        while (Convert.ToInt64(await server.ScalarAsync("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'FLUSH TABLES%busy%'"), CultureInfo.InvariantCulture) == 0)
        {
            Assert.False(opening.IsCompleted);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    [Fact]
    public async Task What_has_no_snapshot_is_refused_and_a_missing_right_is_named()
    {
        MySqlSourceDefinition source = await server.Connection;
        await server.ExecuteAsync("CREATE TABLE plain (i int) ENGINE = MyISAM; CREATE TABLE texts (t varchar(9), i int) ENGINE = InnoDB; CREATE VIEW seen AS SELECT * FROM texts;"
            + "CREATE USER reader IDENTIFIED BY 'r'; GRANT SELECT ON shop.* TO reader");
        await RefusedAsync(source, new SourceTable("plain", [], null), "i", Fault.ArgumentInvalid, "only tables of the engine InnoDB");
        await RefusedAsync(source, new SourceTable("seen", [], null), "i", Fault.ArgumentInvalid, "only tables of the engine InnoDB");
        await RefusedAsync(source, new SourceTable("texts", [], null), "t", Fault.ArgumentInvalid, "ranges are made of numbers, dates and timestamps");
        await RefusedAsync(source, new SourceTable("texts", [], null), "none", Fault.SqlInvalid, "none");
        await RefusedAsync(source with { Username = "reader", Password = RedshiftEtl.Engine.Define.Secret.Of("r") }, new SourceTable("texts", [], null), "i", Fault.SqlDenied, "RELOAD");
        var query = Exports.Query(source, "SELECT 1 AS i") with { Partition = new SourcePartition("i", 2) };
        EtlException error = await Assert.ThrowsAsync<EtlException>(() => new MySqlSource(source).OpenAsync(query, CsvDialect.Default, TestContext.Current.CancellationToken));
        Assert.Contains("by table", error.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(MySqlSourceDefinition source, SourceTable table, string column, Fault fault, string said)
    {
        EtlException error = await Assert.ThrowsAsync<EtlException>(() => ReadAsync(source, table, new SourcePartition(column, 2)));
        Assert.Same(fault, error.Fault);
        Assert.Contains(said, error.Message + error.Advice, StringComparison.Ordinal);
    }

    private static SourceQuery Query(MySqlSourceDefinition source, SourceTable table, SourcePartition partition) =>
        new(table.ToSql(source), []) { Table = table, Partition = partition };

    /// <summary>The first field of all rows.</summary>
    private static async Task<List<int>> ReadAsync(MySqlSourceDefinition source, SourceTable table, SourcePartition partition)
    {
        await using ISourceReader reader = await new MySqlSource(source).OpenAsync(Query(source, table, partition), CsvDialect.Default, TestContext.Current.CancellationToken);
        return Drain(reader, TestContext.Current.CancellationToken);
    }

    private static List<int> Drain(ISourceReader reader, CancellationToken cancel)
    {
        var rows = new List<int>();
        while (reader.Read(cancel) is { } block)
        {
            using (block)
            {
                rows.AddRange(System.Text.Encoding.UTF8.GetString(block.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.Split(',')[0], CultureInfo.InvariantCulture)));
            }
        }

        return rows;
    }
}
