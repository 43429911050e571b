using System.Globalization;
using CsCheck;
using RedshiftEtl.Engine.Maintain;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Tests.Stage;

namespace RedshiftEtl.Engine.Tests.Maintain;

/// <summary>Random rows are the same afterwards, and a copy that is not the same does not take the table's place.</summary>
public sealed class DeepCopyDataTests(SandboxServer sandbox)
{
    private static readonly Gen<string> s_row = Gen.Select(Gen.Int, Gen.Long, Gen.Double, Gen.String[Gen.Char['\u0020', '\u2fff'], 0, 20], Gen.Bool, Gen.Int[0, 9])
        .Select((i, l, d, s, b, nulls) => string.Create(CultureInfo.InvariantCulture,
            $"({(nulls == 1 ? "NULL" : i)}, {(nulls == 2 ? "NULL" : l == long.MinValue ? "0" : l)}, '{(double.IsFinite(d) ? d : 0):R}', {(nulls == 3 ? "NULL" : SqlLiteral.Text(s, SqlDialect.Redshift))}, {(nulls == 4 ? "NULL" : b ? "TRUE" : "FALSE")}, DATEADD(second, {i % 100000}, '2020-01-01'::timestamp))"));

    [Fact]
    public async Task Random_rows_are_the_same()
    {
        await using DeepCopySession s = await DeepCopySession.OpenAsync(sandbox);
        int n = 0;
        await s_row.Array[1, 200].SampleAsync(
            async rows =>
            {
                string table = string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref n)}");
                await s.RunAsync($"CREATE TABLE §.{table} (i INT, l BIGINT, d DOUBLE PRECISION, s VARCHAR(80), b BOOLEAN, ts TIMESTAMP) SORTKEY (ts, s)", $"INSERT INTO §.{table} VALUES {string.Join(", ", rows)}");
                string query = $"SELECT i, l, d, s, b, ts, COUNT(*) FROM §.{table} GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6";
                string[] before = await s.LinesAsync(query);
                Assert.Equal(rows.Length, (await s.CopyAsync(table)).Rows);
                Assert.Equal(before, await s.LinesAsync(query));
            },
            iter: 10, threads: 1);
    }

    [Fact]
    public async Task Rows_that_a_writer_commits_while_the_copy_waits_are_in_it()
    {
        await using DeepCopySession s = await DeepCopySession.OpenAsync(sandbox);
        await using DeepCopySession watcher = await DeepCopySession.OpenAsync(sandbox);
        await s.RunAsync("CREATE TABLE §.t (a INT)", "INSERT INTO §.t VALUES (1)");
        string id = (await s.LinesAsync("SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '§' AND c.relname = 't'"))[0];
        await s.RunAsync("BEGIN", "INSERT INTO §.t VALUES (2)");
        Task<DeepCopyResult> copy = s.CopyAsync("t");
        while ((await watcher.LinesAsync($"SELECT COUNT(*) FROM svv_transactions WHERE relation = {id} AND NOT granted"))[0] == "0")
        {
            Assert.False(copy.IsCompleted, "The copy did not wait for the writer.");
        }

        await s.RunAsync("INSERT INTO §.t VALUES (3)", "COMMIT");
        Assert.Equal(3, (await copy).Rows);
        Assert.Equal(["1", "2", "3"], await s.LinesAsync("SELECT a FROM §.t ORDER BY a"));
    }

    [Fact]
    public async Task A_comparison_sees_one_other_value_in_any_column_and_one_row_more()
    {
        await using DeepCopySession s = await DeepCopySession.OpenAsync(sandbox);
        (string Name, string Type, string Value, string Other)[] columns =
        [
            ("a", "smallint", "1", "2"), ("b", "bigint", "1", "NULL"), ("c", "numeric(38,2)", "1.5", "1.51"), ("d", "double precision", "'NaN'", "1"),
            ("e", "date", "'2020-01-01'", "'2020-01-02'"), ("f", "character varying(9)", "'x'", "'y'"), ("g", "character(3)", "'x'", "NULL"),
            ("h", "boolean", "TRUE", "FALSE"), ("i", "super", "JSON_PARSE('1')", "NULL"), ("j", "binary varying(9)", "TO_VARBYTE('00', 'hex')", "TO_VARBYTE('0000', 'hex')"),
            ("k", "time with time zone", "'10:00+01'", "'10:00+02'"), ("l", "real", "1.5", "NULL"), ("m", "timestamp with time zone", "'2020-01-01'", "'2020-01-02'"),
        ];
        string shape = string.Join(", ", columns.Select(column => $"{column.Name} {column.Type}"));
        await s.RunAsync($"CREATE TABLE §.t ({shape})", $"CREATE TABLE §.copy ({shape})");
        string values = string.Join(", ", columns.Select(column => column.Value));
        await s.RunAsync($"INSERT INTO §.t VALUES ({values})", $"INSERT INTO §.copy VALUES ({values})");
        Assert.Empty(await DifferingAsync());
        foreach ((string name, _, string value, string other) in columns)
        {
            await s.RunAsync($"UPDATE §.copy SET {name} = {other}");
            Assert.Equal(name, Assert.Single(await DifferingAsync()));
            await s.RunAsync($"UPDATE §.copy SET {name} = {value}");
        }

        await s.RunAsync("INSERT INTO §.copy (a) VALUES (NULL)");
        Assert.Equal("rows", Assert.Single(await DifferingAsync()));

        async Task<string[]> DifferingAsync()
        {
            TableColumn[] all = columns.Select(column => new TableColumn(column.Name, column.Type, "raw", false, false)).ToArray();
            DeepCopyStatement comparison = DeepCopyComparison.Build(all, $"{s.Schema}.t", $"{s.Schema}.copy").Single();
            string[] result = (await s.LinesAsync(comparison.Sql)).Single().Split('|');
            return (result[0] == result[1] ? Array.Empty<string>() : ["rows"])
                .Concat(result.Skip(2).Zip(comparison.Compared).Where(pair => pair.First != "1").Select(pair => pair.Second)).Distinct().ToArray();
        }
    }
}
