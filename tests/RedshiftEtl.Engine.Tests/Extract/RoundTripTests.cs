using System.Globalization;
using CsCheck;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Tests.Extract;

/// <summary>Random values of every kind go through a real source, a part and another CSV library, and come back as the very values.</summary>
public sealed class RoundTripTests(PostgresServer server) : IDisposable
{
    private static readonly CultureInfo s_invariant = CultureInfo.InvariantCulture;
    private static readonly Gen<CultureInfo> s_culture = Gen.OneOf(Gen.Const("de-DE"), Gen.Const("tr-TR"), Gen.Const("ar-SA")).Select(name => new CultureInfo(name));
    private static readonly Gen<string> s_text = Gen.String[Gen.Frequency((6, Gen.Char[' ', '~']), (2, Gen.Char['\u00A0', '\uD7FF']), (1, Gen.Int[0, 5].Select(i => "\"\n\r,'\\"[i]))), 0, 30];
    private static readonly Gen<DateTime> s_time = Gen.Long[0, new DateTime(9999, 12, 31).Ticks / 10].Select(microseconds => new DateTime(microseconds * 10));

    /// <summary>Few digits: SQLite does not read literals of many to the last bit, so the source would not hold what was meant.</summary>
    private static readonly Gen<object> s_fraction = Gen.Int.Select(v => (object)(v / 8.0));

    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    [Fact]
    public async Task PostgreSql()
    {
        PostgreSqlConnection source = await server.Connection;
        Gen<object?[]> row = Row(
            Gen.Bool.Select(v => (object)v), Gen.Short.Select(v => (object)(long)v), Gen.Int.Select(v => (object)(long)v), Gen.Long.Select(v => (object)v),
            Gen.Double.Where(double.IsFinite).Select(v => (object)v), Gen.Decimal[-1e14m, 1e14m].Select(v => (object)Math.Round(v, 6)),
            s_time.Select(v => (object)DateOnly.FromDateTime(v)), s_time.Select(v => (object)TimeOnly.FromDateTime(v)), s_time.Select(v => (object)v),
            s_time.Select(v => (object)new DateTimeOffset(v, TimeSpan.Zero)), Gen.Guid.Select(v => (object)v), Gen.Byte.Array[1, 40].Select(v => (object)v), s_text.Select(v => (object)v));
        string[] types = ["boolean", "smallint", "integer", "bigint", "float8", "numeric(30,6)", "date", "time", "timestamp", "timestamptz", "uuid", "bytea", "text"];
        string casts = string.Join(", ", types.Select((type, i) => $"c{i}::{type} AS c{i}"));
        string names = string.Join(", ", types.Select((_, i) => $"c{i}"));
        await Gen.Select(row.Array[1, 300], s_culture).SampleAsync(async (rows, culture) =>
        {
            CultureInfo.CurrentCulture = culture;
            string values = string.Join(",\n", rows.Select((r, n) => $"({n}, {string.Join(", ", r.Select(v => SqlLiteral.Value(v, SqlDialect.PostgreSql)))})"));
            EtlExport export = await _exports.RunAsync(source, $"SELECT {casts} FROM (VALUES {values}) AS v(n, {names}) ORDER BY n", Compression.Zstd);
            return IsSame(rows, Exports.Read(export), Parse);
        }, iter: 20, threads: 1);

        static object? Parse(string text, object sent) => sent switch
        {
            bool => text == "t",
            long => long.Parse(text, s_invariant),
            double => double.Parse(text, s_invariant),
            decimal => decimal.Parse(text, s_invariant),
            DateOnly => DateOnly.ParseExact(text, "yyyy-MM-dd", s_invariant),
            TimeOnly => TimeOnly.Parse(text, s_invariant),
            DateTime => DateTime.Parse(text, s_invariant),
            DateTimeOffset => text.EndsWith("+00", StringComparison.Ordinal) ? DateTimeOffset.Parse(text, s_invariant) : null,
            Guid => Guid.Parse(text),
            byte[] => Convert.FromHexString(text),
            _ => text,
        };
    }

    [Fact]
    public async Task Sqlite()
    {
        Gen<object?[]> row = Row(
            Gen.Bool.Select(v => (object)v), Gen.Long.Select(v => (object)v), s_fraction, s_fraction, s_time.Select(v => (object)DateOnly.FromDateTime(v)), Gen.Byte.Array[1, 40].Select(v => (object)v), s_text.Select(v => (object)v));
        await Gen.Select(row.Array[1, 60], s_culture).SampleAsync(async (rows, culture) =>
        {
            CultureInfo.CurrentCulture = culture;
            string values = string.Join(",\n", rows.Select(r => $"({string.Join(", ", r.Select(Literal))})"));
            SqliteConnection source = _exports.Sqlite($"CREATE TABLE t (a BOOLEAN, b INTEGER, c REAL, d DECIMAL(20,8), e DATE, f BLOB, g TEXT); INSERT INTO t VALUES {values}");
            EtlExport export = await _exports.RunAsync(source, "SELECT * FROM t ORDER BY rowid", Compression.Gzip);
            return IsSame(rows, Exports.Read(export), Parse);
        }, iter: 60, threads: 1);

        static string Literal(object? value) => value switch
        {
            null => "NULL",
            bool v => v ? "1" : "0",
            long v => v == long.MinValue ? "-9223372036854775807 - 1" : v.ToString(s_invariant),
            double v => v.ToString("R", s_invariant),
            DateOnly v => $"'{v.ToString("yyyy-MM-dd", s_invariant)}'",
            byte[] v => $"x'{Convert.ToHexString(v)}'",
            _ => $"'{((string)value).Replace("'", "''", StringComparison.Ordinal)}'",
        };

        static object? Parse(string text, object sent) => sent switch
        {
            bool => text == "t",
            long => long.Parse(text, s_invariant),
            double => double.Parse(text, s_invariant),
            DateOnly => DateOnly.ParseExact(text, "yyyy-MM-dd", s_invariant),
            byte[] => Convert.FromHexString(text),
            _ => text,
        };
    }

    /// <summary>A row of such values, any of which may be NULL.</summary>
    private static Gen<object?[]> Row(params Gen<object>[] values) =>
        values.Aggregate(Gen.Const(Array.Empty<object?>()), (row, value) =>
            Gen.Select(row, Gen.Frequency((1, Gen.Const((object?)null)), (6, value.Select(v => (object?)v))), (before, next) => before.Append(next).ToArray()));

    private static bool IsSame(object?[][] sent, List<string?[]> read, Func<string, object, object?> parse) =>
        sent.Length == read.Count && sent.Zip(read).All(pair => pair.First.Zip(pair.Second).All(field => (field.First, field.Second) switch
        {
            (null, var text) => text is null,
            (_, null) => false,
            (byte[] bytes, var text) => parse(text, bytes) is byte[] back && back.AsSpan().SequenceEqual(bytes),
            var (value, text) => value.Equals(parse(text, value)),
        }));
}
