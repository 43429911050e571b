using CsCheck;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Tests.Plan;

public class SqlLiteralTests
{
    private static readonly string[] s_pieces = ["'", "\\", "\"", ";", "--", "@x", "$$", "é", ".", "A"];
    private static readonly Gen<string> s_piece = Gen.Int[0, s_pieces.Length - 1].Select(i => s_pieces[i]);

    [Theory]
    [InlineData("a'b", "'a''b'")]
    [InlineData("'; DROP TABLE t; --", "'''; DROP TABLE t; --'")]
    [InlineData(@"a\'b", @"'a\\''b'")]
    public void Redshift_literals_double_quotes_and_backslashes(string value, string expected) =>
        Assert.Equal(expected, SqlLiteral.Text(value, SqlDialect.Redshift));

    [Fact]
    public void PostgreSql_literals_leave_backslashes() =>
        Assert.Equal(@"'a\''b'", SqlLiteral.Text(@"a\'b", SqlDialect.PostgreSql));

    [Fact]
    public void No_value_breaks_out_of_its_literal() =>
        Gen.Select(s_piece.Array[0, 12], Gen.Bool).Sample((parts, isRedshift) =>
        {
            SqlDialect dialect = isRedshift ? SqlDialect.Redshift : SqlDialect.PostgreSql;
            var sql = SqlText.Of($"SELECT {SqlLiteral.Text(string.Concat(parts), dialect)} , @end", dialect);
            return sql.Statements.Count == 1 && sql.References.Count == 1 && sql.References[0].Name == "end";
        });

    [Fact]
    public void No_name_breaks_out_of_its_quotes() =>
        s_piece.Array[1, 12].Sample(parts =>
            SqlText.Of($"SELECT {SqlLiteral.Identifier(string.Concat(parts))}, @end", SqlDialect.Redshift).References.Count == 1);

    [Fact]
    public void NUL_is_refused()
    {
        Assert.Same(Fault.ParameterInvalid, Assert.Throws<EtlException>(() => SqlLiteral.Text("a\0b", SqlDialect.Redshift)).Fault);
        Assert.Same(Fault.ArgumentInvalid, Assert.Throws<EtlException>(() => SqlLiteral.Identifier("a\0b")).Fault);
    }

    [Fact]
    public void Values_become_typed_literals_in_every_culture()
    {
        var before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            foreach (string culture in new[] { "de-DE", "tr-TR", "ar-SA" })
            {
                System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo(culture);
                Assert.Equal("1234.5", SqlLiteral.Value(1234.5m, SqlDialect.Redshift));
                Assert.Equal("(-7)", SqlLiteral.Value(-7L, SqlDialect.Redshift));
                Assert.Equal("DATE '2026-02-03'", SqlLiteral.Value(new DateOnly(2026, 2, 3), SqlDialect.Redshift));
                Assert.Equal("TIMESTAMP '2026-02-03 04:05:06.123456'", SqlLiteral.Value(new DateTime(2026, 2, 3, 4, 5, 6).AddTicks(1234567), SqlDialect.Redshift));
                Assert.Equal("NULL", SqlLiteral.Value(null, SqlDialect.Redshift));
                Assert.Equal("TRUE", SqlLiteral.Value(true, SqlDialect.Redshift));
            }
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }
}
