using System.Globalization;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Tests.Extract.AdoNet;

public class DbPartitionsTests
{
    [Theory]
    [InlineData("0", "100", 4, "25, 50, 75")]
    [InlineData("5", "5", 4, "")]
    [InlineData("1", "2", 3, "1.333333, 1.666667")]
    [InlineData("-79228162514264337593543950335", "79228162514264337593543950335", 2, "0.0000000000000000E+000")]
    [InlineData("0", "1e40", 2, "5.0000000000000002E+039")]
    public void Cuts_lie_between_the_ends(string low, string high, int count, string cuts) => Assert.Equal(cuts, string.Join(", ", DbPartitions.NumberCuts(low, high, count)));

    [Fact]
    public void Each_value_and_NULL_meet_one_condition()
    {
        Assert.Equal(["c < 1 OR c IS NULL", "c >= 1 AND c < 2", "c >= 2"], DbPartitions.Join("c", ["1", "2"]));
        Assert.Equal(["1 = 1"], DbPartitions.Join("c", []));
    }

    [Fact]
    public void Cuts_are_written_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            Assert.Equal(["0.5"], DbPartitions.NumberCuts("0", "1", 2));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
