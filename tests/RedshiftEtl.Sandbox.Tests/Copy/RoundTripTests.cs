using System.Buffers;
using System.Globalization;
using System.Text;
using CsCheck;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.5 to 1.7: whatever a writer of CSV writes comes back as it was.</summary>
public sealed class RoundTripTests(PostgresServer server)
{
    private const string Sentinel = "@NULL@";
    private static readonly SearchValues<char> s_quoted = SearchValues.Create("\",\n\r\t ");

    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char["\"\\,\n\r\t |'\u00e9\u20ac@NUL "], 0, 40],
        Gen.Int[0x10000, 0x10ffff].Array[0, 5].Select(points => string.Concat(points.Select(char.ConvertFromUtf32))))
        .Select(text => new string(text.Where(c => c != '\0' && (!char.IsSurrogate(c) || text.Length % 2 == 0)).ToArray()))
        .Where(text => IsUnicode(text) && text != Sentinel);

    private static readonly Gen<DateTime> s_time = Gen.Long[0, DateTime.MaxValue.Ticks / 10].Select(micros => new DateTime(micros * 10, DateTimeKind.Unspecified));

    [Fact]
    public async Task Every_value_comes_back()
    {
        await using CopySession session = await CopySession.WithTableAsync(
            server, "n int, a varchar(65535), b bigint, c numeric(38,10), d float8, e boolean, f date, g timestamp, h timestamptz, i bytea, j real, k time");
        Gen<string?[]> row = Gen.Select(
            s_text.Null(), Gen.Long.Nullable(), Gen.Decimal.Nullable(), Gen.Double.Where(double.IsFinite).Nullable(), Gen.Bool.Nullable(),
            Gen.Select(s_time.Nullable(), s_time.Nullable(), Gen.Byte.Array[1, 20], Gen.Float.Where(float.IsFinite).Nullable()),
            (a, b, c, d, e, rest) => new[]
            {
                a, b?.ToString(CultureInfo.InvariantCulture), Shorten(c), d?.ToString("R", CultureInfo.InvariantCulture), e is null ? null : e.Value ? "t" : "f",
                rest.Item1?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), rest.Item2?.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
                rest.Item2?.ToString("yyyy-MM-dd HH:mm:ss.ffffff+00", CultureInfo.InvariantCulture), Convert.ToHexStringLower(rest.Item3),
                rest.Item4?.ToString("R", CultureInfo.InvariantCulture), rest.Item2?.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
            });
        row.Array[0, 50].Sample(
            rows =>
            {
                session.SqlAsync("TRUNCATE t").GetAwaiter().GetResult();
                session.LoadAsync(Csv(rows), $"csv zstd null as '{Sentinel}'").GetAwaiter().GetResult();
                var stored = session.SqlAsync(
                    """
                    SELECT a, b, trim_scale(c), d, e, f, to_char(g, 'YYYY-MM-DD HH24:MI:SS.US'), to_char(h, 'YYYY-MM-DD HH24:MI:SS.US') || '+00', encode(i, 'hex'), j, to_char('epoch'::timestamp + k, 'HH24:MI:SS.US')
                    FROM t ORDER BY n
                    """).GetAwaiter().GetResult();
                Assert.Equal(rows.Length, stored.Count);
                for (int i = 0; i < rows.Length; i++)
                    AssertSame(rows[i], stored[i]);
            },
            iter: 200, threads: 1);
    }

    private static void AssertSame(string?[] written, string?[] stored)
    {
        for (int column = 0; column < written.Length; column++)
        {
            string? expected = written[column];
            if (column == 3 && expected is not null)
                Assert.Equal(double.Parse(expected, CultureInfo.InvariantCulture), double.Parse(stored[column]!, CultureInfo.InvariantCulture));
            else if (column == 9 && expected is not null)
                Assert.Equal(float.Parse(expected, CultureInfo.InvariantCulture), float.Parse(stored[column]!, CultureInfo.InvariantCulture));
            else
                Assert.Equal(expected, stored[column]);
        }
    }

    private static bool IsUnicode(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar || text.Contains('\ufffd', StringComparison.Ordinal)) && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    /// <summary>At most ten decimals, without zeros at the end, as the column keeps them.</summary>
    private static string? Shorten(decimal? value) =>
        value is null ? null : Math.Round(value.Value % 1e17m, 10).ToString("0.##########", CultureInfo.InvariantCulture) is var text && text == "-0" ? "0" : text;

    /// <summary>Written by the rules of RFC 4180, with nothing of the product.</summary>
    private static byte[] Csv(string?[][] rows)
    {
        var csv = new StringBuilder();
        for (int i = 0; i < rows.Length; i++)
        {
            csv.Append(i);
            foreach (string? value in rows[i])
                csv.Append(',').Append(value is null ? Sentinel : value.Length == 0 || value.AsSpan().ContainsAny(s_quoted) ? '"' + value.Replace("\"", "\"\"", StringComparison.Ordinal) + '"' : value);
            csv.Append('\n');
        }
        return CopySession.Zstd(Encoding.UTF8.GetBytes(csv.ToString()));
    }
}
