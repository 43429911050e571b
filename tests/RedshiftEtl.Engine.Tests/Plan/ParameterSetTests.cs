using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Tests.Plan;

public class ParameterSetTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 31, 10, 30, 0, TimeSpan.Zero);

    private static SqlText Sql(string text) => SqlText.Of(text, SqlDialect.PostgreSql);

    [Fact]
    public void A_parameter_that_is_used_but_not_given_names_the_line_and_the_nearest_one()
    {
        SqlText sql = Sql("SELECT *\nFROM t\nWHERE d >= @since");
        var error = Assert.Throws<EtlException>(() => ParameterSet.Resolve([new ParameterDefinition("sinse", "x")], s_now, [sql], [sql]));
        Assert.Same(Fault.ParameterMissing, error.Fault);
        Assert.Contains("line 3 uses @since", error.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'sinse'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_is_given_but_not_used_is_refused()
    {
        SqlText sql = Sql("SELECT @since");
        var error = Assert.Throws<EtlException>(() => ParameterSet.Resolve(
            [new ParameterDefinition("since", "x"), new ParameterDefinition("until", "y")], s_now, [sql], [sql]));
        Assert.Same(Fault.ParameterUnused, error.Fault);
        Assert.Equal("until", error.Target);
    }

    [Fact]
    public void A_parameter_of_another_SQL_file_of_the_job_is_not_unused() =>
        Assert.Single(ParameterSet.Resolve([new ParameterDefinition("since", "x")], s_now, [Sql("SELECT 1")], [Sql("SELECT 1"), Sql("SELECT @SINCE")]));

    [Theory]
    [InlineData("DaysAgo", 7, "2026-03-24")]
    [InlineData("MonthsAgo", 1, "2026-02-28")]
    public void Days_and_months_ago_are_dates(string unit, int amount, string expected) =>
        Assert.Equal(DateOnly.Parse(expected, null), new ParameterDefinition("p", null, unit, amount).Resolve(s_now).Value);

    [Fact]
    public void Hours_ago_is_a_timestamp() =>
        Assert.Equal(new DateTime(2026, 3, 31, 7, 30, 0), new ParameterDefinition("p", null, "HoursAgo", 3).Resolve(s_now).Value);

    [Fact]
    public void Values_without_a_literal_are_refused()
    {
        Assert.Same(Fault.ParameterInvalid, Assert.Throws<EtlException>(() => EtlParameter.Create("p", double.NaN)).Fault);
        Assert.Same(Fault.ParameterInvalid, Assert.Throws<EtlException>(() => EtlParameter.Create("p", new object())).Fault);
    }
}
