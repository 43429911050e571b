using System.Data;
using System.Data.SqlTypes;
using System.Text;
using CsCheck;
using Microsoft.Data.SqlClient;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.AdoNet;
using RedshiftEtl.Engine.Extract.SqlServer;
using RedshiftEtl.Engine.Tests.Extract.AdoNet;

namespace RedshiftEtl.Engine.Tests.Extract.SqlServer;

/// <summary>The type table of SQL Server (fact sheet 1.7 and 7.4); the encoders themselves are those of every ADO.NET provider.</summary>
public sealed class SqlServerTypeTests
{
    [Theory]
    [InlineData("bit", null, null, 1, "bit", "BOOLEAN")]
    [InlineData("tinyint", null, null, 1, "tinyint", "SMALLINT")]
    [InlineData("smallint", null, null, 2, "smallint", "SMALLINT")]
    [InlineData("int", null, null, 4, "int", "INTEGER")]
    [InlineData("bigint", null, null, 8, "bigint", "BIGINT")]
    [InlineData("decimal", 10, 2, 17, "decimal(10,2)", "DECIMAL(10,2)")]
    [InlineData("decimal", 19, 0, 17, "decimal(19,0)", "DECIMAL(20,0)")]
    [InlineData("numeric", 38, 37, 17, "numeric(38,37)", "DECIMAL(38,37)")]
    [InlineData("decimal", 38, 38, 17, "decimal(38,38)", "VARCHAR(41)")]
    [InlineData("money", 19, 255, 8, "money", "DECIMAL(20,4)")]
    [InlineData("smallmoney", 10, 255, 4, "smallmoney", "DECIMAL(10,4)")]
    [InlineData("real", 7, 255, 4, "real", "REAL")]
    [InlineData("float", 15, 255, 8, "float", "DOUBLE PRECISION")]
    [InlineData("date", 10, 255, 3, "date", "DATE")]
    [InlineData("datetime2", 27, 7, 8, "datetime2", "TIMESTAMP")]
    [InlineData("datetimeoffset", 34, 7, 10, "datetimeoffset", "TIMESTAMPTZ")]
    [InlineData("time", 16, 7, 5, "time", "TIME")]
    [InlineData("varchar", null, null, 10, "varchar(10)", "VARCHAR(30)")]
    [InlineData("nvarchar", null, null, 4000, "nvarchar(4000)", "VARCHAR(12000)")]
    [InlineData("varchar", null, null, 8000, "varchar(8000)", "VARCHAR(24000)")]
    [InlineData("nvarchar", null, null, int.MaxValue, "nvarchar(max)", "VARCHAR(65535)")]
    [InlineData("ntext", null, null, 1073741823, "ntext", "VARCHAR(65535)")]
    [InlineData("xml", null, null, int.MaxValue, "xml", "VARCHAR(65535)")]
    [InlineData("json", null, null, int.MaxValue, "json", "SUPER")]
    [InlineData("uniqueidentifier", null, null, 16, "uniqueidentifier", "CHAR(36)")]
    [InlineData("binary", null, null, 8, "binary(8)", "VARBYTE(8)")]
    [InlineData("varbinary", null, null, int.MaxValue, "varbinary(max)", "VARBYTE(16777216)")]
    [InlineData("image", null, null, int.MaxValue, "image", "VARBYTE(16777216)")]
    [InlineData("timestamp", null, null, 8, "timestamp", "VARBYTE(8)")]
    [InlineData("sql_variant", null, null, 8009, "sql_variant", "VARCHAR(65535)")]
    public void A_type_has_its_Redshift_type(string name, int? precision, int? scale, int size, string sourceType, string redshiftType)
    {
        SqlServerMapping mapping = SqlServerTypes.Map(new DescribedColumn(null, name, precision, scale, size));
        Assert.Equal((sourceType, redshiftType), (mapping.SourceType, mapping.RedshiftType));
    }

    [Theory]
    [InlineData("crm.sys.geography", "geography", "STAsText")]
    [InlineData("crm.sys.geometry", "geometry", "STAsText")]
    [InlineData("crm.sys.hierarchyid", "hierarchyid", "ToString")]
    [InlineData("crm.dbo.point_of_sale", "point_of_sale", "Cast it")]
    [InlineData("vector", "vector", "Cast it")]
    public void A_type_without_a_form_is_refused_with_the_way_out(string name, string shown, string advice)
    {
        EtlException error = Assert.Throws<EtlException>(() => SqlServerTypes.Map(new DescribedColumn(null, name, null, null, null)));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains($"'c' is of type {shown},", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Decimals_beyond_dotnets_are_read_by_the_clients_own_type()
    {
        Assert.Equal(FieldEncoders.Decimal, SqlServerTypes.Map(new DescribedColumn(null, "decimal", 28, 4, 17)).Encoder);
        Assert.Equal(SqlDecimals.Encode, SqlServerTypes.Map(new DescribedColumn(null, "decimal", 29, 4, 17)).Encoder);
    }

    [Theory]
    [InlineData("0", 0, "0")]
    [InlineData("0", 5, "0.00000")]
    [InlineData("-99999999999999999999999999999999999999", 0, "-99999999999999999999999999999999999999")]
    [InlineData("99999999999999999999999999999999999999", 38, "0.99999999999999999999999999999999999999")]
    [InlineData("1", 38, "0.00000000000000000000000000000000000001")]
    [InlineData("-12345", 2, "-123.45")]
    [InlineData("100", 3, "0.100")]
    public void Every_digit_of_a_decimal_is_written(string digits, byte scale, string expected) => Assert.Equal(expected, Written(Decimal(digits, scale)));

    [Fact]
    public void Random_decimals_of_38_digits_are_exact() =>
        Gen.Select(Gen.String[Gen.Char['0', '9'], 1, 38], Gen.Bool, Gen.Int[0, 38]).Sample((digits, isNegative, scale) =>
        {
            SqlDecimal value = Decimal((isNegative ? "-" : "") + digits, (byte)scale);
            // SqlDecimal's own text is the measure. It leaves out the sign of zero.
            string own = value.ToString();
            return Written(value) == own || Written(value) == $"-{own}" && own.All(sign => sign is '0' or '.');
        });

    [Fact]
    public void Parameters_go_with_all_their_digits()
    {
        Assert.Equal((SqlDbType.DateTime2, (object)new DateTime(2026, 1, 2).AddTicks(10)), Set(new DateTime(2026, 1, 2).AddTicks(10)));
        Assert.Equal((SqlDbType.Date, new DateTime(2026, 1, 2)), Set(new DateOnly(2026, 1, 2)));
        Assert.Equal((SqlDbType.Time, new TimeSpan(1, 2, 3)), Set(new TimeOnly(1, 2, 3)));
        Assert.Equal((SqlDbType.DateTimeOffset, new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.FromHours(2))), Set(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.FromHours(2))));
        Assert.Equal((SqlDbType.BigInt, 7L), Set(7L));
        Assert.Equal((SqlDbType.NVarChar, "ü"), Set("ü"));
        Assert.Equal((SqlDbType.Decimal, 1.50m), Set(1.50m));
        Assert.Equal((SqlDbType.UniqueIdentifier, Guid.Empty), Set(Guid.Empty));
        Assert.Equal(DBNull.Value, Set(null).Value);

        static (SqlDbType Type, object Value) Set(object? value)
        {
            var parameter = new SqlParameter();
            SqlServerSource.SetParameter(parameter, value);
            return (parameter.SqlDbType, parameter.Value);
        }
    }

    private static SqlDecimal Decimal(string digits, byte scale)
    {
        // A text with a point would be cut to fewer digits by some of SqlDecimal's own constructors.
        var whole = System.Numerics.BigInteger.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
        var bits = (UInt128)System.Numerics.BigInteger.Abs(whole);
        int[] words = [(int)(uint)bits, (int)(uint)(bits >> 32), (int)(uint)(bits >> 64), (int)(uint)(bits >> 96)];
        return new SqlDecimal(38, scale, whole.Sign >= 0, words);
    }

    private static string Written(SqlDecimal value)
    {
        using var writer = new CsvRowWriter([new EtlColumn("c", "", "")], CsvDialect.Default, ValueRules.None);
        SqlDecimals.Write(value, writer);
        writer.EndRow();
        using CsvBlock block = writer.Take();
        return Encoding.ASCII.GetString(block.Bytes.Span).TrimEnd('\n');
    }
}
