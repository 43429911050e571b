using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class WatermarkTests(SandboxFixture fixture)
{
    [Fact]
    public void An_ongoing_load_goes_on_from_the_watermark_that_was_committed_with_the_last_rows()
    {
        using ProjectFolder project = Items("Watermark = 'changed'");
        Assert.Equal("Initial|2026-01-03 00:00:00.123456|∅", project.Run("Invoke-EtlJob items").Only("Load", "WatermarkAfter", "WatermarkBefore"));
        project.Source("INSERT INTO items VALUES (4, '2026-01-03 00:00:00.123457')");
        Assert.Equal("Ongoing|1|2026-01-03 00:00:00.123456|2026-01-03 00:00:00.123457",
            project.Run("Invoke-EtlJob items").Only("Load", "RowsLoaded", "WatermarkBefore", "WatermarkAfter"));
        Assert.Equal("0|2026-01-03 00:00:00.123457", project.Run("Invoke-EtlJob items").Only("RowsLoaded", "WatermarkAfter"));
        Assert.Equal(["1", "2", "3", "4"], project.Rows("SELECT id FROM §SCHEMA.items ORDER BY id"));
    }

    [Fact]
    public void A_lag_reads_again_what_the_delete_takes_away_and_the_watermark_never_goes_back()
    {
        using ProjectFolder project = Items("Watermark = @{ Column = 'changed'; Lag = '1.00:00' }", "Overwrite");
        project.Run("Invoke-EtlJob items").Clean();
        Assert.Equal("Ongoing|1|1|2026-01-03 00:00:00.123456", project.Run("Invoke-EtlJob items").Only("Load", "RowsLoaded", "RowsDeleted", "WatermarkAfter"));
        project.Source("DELETE FROM items WHERE id = 3; INSERT INTO items VALUES (5, '2026-01-02 12:00:00')");
        Assert.Equal("1|1|2026-01-03 00:00:00.123456", project.Run("Invoke-EtlJob items").Only("RowsLoaded", "RowsDeleted", "WatermarkAfter"));
        Assert.Equal(["1", "2", "5"], project.Rows("SELECT id FROM §SCHEMA.items ORDER BY id"));
    }

    [Fact]
    public void Rows_without_a_value_are_counted_and_said()
    {
        using ProjectFolder project = Items("Watermark = 'changed'");
        project.Source("INSERT INTO items VALUES (7, NULL), (8, NULL)");
        Outcome outcome = project.Run("Invoke-EtlJob items -WarningVariable said -WarningAction SilentlyContinue; \"$said\"");
        Assert.Equal("2", outcome.Output[0].Properties["WatermarkNulls"].Value.ToString());
        Assert.Contains("2 rows have no value in the watermark column 'changed'", outcome.Output[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Set_EtlWatermark_rewinds_and_WhatIf_changes_nothing()
    {
        using ProjectFolder project = Items("Watermark = 'changed'", "Overwrite");
        project.Run("Invoke-EtlJob items").Clean();
        Assert.Empty(project.Run("Set-EtlWatermark items '2026-01-01 06:00:00' -WhatIf").Clean().Output);
        Assert.Equal("0", project.Run("Invoke-EtlJob items").Only("RowsLoaded"));
        Assert.Equal("Watermark|2026-01-03 00:00:00.123456|2026-01-01 06:00:00",
            project.Run("Set-EtlWatermark items '2026-01-01 06:00:00'").Only("Load", "WatermarkBefore", "WatermarkAfter"));
        Assert.Equal("2|2", project.Run("Invoke-EtlJob items").Only("RowsLoaded", "RowsDeleted"));
        Assert.Equal(["1", "2", "3"], project.Rows("SELECT id FROM §SCHEMA.items ORDER BY id"));
    }

    [Fact]
    public void A_watermark_of_another_kind_is_refused_and_nothing_is_written()
    {
        using ProjectFolder project = Items("Watermark = 'changed'");
        project.Run("Invoke-EtlJob items").Clean();
        project.Run("Set-EtlWatermark items yesterday").Fault("WatermarkInvalid");
        Assert.Equal(["1"], project.Rows("SELECT COUNT(*) AS n FROM etl.run WHERE target = '§SCHEMA.items'"));
    }

    [Theory]
    [InlineData("Watermark = 'nothing'", "WatermarkInvalid")]
    [InlineData("Watermark = @{ Column = 'changed'; Lag = 5 }", "WatermarkInvalid")]
    [InlineData("Watermark = @{ Columm = 'changed' }", "DefinitionInvalid")]
    [InlineData("Watermark = @{ Column = 'changed'; Lag = 'soon' }", "DefinitionInvalid")]
    public void A_watermark_that_makes_no_sense_is_refused_before_anything_is_loaded(string definition, string fault)
    {
        using ProjectFolder project = Items(definition);
        Outcome first = project.Run("Invoke-EtlJob items");
        if (first.Errors.Count == 0)
        {
            first = project.Run("Invoke-EtlJob items");
        }

        first.Fault(fault);
    }

    [Fact]
    public void An_ongoing_load_without_a_committed_watermark_says_what_to_do()
    {
        using ProjectFolder project = Items("Watermark = 'changed'");
        project.Run("Invoke-EtlJob items -Load Ongoing").Fault("WatermarkMissing");
        Assert.False(project.HasSchema);
    }

    private ProjectFolder Items(string more, string mode = "Append")
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE items (id INT, changed TIMESTAMP); INSERT INTO items VALUES (1, '2026-01-01 00:00:00'), (2, '2026-01-02 00:00:00'), (3, '2026-01-03 00:00:00.123456')");
        project.Job("items", $$"""@{ Mode = '{{mode}}'; Table = '§SCHEMA.items'; {{more}} }""",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.items (id INT, changed TIMESTAMP)",
            "SELECT id, changed FROM items", "SELECT id, changed FROM items WHERE changed > @watermark", "DELETE FROM §SCHEMA.items WHERE changed > @watermark");
        return project;
    }
}
