using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Tests.Define;

public class NearestNameTests
{
    [Theory]
    [InlineData("orderz", "orders")]
    [InlineData("odrers", "orders")]
    [InlineData("ORD", "orders")]
    [InlineData("invoice", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_near_or_none(string name, string? expected) =>
        Assert.Equal(expected, NearestName.Find(name, ["customers", "orders", "d"]));
}
