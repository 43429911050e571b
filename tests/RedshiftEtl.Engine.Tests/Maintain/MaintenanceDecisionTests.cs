using RedshiftEtl.Engine.Maintain;

namespace RedshiftEtl.Engine.Tests.Maintain;

/// <summary>The thresholds of redshift-facts 5.</summary>
public class MaintenanceDecisionTests
{
    [Theory]
    // rows, MB, unsorted %, benefit %, deleted %, stale %, key, loads a week, pace: what is done, and whether ANALYZE follows
    [InlineData(9_999, 1, 90, 90, 90, 100, "id", 0, "Auto", "None", false)]
    [InlineData(10_000, 1, 5, 50, 0, 0, "id", 7, "Auto", "DeepCopy", true)]
    [InlineData(10_000, 1, 4, 50, 4, 0, "id", 7, "Auto", "None", false)]
    [InlineData(10_000, 1, 4, 50, 4, 10, "id", 7, "Auto", "Analyze", true)]
    [InlineData(10_000, 1, 0, 0, 5, 9, "id", 7, "Auto", "DeepCopy", true)]
    [InlineData(10_000, 1, 50, 4, 0, 0, "id", 7, "Auto", "None", false)]
    [InlineData(10_000, 1, 50, 50, 50, 0, "id", 8, "Auto", "VacuumFull", false)]
    [InlineData(10_000, 1, 50, 50, 0, 10, "id", 8, "Auto", "VacuumSortOnly", true)]
    [InlineData(10_000, 1, 0, 0, 5, 0, "id", 0, "MoreOften", "VacuumDeleteOnly", false)]
    [InlineData(10_000, 1, 50, 50, 0, 0, "INTERLEAVED", 0, "MoreOften", "VacuumReindex", false)]
    [InlineData(10_000, 102_400, 50, 50, 0, 0, "id", 0, "MoreOften", "VacuumRecluster", false)]
    [InlineData(10_000, 716_801, 50, 50, 0, 0, "id", 0, "DailyOrLess", "VacuumRecluster", false)]
    [InlineData(10_000, 716_800, 50, 50, 0, 0, "id", 99, "DailyOrLess", "DeepCopy", true)]
    public void Auto_goes_by_the_thresholds_and_the_pace(
        long rows, long megabytes, int unsorted, int benefit, int deleted, int stale, string key, int loads, string pace, string action, bool analyzes)
    {
        EtlTable table = Table(rows, megabytes, unsorted, benefit, deleted, stale, key, loads);
        var decision = MaintenanceDecision.Decide(table, MaintenanceMethod.Auto, Enum.Parse<MaintenancePace>(pace), MaintenanceThresholds.Default, isAsked: true);
        Assert.Equal(Enum.Parse<MaintenanceAction>(action), decision.Action);
        Assert.Equal(analyzes, decision.Analyzes);
        Assert.NotEmpty(decision.Reasons);
    }

    [Theory]
    [InlineData("DeepCopy", true, "DeepCopy")]
    [InlineData("DeepCopy", false, "None")]
    [InlineData("Vacuum", true, "VacuumFull")]
    [InlineData("Vacuum", false, "None")]
    [InlineData("Analyze", true, "Analyze")]
    [InlineData("Analyze", false, "None")]
    [InlineData("None", true, "None")]
    public void A_method_that_is_asked_for_is_done_also_when_it_is_hardly_worth_it(string method, bool isAsked, string action) =>
        Assert.Equal(Enum.Parse<MaintenanceAction>(action),
            MaintenanceDecision.Decide(Table(1, 1, 0, 0, 0, 0, "id", 0), Enum.Parse<MaintenanceMethod>(method), MaintenancePace.Auto, MaintenanceThresholds.Default, isAsked).Action);

    [Fact]
    public void What_SVV_TABLE_INFO_does_not_tell_is_left_alone()
    {
        var table = new EtlTable { Warehouse = "dw", Schema = "s", Name = "t", Id = 1 };
        var decision = MaintenanceDecision.Decide(table, MaintenanceMethod.DeepCopy, MaintenancePace.Auto, MaintenanceThresholds.Default, isAsked: true);
        Assert.Equal(MaintenanceAction.None, decision.Action);
        Assert.Contains("GRANT SELECT ON svv_table_info", decision.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Thresholds_below_its_own_make_VACUUM_go_further()
    {
        MaintenanceThresholds strict = MaintenanceThresholds.Default with { DeletedPercent = 2 };
        EtlTable table = Table(10_000, 1, 0, 0, 3, 0, "id", 99);
        var decision = MaintenanceDecision.Decide(table, MaintenanceMethod.Auto, MaintenancePace.Auto, strict, isAsked: false);
        Assert.Equal(98, decision.ToPercent);
        Assert.Equal(["VACUUM DELETE ONLY \"s\".\"it's \"\"t\"\"\" TO 98 PERCENT"], TableMaintenance.Statements(table with { Name = "it's \"t\"" }, decision.Action, false, decision.ToPercent));
    }

    [Fact]
    public void The_columns_of_a_key_are_read_from_its_definition() =>
        Assert.Equal(["a", "b c", "d,\"e\""], TableCatalog.KeyColumns("PRIMARY KEY (a, \"b c\", \"d,\"\"e\"\"\")"));

    private static EtlTable Table(long rows, long megabytes, int unsorted, int benefit, int deleted, int stale, string key, int loads) => new()
    {
        Warehouse = "dw", Schema = "s", Name = "t", Id = 1, Rows = rows, SizeMegabytes = megabytes, UnsortedPercent = unsorted, SortBenefitPercent = benefit,
        DeletedPercent = deleted, StatisticsOffPercent = stale, SortKey = key, LoadsInWeek = loads,
    };
}
