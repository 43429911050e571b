using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class SqlTests(SandboxFixture fixture)
{
    [Fact]
    public void Values_have_the_types_that_scripts_expect()
    {
        using ModuleSession session = fixture.Open();
        Outcome outcome = session.Run("""
            Invoke-RedshiftSql $sandbox.Warehouse "SELECT CAST(1 AS SMALLINT) AS a, 2 AS b, CAST(3 AS BIGINT) AS c, CAST(1.50 AS DECIMAL(9,2)) AS d, CAST(0.1 AS DOUBLE PRECISION) AS e, TRUE AS f,
                CAST('2026-01-31' AS DATE) AS g, CAST('2026-01-31 12:34:56.789' AS TIMESTAMP) AS h, CAST('tëxt' AS VARCHAR(9)) AS i, CAST(NULL AS INT) AS j"
            """).Clean();
        object?[] values = Assert.Single(outcome.Output).Properties.Select(property => property.Value).ToArray();
        Assert.Equal([(short)1, 2, 3L, 1.50m, 0.1, true, new DateTime(2026, 1, 31), new DateTime(2026, 1, 31, 12, 34, 56, 789), "tëxt", null], values);
    }

    [Fact]
    public void Floating_point_values_are_shown_with_all_their_digits()
    {
        using ModuleSession session = fixture.Open();
        Outcome outcome = session.Run("Invoke-RedshiftSql $sandbox.Warehouse \"SELECT CAST('-269196.58333333331' AS DOUBLE PRECISION) AS d\"").Clean();
        Assert.Equal(-269196.58333333331, Assert.Single(outcome.Output).Properties["d"].Value);
    }

    [Fact]
    public void Parameters_are_values_and_every_statement_that_has_rows_returns_them()
    {
        using ModuleSession session = fixture.Open(("text", "it's; -- @other"));
        Outcome outcome = session.Run("Invoke-RedshiftSql $sandbox.Warehouse 'SELECT @text AS x; CREATE TEMP TABLE t AS SELECT @n AS n; SELECT n AS x FROM t' -Parameter @{ text = $text; n = 7 }").Clean();
        Assert.Equal(["it's; -- @other", "7"], outcome.Output.Select(row => row.Properties["x"].Value.ToString()));
    }
}
