using CsCheck;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Tests.Plan;

public sealed class WarehouseSlicesTests
{
    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 4)]
    [InlineData(3, 6)]
    [InlineData(4, 4)]
    [InlineData(12, 12)]
    [InlineData(32, 32)]
    [InlineData(64, 32)]
    [InlineData(128, 32)]
    [InlineData(48, 24)]
    public void Parts_go_evenly_over_the_slices(int slices, int parts) => Assert.Equal(parts, WarehouseSlices.PartsFor(slices));

    [Fact]
    public void Without_an_answer_there_are_four() => Assert.Equal(4, WarehouseSlices.PartsFor(null));

    [Fact]
    public void There_are_never_too_few_or_too_many() =>
        Gen.Int[1, 4096].Sample(slices => WarehouseSlices.PartsFor(slices) is >= WarehouseSlices.DefaultParts and <= WarehouseSlices.MostParts);
}
