using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>What is done for a table.</summary>
public enum MaintenanceMethod
{
    /// <summary>A deep copy for a table that is loaded daily or less often, VACUUM for one that is loaded more often, and ANALYZE; each when it is worth it.</summary>
    Auto,

    /// <summary>A deep copy.</summary>
    DeepCopy,

    /// <summary>VACUUM in the variant that the table needs.</summary>
    Vacuum,

    /// <summary>Only ANALYZE.</summary>
    Analyze,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>How often a table is loaded, which is what Auto goes by.</summary>
public enum MaintenancePace
{
    /// <summary>As the history says: the loads of the last seven days.</summary>
    Auto,

    /// <summary>Once a day or less often.</summary>
    DailyOrLess,

    /// <summary>More often than once a day.</summary>
    MoreOften,
}

/// <summary>From when on maintenance is worth it: the one table of thresholds, after AWS's own rules of thumb (fact sheet 5). A project or a job may say others.</summary>
public sealed record MaintenanceThresholds
{
    private static readonly string[] s_methods = Enum.GetNames<MaintenanceMethod>();

    /// <summary>The defaults.</summary>
    public static MaintenanceThresholds Default { get; } = new();

    /// <summary>Smaller tables are left alone: a few blocks are read whole, sorted or not. Rows, from 0.</summary>
    public long MinRows { get; init; } = 10_000;

    /// <summary>Unsorted rows from this share on, 0 to 100: below 5 % VACUUM skips by itself.</summary>
    public int UnsortedPercent { get; init; } = 5;

    /// <summary>Deleted rows from this share on, 0 to 100: below 5 % VACUUM leaves them.</summary>
    public int DeletedPercent { get; init; } = 5;

    /// <summary>Sorting must gain at least this, 0 to 100, as Redshift estimates it.</summary>
    public int SortBenefitPercent { get; init; } = 5;

    /// <summary>Statistics are stale from this on, 0 to 100.</summary>
    public int StatisticsOffPercent { get; init; } = 10;

    /// <summary>Larger tables are vacuumed and not copied: a copy needs the space twice. Gigabytes, from 1.</summary>
    public int LargestDeepCopyGigabytes { get; init; } = 700;

    /// <summary>Tables from this size on are sorted by RECLUSTER, which leaves the sorted region alone. Gigabytes, from 1.</summary>
    public int ReclusterGigabytes { get; init; } = 100;

    /// <summary>Reads <c>Maintenance</c> of a job or a project: a method's name, or a table with Method and thresholds.</summary>
    internal static (MaintenanceMethod Method, MaintenanceThresholds Thresholds)? Read(DefinitionReader owner, string subject, List<DefinitionMistake> mistakes)
    {
        if (owner.Value("Maintenance") is not Definition)
        {
            return owner.Choice("Maintenance", s_methods) is { } name ? (Enum.Parse<MaintenanceMethod>(name), Default) : null;
        }

        var reader = new DefinitionReader(owner.Table("Maintenance")!, $"Maintenance of {subject}", mistakes);
        MaintenanceMethod method = reader.Choice<MaintenanceMethod>("Method") ?? MaintenanceMethod.Auto;
        var thresholds = new MaintenanceThresholds
        {
            MinRows = reader.Long("MinRows", 0, long.MaxValue) ?? Default.MinRows,
            UnsortedPercent = reader.Integer("UnsortedPercent", 0, 100) ?? Default.UnsortedPercent,
            DeletedPercent = reader.Integer("DeletedPercent", 0, 100) ?? Default.DeletedPercent,
            SortBenefitPercent = reader.Integer("SortBenefitPercent", 0, 100) ?? Default.SortBenefitPercent,
            StatisticsOffPercent = reader.Integer("StatisticsOffPercent", 0, 100) ?? Default.StatisticsOffPercent,
            LargestDeepCopyGigabytes = reader.Integer("LargestDeepCopyGigabytes", 1, int.MaxValue) ?? Default.LargestDeepCopyGigabytes,
            ReclusterGigabytes = reader.Integer("ReclusterGigabytes", 1, int.MaxValue) ?? Default.ReclusterGigabytes,
        };
        reader.RefuseUnknown();
        return (method, thresholds);
    }
}
