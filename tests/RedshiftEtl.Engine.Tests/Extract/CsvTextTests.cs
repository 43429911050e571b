using System.Globalization;
using System.Numerics;
using System.Text;
using CsCheck;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Tests.Extract;

public sealed class CsvTextTests
{
    private static readonly Gen<byte[]> s_text = Gen.Frequency(
        (4, Gen.Byte[(byte)' ', (byte)'~'].Array[0, 40]),
        (1, Gen.Byte.Array[0, 40]));

    [Fact]
    public void A_plain_text_has_no_sign_that_matters() =>
        s_text.Sample(text => CsvText.IsPlain(text) == (text.Length > 0 && text[0] != ' ' && text[^1] != ' '
            && Array.TrueForAll(text, b => b is >= (byte)' ' and < 0x7F and not ((byte)',' or (byte)'"'))));

    [Fact]
    public void What_is_plain_needs_no_quotes() => s_text.Sample(text => !CsvText.IsPlain(text) || !CsvText.NeedsQuotes(text));

    [Fact]
    public void Quotes_are_doubled_and_nothing_else_changes() => s_text.Sample(text =>
    {
        byte[] target = new byte[(text.Length * 2) + 2];
        int length = CsvText.WriteQuoted(text, target);
        byte[] expected = [(byte)'"', .. text.SelectMany(b => b == '"' ? new[] { b, b } : [b]), (byte)'"'];
        return target.AsSpan(0, length).SequenceEqual(expected);
    });

    [Fact]
    public void Bytes_are_two_digits_each() => Gen.Byte.Array[0, 70].Sample(bytes =>
    {
        byte[] target = new byte[bytes.Length * 2];
        CsvText.WriteHex(bytes, target);
        return Encoding.ASCII.GetString(target) == string.Concat(bytes.Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    });

    [Fact]
    public void A_decimal_is_the_number_itself_without_an_exponent() =>
        Gen.OneOf(Gen.Double.Where(double.IsFinite), Gen.Double[-1e6, 1e6], Gen.Int[-20, 20].Select(power => Math.Pow(10, power)), Gen.Const(0d), Gen.Const(double.Epsilon), Gen.Const(double.MaxValue))
            .Sample(value =>
            {
                string written = Write(writer => writer.WriteDecimal(value));
                return !written.Contains('E', StringComparison.Ordinal) && double.Parse(written, CultureInfo.InvariantCulture).Equals(value)
                    && Exact(written) == Exact(value.ToString("R", CultureInfo.InvariantCulture));
            });

    [Fact]
    public void A_double_reads_back_the_same() => Gen.Double.Where(double.IsFinite).Sample(value =>
        double.Parse(Write(writer => writer.WriteDouble(value)), CultureInfo.InvariantCulture).Equals(value));

    [Theory]
    [InlineData("")]
    [InlineData("a\"b")]
    [InlineData("NULL ")]
    [InlineData("~a,b~")]
    [InlineData("it's")]
    [InlineData("\\N")]
    [InlineData("ü~")]
    [InlineData("-1")]
    [InlineData("deadbeef")]
    [InlineData("t")]
    [InlineData("2026-01-01T00:00")]
    public void A_marker_that_could_be_a_value_is_refused(string marker) =>
        Assert.Same(Fault.ArgumentInvalid, Assert.Throws<EtlException>(new CsvDialect(marker).Check).Fault);

    [Theory]
    [InlineData("~NULL~")]
    [InlineData("NULL_STRING__")]
    [InlineData("#N/A")]
    public void A_marker_that_is_no_value_is_taken(string marker) => new CsvDialect(marker).Check();

    /// <summary>A decimal text as an exact fraction of ten: digits and the power of ten they stand at, without zeros at the end.</summary>
    private static (BigInteger Digits, int Power) Exact(string text)
    {
        int e = text.IndexOf('E', StringComparison.Ordinal);
        int power = e < 0 ? 0 : int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        power -= point < 0 ? 0 : mantissa.Length - point - 1;
        BigInteger digits = BigInteger.Parse(mantissa.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        while (!digits.IsZero && digits % 10 == 0)
        {
            digits /= 10;
            power++;
        }

        return (digits, digits.IsZero ? 0 : power);
    }

    private static string Write(Action<CsvRowWriter> write)
    {
        using var writer = new CsvRowWriter([new EtlColumn("a", "", "")], CsvDialect.Default, ValueRules.None);
        write(writer);
        writer.EndRow();
        using CsvBlock block = writer.Take();
        return Encoding.ASCII.GetString(block.Bytes.Span).TrimEnd('\n');
    }
}
