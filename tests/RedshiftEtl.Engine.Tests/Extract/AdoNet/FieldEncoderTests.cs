using System.Data.Common;
using System.Globalization;
using System.Numerics;
using CsCheck;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Tests.Extract.AdoNet;

/// <summary>Every .NET type that a provider can give (fact sheet 1.7 and 7.4).</summary>
public sealed class FieldEncoderTests
{
    private static readonly CultureInfo s_invariant = CultureInfo.InvariantCulture;
    private static readonly Gen<DateTime> s_time = Gen.Long[0, DateTime.MaxValue.Ticks / 10].Select(microseconds => new DateTime(microseconds * 10));

    /// <summary>For each type of the table: any of its values, and how the written form is read back.</summary>
    private static readonly Dictionary<Type, (Gen<object> Values, Func<string, object> Read)> s_values = new()
    {
        [typeof(bool)] = (Gen.Bool.Select(v => (object)v), text => text == "t" || (text == "f" ? false : throw new FormatException(text))),
        [typeof(byte)] = (Gen.Byte.Select(v => (object)v), text => byte.Parse(text, s_invariant)),
        [typeof(sbyte)] = (Gen.SByte.Select(v => (object)v), text => sbyte.Parse(text, s_invariant)),
        [typeof(short)] = (Gen.Short.Select(v => (object)v), text => short.Parse(text, s_invariant)),
        [typeof(ushort)] = (Gen.UShort.Select(v => (object)v), text => ushort.Parse(text, s_invariant)),
        [typeof(int)] = (Gen.Int.Select(v => (object)v), text => int.Parse(text, s_invariant)),
        [typeof(uint)] = (Gen.UInt.Select(v => (object)v), text => uint.Parse(text, s_invariant)),
        [typeof(long)] = (Gen.Long.Select(v => (object)v), text => long.Parse(text, s_invariant)),
        [typeof(ulong)] = (Gen.ULong.Select(v => (object)v), text => ulong.Parse(text, s_invariant)),
        [typeof(BigInteger)] = (Gen.Select(Gen.Long, Gen.ULong, (high, low) => (object)((high * BigInteger.Pow(10, 19)) + (low % 10_000_000_000_000_000_000))), text => BigInteger.Parse(text, s_invariant)),
        [typeof(decimal)] = (Gen.Decimal.Select(v => (object)v), text => decimal.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, s_invariant)),
        [typeof(float)] = (Gen.Float.Where(float.IsFinite).Select(v => (object)v), text => float.Parse(text, s_invariant)),
        [typeof(double)] = (Gen.Double.Where(double.IsFinite).Select(v => (object)v), text => double.Parse(text, s_invariant)),
        [typeof(DateOnly)] = (s_time.Select(v => (object)DateOnly.FromDateTime(v)), text => DateOnly.ParseExact(text, "yyyy-MM-dd", s_invariant)),
        [typeof(DateTime)] = (s_time.Select(v => (object)v), text => DateTime.ParseExact(text, "yyyy-MM-dd HH:mm:ss.FFFFFF", s_invariant)),
        [typeof(DateTimeOffset)] = (Gen.Select(s_time.Where(v => v.Year is > 1 and < 9999), Gen.Int[-840, 840], (v, minutes) => (object)new DateTimeOffset(v, TimeSpan.FromMinutes(minutes))),
            text => DateTimeOffset.ParseExact(text, "yyyy-MM-dd HH:mm:ss.FFFFFFzz", s_invariant)),
        [typeof(TimeOnly)] = (s_time.Select(v => (object)TimeOnly.FromDateTime(v)), text => TimeOnly.ParseExact(text, "HH:mm:ss.FFFFFF", s_invariant)),
        [typeof(TimeSpan)] = (s_time.Select(v => (object)v.TimeOfDay), text => TimeOnly.ParseExact(text, "HH:mm:ss.FFFFFF", s_invariant).ToTimeSpan()),
        [typeof(Guid)] = (Gen.Guid.Select(v => (object)v), text => Guid.ParseExact(text, "D")),
        [typeof(string)] = (Gen.String[Gen.Char['A', '\uD7FF'], 1, 40].Select(v => (object)v), text => text),
        [typeof(char)] = (Gen.Char['A', 'z'].Select(v => (object)v), text => text.Single()),
        [typeof(byte[])] = (Gen.Byte.Array[1, 100].Select(v => (object)v), text => Convert.FromHexString(text)),
        [typeof(object)] = (Gen.Long.Select(v => (object)v), text => long.Parse(text, s_invariant)),
    };

    public static TheoryData<string> Types => [.. AdoNetTypes.Table.Select(row => row.Type.FullName!)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_value_of_every_type_reads_back_the_same_in_every_culture(string name)
    {
        Type type = AdoNetTypes.Table.Single(row => row.Type.FullName == name).Type;
        (Gen<object> values, Func<string, object> read) = s_values[type];
        foreach (string culture in new[] { "de-DE", "tr-TR", "ar-SA" })
        {
            Gen.Frequency((1, Gen.Const((object?)null)), (9, values.Select(v => (object?)v))).Array[1, 50].Sample(
                sent =>
                {
                    CultureInfo.CurrentCulture = new CultureInfo(culture);
                    string[] written = EncodedValues.Write(type, sent);
                    return sent.Zip(written).All(pair => pair.First is null ? pair.Second == "~NULL~" : IsSame(pair.First, read(pair.Second)));
                },
                iter: 200, threads: 1);
        }
    }

    [Fact]
    public void Values_are_written_as_COPY_reads_them()
    {
        Assert.Equal(["t", "f", "~NULL~"], EncodedValues.Write(typeof(bool), true, false, null));
        Assert.Equal(["-79228162514264337593543950335", "1.50", "0.0000000000000000000000000001"], EncodedValues.Write(typeof(decimal), decimal.MinValue, 1.50m, 0.0000000000000000000000000001m));
        Assert.Equal(["18446744073709551615"], EncodedValues.Write(typeof(ulong), ulong.MaxValue));
        Assert.Equal(["3.4028235E+38", "1E-45", "0.1"], EncodedValues.Write(typeof(float), float.MaxValue, float.Epsilon, 0.1f));
        Assert.Equal(["0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2026-02-03 04:05:06.07"],
            EncodedValues.Write(typeof(DateTime), DateTime.MinValue, new DateTime(DateTime.MaxValue.Ticks - 9), new DateTime(2026, 2, 3, 4, 5, 6, 70)));
        Assert.Equal(["2026-01-01 00:30:00+00"], EncodedValues.Write(typeof(DateTimeOffset), new DateTimeOffset(2026, 1, 1, 2, 0, 0, TimeSpan.FromMinutes(90))));
        Assert.Equal(["00:00:00", "23:59:59.999999"], EncodedValues.Write(typeof(TimeSpan), TimeSpan.Zero, new TimeSpan(TimeSpan.TicksPerDay - 10)));
        Assert.Equal(["00ff10"], EncodedValues.Write(typeof(byte[]), new byte[] { 0, 255, 16 }));
        Assert.Equal(["6f9619ff-8b86-d011-b42d-00c04fc964ff"], EncodedValues.Write(typeof(Guid), Guid.Parse("6F9619FF-8B86-D011-B42D-00C04FC964FF")));
        Assert.Equal(["\"\"", "\"a,b\"", "\"say \"\"x\"\"\"", "\" blank\"", "ü€😀"], EncodedValues.Write(typeof(string), "", "a,b", "say \"x\"", " blank", "ü€😀"));
        Assert.Equal(["\"{\"\"a\"\":1}\""], EncodedValues.Write(FieldEncoders.Document, typeof(string), "{\"a\":1}"));
        Assert.Equal(["1.02:03:04.0000001"], EncodedValues.Write(FieldEncoders.Interval, typeof(TimeSpan), new TimeSpan(1, 2, 3, 4) + TimeSpan.FromTicks(1)));
        Assert.Equal(["2026-01-31"], EncodedValues.Write(FieldEncoders.Date, typeof(DateTime), new DateTime(2026, 1, 31)));
    }

    [Fact]
    public void Values_of_any_type_go_by_their_own()
    {
        object[] values = ["x,y", 1L, 2, 0.5, 1.50m, true, new byte[] { 1 }, new DateTime(2026, 1, 2), new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero),
            new DateOnly(2026, 1, 2), new TimeOnly(1, 2, 3), new TimeSpan(1, 2, 3), Guid.Empty, 0.1f, (byte)1, (sbyte)-1, (short)-2, (ushort)3, 4u, ulong.MaxValue, BigInteger.Pow(10, 37), 'c'];
        Assert.Equal(
            ["\"x,y\"", "1", "2", "0.5", "1.50", "t", "01", "2026-01-02 00:00:00", "2026-01-02 00:00:00+00", "2026-01-02", "01:02:03", "01:02:03", "00000000-0000-0000-0000-000000000000", "0.1",
                "1", "-1", "-2", "3", "4", "18446744073709551615", "10000000000000000000000000000000000000", "c"],
            EncodedValues.Write(typeof(object), values));
        Assert.Contains("type Version", EncodedValues.Refused(typeof(object), new Version(1, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_Redshift_cannot_hold_is_refused_with_the_value()
    {
        Refuses(typeof(double), double.NaN, "NaN");
        Refuses(typeof(double), double.NegativeInfinity, "-Infinity");
        Refuses(typeof(float), float.PositiveInfinity, "Infinity");
        Refuses(typeof(BigInteger), BigInteger.Pow(10, 38), "100000000000000000000000000000000000000");
        Refuses(typeof(DateTime), new DateTime(2026, 1, 2).AddTicks(1), "2026-01-02 00:00:00.0000001");
        Refuses(typeof(DateTimeOffset), new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero).AddTicks(3), "2026-01-02 00:00:00.0000003");
        Refuses(typeof(TimeSpan), TimeSpan.FromTicks(-10), "-00:00:00.0000010");
        Refuses(typeof(TimeSpan), TimeSpan.FromHours(24), "1.00:00:00");
        Refuses(typeof(TimeSpan), TimeSpan.FromTicks(1), "00:00:00.0000001");
        Refuses(typeof(TimeOnly), new TimeOnly(1), "00:00:00.0000001");
        Refuses(typeof(byte[]), Array.Empty<byte>(), "");
        Refuses(typeof(string), "a\0b", "a␀b");
        Refuses(typeof(string), "~NULL~", "~NULL~");
        Refuses(typeof(string), "x\uD83D", "x\uFFFD");
        Refuses(typeof(string), "\uDE00y", "\uFFFDy");
        Refuses(typeof(string), new string('x', 65_536), new string('x', 60) + "…");
        Refuses(typeof(string), new string('€', 21_846), new string('€', 20) + "…");
    }

    [Fact]
    public void A_text_may_have_65535_bytes_and_binary_data_a_row()
    {
        Assert.Equal([new string('€', 21_845)], EncodedValues.Write(typeof(string), new string('€', 21_845)));
        byte[] large = new byte[(2 * 1024 * 1024) - 8];
        Random.Shared.NextBytes(large);
        Assert.Equal(Convert.ToHexStringLower(large), EncodedValues.Write(typeof(byte[]), large)[0]);
        Assert.Contains("4,194,304", Assert.Throws<EtlException>(() => EncodedValues.Write(typeof(byte[]), new byte[3 * 1024 * 1024])).Message, StringComparison.Ordinal);
        Assert.Contains("4,194,304", Assert.Throws<EtlException>(() => EncodedValues.Write(FieldEncoders.Document, typeof(string), new string('x', 5_000_000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_row_of_numbers_dates_and_binary_allocates()
    {
        byte[] bytes = [1, 2, 3];
        using var table = new System.Data.DataTable();
        table.Columns.Add("b", typeof(byte[]));
        table.Rows.Add(bytes);
        using System.Data.DataTableReader rows = table.CreateDataReader();
        rows.Read();
        using var writer = new CsvRowWriter([new EtlColumn("c", "", "")], CsvDialect.Default, ValueRules.None);
        // The first row makes what the rest reuses.
        Write();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Write();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Write()
        {
            FieldEncoders.Binary(rows, 0, writer);
            writer.WriteTimestamp(new DateTime(2026, 1, 2), true);
            writer.WriteFormatted(1.5m, 32);
            writer.WriteFormatted(1.5f, 32, "R");
            writer.WriteText("a text with a €");
            writer.EndRow();
        }
    }

    [Theory]
    [InlineData(typeof(decimal), "numeric", 10, 2, null, "DECIMAL(10,2)")]
    [InlineData(typeof(decimal), "numeric", 19, 0, null, "DECIMAL(20,0)")]
    [InlineData(typeof(decimal), "numeric", 38, 38, null, "VARCHAR(41)")]
    [InlineData(typeof(decimal), "numeric", 50, 2, null, "VARCHAR(53)")]
    [InlineData(typeof(decimal), "numeric", null, null, null, "DECIMAL(38,10)")]
    [InlineData(typeof(decimal), "numeric", 255, 255, null, "DECIMAL(38,10)")]
    [InlineData(typeof(string), "varchar", null, null, 10, "VARCHAR(40)")]
    [InlineData(typeof(string), "varchar", null, null, 50_000, "VARCHAR(65535)")]
    [InlineData(typeof(string), "varchar", null, null, -1, "VARCHAR(65535)")]
    [InlineData(typeof(string), "json", null, null, null, "SUPER")]
    [InlineData(typeof(byte[]), "varbinary", null, null, 8, "VARBYTE(8)")]
    [InlineData(typeof(byte[]), "blob", null, null, int.MaxValue, "VARBYTE(16777216)")]
    [InlineData(typeof(DateTime), "date", null, null, null, "DATE")]
    [InlineData(typeof(DateTime), "datetime", null, null, null, "TIMESTAMP")]
    [InlineData(typeof(DateTime), "timestamp with time zone", null, null, null, "TIMESTAMPTZ")]
    [InlineData(typeof(TimeSpan), "interval", null, null, null, "VARCHAR(32)")]
    [InlineData(typeof(TimeSpan), "time", null, null, null, "TIME")]
    public void Facets_make_the_Redshift_type(Type type, string name, int? precision, int? scale, int? size, string expected) =>
        Assert.Equal(expected, AdoNetTypes.Map(new DescribedColumn(type, name, precision, scale, size), typeof(DbDataReader)).RedshiftType);

    [Fact]
    public void A_type_without_a_form_is_refused_by_its_column()
    {
        EtlException error = Assert.Throws<EtlException>(() => AdoNetTypes.Map(new DescribedColumn(typeof(int[]), "integer[]", null, null, null), typeof(DbDataReader)));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains("'c' is of type integer[]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_Redshift_cannot_hold_follows_its_rule()
    {
        const string Null = "~NULL~";
        Assert.Equal(Null, EncodedValues.Repaired(typeof(double), double.NaN, ValueKind.NaN, ValueAction.Null));
        Assert.Equal(Null, EncodedValues.Repaired(typeof(float), float.NegativeInfinity, ValueKind.Infinity, ValueAction.Null));
        DateTime time = new DateTime(2026, 1, 2, 3, 4, 5).AddTicks(1_234_567);
        Assert.Equal("2026-01-02 03:04:05.123457", EncodedValues.Repaired(typeof(DateTime), time, ValueKind.Fraction, ValueAction.Round));
        Assert.Equal("2026-01-02 03:04:05.123456", EncodedValues.Repaired(typeof(DateTime), time, ValueKind.Fraction, ValueAction.Truncate));
        Assert.Equal("9999-12-31 23:59:59.999999", EncodedValues.Repaired(typeof(DateTime), DateTime.MaxValue, ValueKind.Fraction, ValueAction.Round));
        Assert.Equal("23:59:59.999999", EncodedValues.Repaired(typeof(TimeSpan), TimeSpan.FromHours(30), ValueKind.Time, ValueAction.Replace));
        Assert.Equal("00:00:00", EncodedValues.Repaired(typeof(TimeSpan), TimeSpan.FromHours(-1), ValueKind.Time, ValueAction.Replace));
        Assert.Equal(Null, EncodedValues.Repaired(typeof(TimeOnly), new TimeOnly(1), ValueKind.Fraction, ValueAction.Null));
        Assert.Equal(Null, EncodedValues.Repaired(typeof(byte[]), Array.Empty<byte>(), ValueKind.Empty, ValueAction.Null));
        Assert.Equal(Null, EncodedValues.Repaired(typeof(System.Numerics.BigInteger), System.Numerics.BigInteger.Pow(10, 38), ValueKind.Digits, ValueAction.Null));
        Assert.Equal("x\uFFFDy", Unquoted(EncodedValues.Repaired(typeof(string), "x\uD83Dy", ValueKind.Encoding, ValueAction.Replace)));
        Assert.Equal("a", Unquoted(EncodedValues.Repaired(typeof(string), "a\0b", ValueKind.Nul, ValueAction.Truncate)));
        Assert.Equal(new string('€', 21_845), Unquoted(EncodedValues.Repaired(typeof(string), new string('€', 30_000), ValueKind.Length, ValueAction.Truncate)));
    }

    private static string Unquoted(string field) => field.Trim('"');

    private static void Refuses(Type type, object value, string shown) =>
        Assert.EndsWith($"(value '{shown}').", EncodedValues.Refused(type, value).Message, StringComparison.Ordinal);

    private static bool IsSame(object sent, object read) => sent is byte[] bytes ? bytes.AsSpan().SequenceEqual((byte[])read) : sent.Equals(read);
}
