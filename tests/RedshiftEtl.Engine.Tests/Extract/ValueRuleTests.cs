using System.Globalization;
using System.Numerics;
using System.Text;
using CsCheck;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Tests.Extract;

public sealed class ValueRuleTests(PostgresServer server) : IDisposable
{
    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    [Theory]
    [InlineData("'NaN'::float8", ValueKind.NaN, ValueAction.Null, null)]
    [InlineData("'NaN'::numeric", ValueKind.NaN, ValueAction.Null, null)]
    [InlineData("'-Infinity'::float4", ValueKind.Infinity, ValueAction.Null, null)]
    [InlineData("'infinity'::date", ValueKind.Year, ValueAction.Replace, "9999-12-31")]
    [InlineData("'-infinity'::timestamptz", ValueKind.Year, ValueAction.Replace, "0001-01-01 00:00:00+00")]
    [InlineData("'0044-03-15 BC'::timestamp", ValueKind.Year, ValueAction.Replace, "0001-01-01 00:00:00")]
    [InlineData("'10000-01-01'::timestamp", ValueKind.Year, ValueAction.Replace, "9999-12-31 23:59:59.999999")]
    [InlineData("'10000-01-01'::date", ValueKind.Year, ValueAction.Null, null)]
    [InlineData("'24:00'::time", ValueKind.Time, ValueAction.Replace, "23:59:59.999999")]
    [InlineData("'24:00+02'::timetz", ValueKind.Time, ValueAction.Replace, "23:59:59.999999+02")]
    [InlineData("''::bytea", ValueKind.Empty, ValueAction.Null, null)]
    [InlineData("0.12345678905::numeric", ValueKind.Scale, ValueAction.Round, "0.1234567891")]
    [InlineData("-0.12345678905::numeric", ValueKind.Scale, ValueAction.Truncate, "-0.1234567890")]
    [InlineData("9999999999999999999999999999.99999999999::numeric", ValueKind.Scale, ValueAction.Truncate, "9999999999999999999999999999.9999999999")]
    [InlineData("1e30::numeric", ValueKind.Digits, ValueAction.Null, null)]
    public async Task PostgreSQL_values_follow_their_rule_and_fail_without_one(string expression, ValueKind kind, ValueAction action, string? expected)
    {
        PostgreSqlConnection source = await server.Connection;
        string sql = $"SELECT i AS a, CASE WHEN i % 2 = 0 THEN {expression} END AS odd, 'x' || i AS b FROM generate_series(1, 5) AS i";
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, sql));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains("Column 'odd', row 2:", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{kind} =", error.Advice, StringComparison.Ordinal);
        EtlExport export = await RunAsync(source, sql, Rules(kind, action));
        Assert.Equal(
            [["1", null, "x1"], ["2", expected, "x2"], ["3", null, "x3"], ["4", expected, "x4"], ["5", null, "x5"]], Exports.Read(export).ToArray<object?[]>());
        Assert.Equal([new EtlRepair("odd", kind, action, 2)], export.Repairs);
    }

    [Fact]
    public async Task Zeros_at_the_end_of_a_numeric_are_no_decimals_that_are_lost()
    {
        EtlExport export = await _exports.RunAsync(await server.Connection, "SELECT avg(x) AS a, 1.500000000000000000000::numeric AS b FROM (VALUES (1), (2)) AS v(x)");
        Assert.Equal(["1.5000000000000000", "1.500000000000000000000"], Exports.Read(export)[0].ToArray<object?>());
    }

    [Fact]
    public async Task A_column_has_its_own_rules_before_those_for_all()
    {
        PostgreSqlConnection source = await server.Connection;
        ValueRules rules = Rules(ValueKind.NaN, ValueAction.Null) with { Columns = Column("B", ValueKind.NaN, ValueAction.Fail) };
        EtlExport export = await RunAsync(source, "SELECT 'NaN'::float8 AS a, 1.5::float8 AS b", rules);
        Assert.Equal([null, "1.5"], Exports.Read(export)[0].ToArray<object?>());
        var error = await Assert.ThrowsAsync<EtlException>(() => RunAsync(source, "SELECT 1.5::float8 AS a, 'NaN'::float8 AS b", rules));
        Assert.Contains("Column 'b'", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<EtlException>(() => RunAsync(source, "SELECT 1 AS ba", rules));
        Assert.Same(Fault.ArgumentInvalid, error.Fault);
        Assert.Contains("'ba'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_text_of_PostgreSQL_is_cut_between_characters_even_when_its_row_is_over_4_MB()
    {
        EtlExport export = await RunAsync(
            await server.Connection,
            "SELECT i AS a, repeat('\"', i) || repeat('ü', 3000000) AS b, 'after' AS c FROM generate_series(0, 1) AS i UNION ALL SELECT 9, 'short', 'after' ORDER BY 1",
            Rules(ValueKind.Length, ValueAction.Truncate));
        List<string?[]> rows = Exports.Read(export);
        Assert.Equal([new string('ü', 32767), "\"" + new string('ü', 32767), "short"], rows.ConvertAll(row => row[1]).ToArray<object?>());
        Assert.All(rows, row => Assert.Equal("after", row[2]));
        Assert.Equal([new EtlRepair("b", ValueKind.Length, ValueAction.Truncate, 2)], export.Repairs);
    }

    [Fact]
    public async Task Repaired_values_are_counted_once_whatever_way_the_stream_is_cut()
    {
        const int Rows = 300_000;
        EtlExport export = await RunAsync(
            await server.Connection,
            $"SELECT i AS a, CASE WHEN i % 3 = 0 THEN 'NaN'::float8 ELSE i END AS b, repeat('y', i % 50) AS c FROM generate_series(1, {Rows}) AS i",
            Rules(ValueKind.NaN, ValueAction.Null));
        Assert.Equal([new EtlRepair("b", ValueKind.NaN, ValueAction.Null, Rows / 3)], export.Repairs);
        int i = 0;
        foreach (string?[] row in Exports.Read(export).OrderBy(row => int.Parse(row[0]!, CultureInfo.InvariantCulture)))
        {
            i++;
            string text = i.ToString(CultureInfo.InvariantCulture);
            Assert.True(row[0] == text && row[1] == (i % 3 == 0 ? null : text) && row[2]!.Length == i % 50, text);
        }

        Assert.Equal(Rows, i);
    }

    [Theory]
    [InlineData("TEXT", "CAST(x'61c362' AS TEXT)", ValueKind.Encoding, ValueAction.Replace, "a\uFFFDb")]
    [InlineData("TEXT", "CAST(x'610062' AS TEXT)", ValueKind.Nul, ValueAction.Replace, "a\uFFFDb")]
    [InlineData("TEXT", "CAST(x'610062' AS TEXT)", ValueKind.Nul, ValueAction.Truncate, "a")]
    [InlineData("TEXT", "CAST(x'610062' AS TEXT)", ValueKind.Nul, ValueAction.Null, null)]
    [InlineData("DOUBLE", "9e999", ValueKind.Infinity, ValueAction.Null, null)]
    [InlineData("DATE", "-99999999999999", ValueKind.Year, ValueAction.Replace, "0001-01-01")]
    [InlineData("TIMESTAMP", "99999999999999", ValueKind.Year, ValueAction.Replace, "9999-12-31 23:59:59.999999")]
    [InlineData("TIMESTAMP", "9999999.5", ValueKind.Year, ValueAction.Null, null)]
    [InlineData("DATE", "''", ValueKind.Empty, ValueAction.Null, null)]
    [InlineData("BLOB", "x''", ValueKind.Empty, ValueAction.Null, null)]
    public async Task SQLite_values_follow_their_rule_and_fail_without_one(string type, string value, ValueKind kind, ValueAction action, string? expected)
    {
        SqliteConnection source = _exports.Sqlite($"CREATE TABLE t (a INTEGER, odd {type}); INSERT INTO t VALUES (1, NULL), (2, {value})");
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, "SELECT * FROM t"));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains("Column 'odd', row 2:", error.Message, StringComparison.Ordinal);
        EtlExport export = await RunAsync(source, "SELECT * FROM t", Rules(kind, action));
        Assert.Equal([["1", null], ["2", expected]], Exports.Read(export).ToArray<object?[]>());
        Assert.Equal([new EtlRepair("odd", kind, action, 1)], export.Repairs);
    }

    [Fact]
    public async Task A_long_text_of_SQLite_is_cut_between_characters()
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x' || replace(hex(zeroblob(40000)), '00', '€'))");
        EtlExport export = await RunAsync(source, "SELECT a FROM t", Rules(ValueKind.Length, ValueAction.Truncate));
        Assert.Equal("x" + new string('€', 21844), Exports.Read(export)[0][0]);
    }

    [Fact]
    public async Task Repairs_are_told_in_one_warning()
    {
        var events = new List<EtlEvent>();
        await RunAsync(
            await server.Connection, "SELECT 'NaN'::float8 AS a, 'infinity'::float8 AS b FROM generate_series(1, 3)",
            new ValueRules { All = new Dictionary<ValueKind, ValueAction> { [ValueKind.NaN] = ValueAction.Null, [ValueKind.Infinity] = ValueAction.Null } }, new Listener(events));
        Assert.Contains("6 value(s)", Assert.Single(events.OfType<WarningEvent>()).Message, StringComparison.Ordinal);
        Assert.Contains("a: 3 × NaN → Null; b: 3 × Infinity → Null", events.OfType<WarningEvent>().Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_are_read_and_every_mistake_in_them_is_said()
    {
        var mistakes = new List<DefinitionMistake>();
        ValueRules rules = ValueRules.Read(
            Table(("NaN", "null"), ("Column", Table(("amount", Table(("Scale", "Round"), ("NaN", "Fail")))))), "ValueRule", mistakes);
        Assert.Empty(mistakes);
        Assert.Equal(
            (ValueAction.Null, ValueAction.Fail, ValueAction.Round, ValueAction.Fail),
            (rules.For("x", ValueKind.NaN), rules.For("AMOUNT", ValueKind.NaN), rules.For("amount", ValueKind.Scale), rules.For("x", ValueKind.Scale)));
        ValueRules.Read(Table(("NaM", "Null"), ("Scale", "Replace"), ("Year", "Nul"), ("Column", Table(("a", Table(("Lenght", "Truncate")))))), "ValueRule", mistakes);
        Assert.Equal(4, mistakes.Count);
        Assert.Contains(mistakes, mistake => mistake.Message.Contains("Scale of ValueRule can be Fail, Round, Truncate, Null", StringComparison.Ordinal));
    }

    [Fact]
    public void Decimals_are_shortened_as_arithmetic_says() =>
        Gen.Select(Gen.Long, Gen.Int[0, 18], Gen.Int[0, 12], Gen.Bool).Sample((unscaled, decimals, scale, isRounded) =>
        {
            string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
            string text = (unscaled < 0 ? "-" : "") + digits[..^decimals] + (decimals > 0 ? "." + digits[^decimals..] : "");
            string shortened = Encoding.ASCII.GetString(DecimalText.Shorten(Encoding.ASCII.GetBytes(text), scale, isRounded));
            decimal value = decimal.Parse(text, CultureInfo.InvariantCulture);
            decimal expected = Math.Round(value, scale, isRounded ? MidpointRounding.AwayFromZero : MidpointRounding.ToZero);
            return decimal.Parse(shortened, CultureInfo.InvariantCulture) == expected && shortened != "-0" && DecimalText.Check(Encoding.ASCII.GetBytes(shortened), 38, scale) is null;
        });

    private static ValueRules Rules(ValueKind kind, ValueAction action) => new() { All = new Dictionary<ValueKind, ValueAction> { [kind] = action } };

    private static Dictionary<string, IReadOnlyDictionary<ValueKind, ValueAction>> Column(string name, ValueKind kind, ValueAction action) =>
        new(StringComparer.OrdinalIgnoreCase) { [name] = new Dictionary<ValueKind, ValueAction> { [kind] = action } };

    private static Definition Table(params (string Key, object Value)[] entries) =>
        new(null, 0, entries.Select(entry => new DefinitionEntry(entry.Key, entry.Value, 0)).ToArray());

    private async Task<EtlExport> RunAsync(SourceConnection source, string sql, ValueRules rules, IProgress<EtlEvent>? progress = null)
    {
        var options = new ExportOptions { RunId = RunId.New(), Compression = Compression.None };
        return await Exporter.ExportAsync(
            source, Exports.Query(source, sql) with { Rules = rules }, options, new PartFolder(Path.Combine(_exports.Folder, options.RunId)),
            progress ?? new Listener([]), TestContext.Current.CancellationToken);
    }

    private sealed class Listener(List<EtlEvent> events) : IProgress<EtlEvent>
    {
        public void Report(EtlEvent value) => events.Add(value);
    }
}
