using System.Globalization;
using System.Numerics;
using System.Text;
using CsCheck;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Tests.Extract;

public class WatermarkTrackerTests
{
    private static readonly Gen<string> s_other = Gen.OneOf(
        Gen.Const(""), Gen.Const("~NULL~"), Gen.Const("plain"), Gen.Const("\"a,b\""), Gen.Const("\"say \"\"hi\"\"\""), Gen.Const("\"two\nlines\""), Gen.Const("\"\""), Gen.Const("\",\"\",\""));

    [Fact]
    public void The_greatest_number_is_found_among_any_other_fields() =>
        Check("DECIMAL(38,10)", Gen.Select(Gen.Long, Gen.Int[0, 999], (whole, rest) => $"{whole}.{rest:000}"),
            values => values.MaxBy(text => BigInteger.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture))!);

    [Fact]
    public void The_greatest_timestamp_is_found_with_all_its_digits() =>
        Check("TIMESTAMP", Gen.DateTime[new DateTime(1, 1, 1), new DateTime(9999, 12, 31)].Select(time => time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)),
            values => values.MaxBy(text => DateTime.Parse(text, CultureInfo.InvariantCulture))!);

    [Fact]
    public void Timestamps_of_other_zones_are_compared_as_instants()
    {
        WatermarkTracker tracker = Tracker("TIMESTAMPTZ", 0);
        tracker.Add("2026-01-01 12:00:00+00\n2026-01-01 13:30:00+02:00\n2026-01-01 11:00:00.5-02:00\n"u8);
        Assert.Equal("2026-01-01 13:00:00.5+00", tracker.Greatest!.Text);
    }

    [Theory]
    [InlineData("DOUBLE PRECISION")]
    [InlineData("BOOLEAN")]
    [InlineData("VARCHAR(20)")]
    public void A_type_without_an_exact_order_of_its_own_is_refused(string type) =>
        Assert.Equal(Fault.WatermarkInvalid, Assert.Throws<EtlException>(() => Tracker(type, 0)).Fault);

    [Fact]
    public void An_unknown_column_is_refused_with_the_nearest_name()
    {
        EtlException error = Assert.Throws<EtlException>(() =>
            WatermarkTracker.Of("updated", [new EtlColumn("updated_at", "date", "DATE")], CsvDialect.Default, SqlDialect.PostgreSql));
        Assert.Contains("updated_at", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BIGINT", "100", null, "40", "60")]
    [InlineData("DECIMAL(38,2)", "-1.25", null, "1", "-2.25")]
    [InlineData("TIMESTAMP", "2026-03-01 00:10:00.1234567", "00:15:00", null, "2026-02-28 23:55:00.123456")]
    [InlineData("DATE", "2026-03-01", "2.00:00", null, "2026-02-27")]
    public void A_lag_is_taken_off(string type, string value, string? time, string? amount, string expected)
    {
        var definition = new WatermarkDefinition("c", time is null ? null : TimeSpan.Parse(time, CultureInfo.InvariantCulture), amount is null ? null : decimal.Parse(amount, CultureInfo.InvariantCulture));
        Assert.Equal($"@watermark = {expected}", new WatermarkValue(value, type).ToParameter(definition, SqlDialect.PostgreSql).ToString());
    }

    [Theory]
    [InlineData("BIGINT", "x1")]
    [InlineData("DATE", "2026-02-30")]
    [InlineData("TIMESTAMP", "2026-02-30")]
    [InlineData("VARBYTE(8)", "xyz")]
    public void A_value_that_is_none_of_the_type_is_refused(string type, string value) =>
        Assert.Equal(Fault.WatermarkInvalid, Assert.Throws<EtlException>(() => WatermarkValue.Parse(value, type)).Fault);

    private static void Check(string type, Gen<string> value, Func<IEnumerable<string>, string> greatest) =>
        Gen.Select(Gen.Select(s_other, Gen.Frequency((9, value), (1, Gen.Const("~NULL~"))), s_other).Array[0, 40], Gen.Int[0, 2])
            .Sample((rows, column) =>
            {
                WatermarkTracker tracker = Tracker(type, column);
                var text = new StringBuilder();
                foreach ((string left, string own, string right) in rows)
                {
                    string[] fields = column switch { 0 => [own, left, right], 1 => [left, own, right], _ => [left, right, own] };
                    text.Append(string.Join(",", fields)).Append('\n');
                }

                tracker.Add(Encoding.UTF8.GetBytes(text.ToString()));
                string[] values = rows.Select(row => row.Item2).Where(item => item != "~NULL~").ToArray();
                Assert.Equal(rows.Length - values.Length, tracker.Nulls);
                Assert.Equal(values.Length == 0 ? null : greatest(values), tracker.Greatest?.Text);
            });

    private static WatermarkTracker Tracker(string type, int column)
    {
        EtlColumn[] columns = [new("a", "text", "VARCHAR(10)"), new("b", "text", "VARCHAR(10)"), new("c", "text", "VARCHAR(10)")];
        columns[column] = new EtlColumn("own", "x", type);
        return WatermarkTracker.Of("OWN", columns, CsvDialect.Default, SqlDialect.PostgreSql);
    }
}
