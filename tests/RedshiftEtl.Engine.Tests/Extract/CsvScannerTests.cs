using System.Text;
using CsCheck;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Tests.Extract;

public sealed class CsvScannerTests
{
    private static readonly EtlColumn[] s_columns = [new("a", "", ""), new("b", "", "")];

    private static readonly Gen<string> s_field = Gen.OneOf(
        Gen.Const("~NULL~"),
        Gen.Int[0, 2].Select(i => "0-x"[i]).Array[0, 70].Select(signs => new string(signs)),
        Gen.Int[0, 4].Select(i => "\"\n,xü"[i]).Array[0, 70].Select(signs => $"\"{new string(signs).Replace("\"", "\"\"", StringComparison.Ordinal)}\""));

    [Fact]
    public void Rows_are_counted_and_their_ends_found_wherever_the_stream_is_cut() =>
        Gen.Select(s_field, s_field).Array[0, 12].SelectMany(rows => Gen.Select(Gen.Const(rows), Gen.Double[0, 1])).Sample((rows, cut) =>
        {
            byte[] bytes = Csv(rows);
            int length = (int)(bytes.Length * cut);
            var scanner = new CsvScanner(s_columns, [FieldRule.None, FieldRule.Text], CsvDialect.Default, new ValueRepairs(s_columns, ValueRules.None));
            int end = scanner.Scan(bytes.AsSpan(0, length), out int found);
            // The reference goes row by row over what was put together.
            int expectedEnd = 0, expected = 0;
            foreach ((string, string) row in rows)
            {
                int next = expectedEnd + Csv(row).Length;
                if (next > length)
                {
                    break;
                }

                (expectedEnd, expected) = (next, expected + 1);
            }

            int rest = scanner.Scan(bytes.AsSpan(end), out int more);
            return end == expectedEnd && found == expected && rest == bytes.Length - end && found + more == rows.Length && scanner.Rows == rows.Length;
        });

    [Fact]
    public void The_value_of_any_field_is_refused_with_its_column_and_row() =>
        Gen.Select(s_field.Array[0, 12], s_field).Sample((before, after) =>
        {
            byte[] bytes = Csv([.. before.Select(field => (field, "1")), ("x", "NaN"), (after, "1")]);
            var scanner = new CsvScanner(s_columns, [FieldRule.None, FieldRule.Number], CsvDialect.Default, new ValueRepairs(s_columns, ValueRules.None));
            EtlException error = Assert.Throws<EtlException>(() => scanner.Scan(bytes, out _));
            return error.Fault == Fault.ValueInvalid && Equals(error.Target, "b") && error.Message.Contains($"row {before.Length + 1}:", StringComparison.Ordinal)
                && error.Message.Contains("'NaN'", StringComparison.Ordinal);
        });

    [Theory]
    [InlineData(nameof(FieldRule.Number), "0", true)]
    [InlineData(nameof(FieldRule.Number), "-1.5e-07", true)]
    [InlineData(nameof(FieldRule.Number), "~NULL~", true)]
    [InlineData(nameof(FieldRule.Number), "NaN", false)]
    [InlineData(nameof(FieldRule.Number), "-Infinity", false)]
    [InlineData(nameof(FieldRule.Date), "0001-01-01", true)]
    [InlineData(nameof(FieldRule.Date), "9999-12-31 23:59:59.999999+00", true)]
    [InlineData(nameof(FieldRule.Date), "~NULL~", true)]
    [InlineData(nameof(FieldRule.Date), "10000-01-01", false)]
    [InlineData(nameof(FieldRule.Date), "0044-03-15 BC", false)]
    [InlineData(nameof(FieldRule.Date), "infinity", false)]
    [InlineData(nameof(FieldRule.Date), "-infinity", false)]
    [InlineData(nameof(FieldRule.Time), "23:59:59.999999", true)]
    [InlineData(nameof(FieldRule.Time), "~NULL~", true)]
    [InlineData(nameof(FieldRule.Time), "24:00:00", false)]
    [InlineData(nameof(FieldRule.Time), "24:00:00+02", false)]
    [InlineData(nameof(FieldRule.Binary), "00", true)]
    [InlineData(nameof(FieldRule.Binary), "~NULL~", true)]
    [InlineData(nameof(FieldRule.Binary), "", false)]
    [InlineData(nameof(FieldRule.Text), "", true)]
    [InlineData(nameof(FieldRule.Text), "~NULL~", true)]
    [InlineData(nameof(FieldRule.Text), "\"~NULL~x\"", true)]
    [InlineData(nameof(FieldRule.Text), "\"~NULL~\"", false)]
    [InlineData(nameof(FieldRule.None), "\"~NULL~\"", true)]
    public void Every_rule_tells_what_Redshift_holds_from_what_it_does_not(string rule, string field, bool isFine)
    {
        var scanner = new CsvScanner(s_columns, [Enum.Parse<FieldRule>(rule), FieldRule.None], CsvDialect.Default, new ValueRepairs(s_columns, ValueRules.None));
        byte[] row = Encoding.UTF8.GetBytes($"{field},1\n");
        if (isFine)
        {
            Assert.Equal(row.Length, scanner.Scan(row, out _));
        }
        else
        {
            Assert.Same(Fault.ValueInvalid, Assert.Throws<EtlException>(() => scanner.Scan(row, out _)).Fault);
        }
    }

    [Fact]
    public void A_text_may_have_65535_bytes_behind_its_quotes_and_no_more()
    {
        var scanner = new CsvScanner(s_columns, [FieldRule.Text, FieldRule.None], CsvDialect.Default, new ValueRepairs(s_columns, ValueRules.None));
        byte[] fits = Encoding.UTF8.GetBytes($"\"{new string('x', 65_533)}\"\",\",1\n");
        Assert.Equal(fits.Length, scanner.Scan(fits, out _));
        byte[] isLonger = Encoding.UTF8.GetBytes($"\"{new string('x', 65_534)}\"\",\",1\n");
        EtlException error = Assert.Throws<EtlException>(() => scanner.Scan(isLonger, out _));
        Assert.Contains("65,536 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("row 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_over_4_MB_is_refused()
    {
        var scanner = new CsvScanner(s_columns, [FieldRule.None, FieldRule.None], CsvDialect.Default, new ValueRepairs(s_columns, ValueRules.None));
        byte[] row = Encoding.UTF8.GetBytes($"1,2\n{new string('x', RedshiftLimits.RowBytes)},1\n");
        Assert.Contains("Row 2", Assert.Throws<EtlException>(() => scanner.Scan(row, out _)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1\n")]
    [InlineData("1,2,3\n")]
    public void A_row_with_another_number_of_fields_is_not_taken_for_one(string row) =>
        Assert.Throws<InvalidDataException>(() => new CsvScanner(s_columns, [FieldRule.None, FieldRule.None], CsvDialect.Default, new ValueRepairs(s_columns, ValueRules.None)).Scan(Encoding.UTF8.GetBytes(row), out _));

    private static byte[] Csv(params (string A, string B)[] rows) => Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => $"{row.A},{row.B}\n")));
}
