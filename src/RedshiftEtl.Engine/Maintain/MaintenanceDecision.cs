using System.Globalization;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>What maintenance a table gets.</summary>
public enum MaintenanceAction
{
    /// <summary>None.</summary>
    None,

    /// <summary>A deep copy.</summary>
    DeepCopy,

    /// <summary>VACUUM FULL: sorts and reclaims.</summary>
    VacuumFull,

    /// <summary>VACUUM SORT ONLY.</summary>
    VacuumSortOnly,

    /// <summary>VACUUM DELETE ONLY.</summary>
    VacuumDeleteOnly,

    /// <summary>VACUUM RECLUSTER: sorts the unsorted part only.</summary>
    VacuumRecluster,

    /// <summary>VACUUM REINDEX, for an interleaved sort key.</summary>
    VacuumReindex,

    /// <summary>Only ANALYZE.</summary>
    Analyze,
}

/// <summary>A decision with its reasons. Pure: the same table and options give the same.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Analyzes">Whether ANALYZE follows, or is all there is.</param>
/// <param name="Reasons">Why, and why what was left out is: sentences with the numbers.</param>
public sealed record MaintenanceDecision(MaintenanceAction Action, bool Analyzes, IReadOnlyList<string> Reasons)
{
    /// <summary>For VACUUM: the share of rows to be sorted and live, 0 to 100; null for Redshift's 95.</summary>
    public int? ToPercent { get; init; }

    /// <summary>Decides.</summary>
    /// <param name="table">The table.</param>
    /// <param name="method">What may be done.</param>
    /// <param name="pace">How often it is loaded.</param>
    /// <param name="thresholds">From when on it is worth it.</param>
    /// <param name="isAsked">Whether somebody asks for this method now, so that it is done below the thresholds too; Auto goes by them always.</param>
    public static MaintenanceDecision Decide(EtlTable table, MaintenanceMethod method, MaintenancePace pace, MaintenanceThresholds thresholds, bool isAsked)
    {
        if (method == MaintenanceMethod.None)
        {
            return new(MaintenanceAction.None, false, ["Maintenance is off."]);
        }

        if (!table.IsDescribed)
        {
            return new(MaintenanceAction.None, false, [$"SVV_TABLE_INFO has nothing about {table.Table}: it is empty, or the user may not see it there (GRANT SELECT ON svv_table_info)."]);
        }

        bool forces = isAsked && method != MaintenanceMethod.Auto;
        if (table.Rows < thresholds.MinRows && !forces)
        {
            return new(MaintenanceAction.None, false, [Text($"{table.Rows:N0} rows are fewer than MinRows ({thresholds.MinRows:N0}): too few to matter.")]);
        }

        var reasons = new List<string>();
        bool isUnsorted = IsUnsorted(table, thresholds, reasons);
        bool isDeleted = table.DeletedPercent >= thresholds.DeletedPercent && table.DeletedPercent > 0;
        reasons.Add(Text($"{table.DeletedPercent:0.#} % of the rows are deleted ({Compare(isDeleted)} {thresholds.DeletedPercent} %)."));
        bool isStale = table.StatisticsOffPercent >= thresholds.StatisticsOffPercent && table.StatisticsOffPercent > 0;
        reasons.Add(Text($"Statistics are {table.StatisticsOffPercent:0.#} % off ({Compare(isStale)} {thresholds.StatisticsOffPercent} %)."));
        if (method == MaintenanceMethod.Analyze)
        {
            return new(isStale || forces ? MaintenanceAction.Analyze : MaintenanceAction.None, isStale || forces, reasons);
        }

        bool isWorthIt = isUnsorted || isDeleted;
        if (!isWorthIt && !forces)
        {
            return new(isStale ? MaintenanceAction.Analyze : MaintenanceAction.None, isStale, reasons);
        }

        if (method == MaintenanceMethod.Auto)
        {
            method = Choose(table, pace, thresholds, reasons);
        }

        return method == MaintenanceMethod.DeepCopy
            ? new(MaintenanceAction.DeepCopy, true, reasons)
            : Vacuum(table, thresholds, isUnsorted, isDeleted, isStale, reasons);
    }

    /// <summary>«DeepCopy, Analyze».</summary>
    public override string ToString() => Analyzes && Action != MaintenanceAction.Analyze ? $"{Action}, Analyze" : Action.ToString();

    private static bool IsUnsorted(EtlTable table, MaintenanceThresholds thresholds, List<string> reasons)
    {
        if (table.UnsortedPercent is not { } unsorted)
        {
            reasons.Add("It has no order to keep (no sort key, or DISTSTYLE ALL).");
            return false;
        }

        bool isUnsorted = unsorted >= thresholds.UnsortedPercent && unsorted > 0;
        reasons.Add(Text($"{unsorted:0.#} % of the rows are unsorted ({Compare(isUnsorted)} {thresholds.UnsortedPercent} %)."));
        if (isUnsorted && table.SortBenefitPercent is { } benefit && benefit < thresholds.SortBenefitPercent)
        {
            reasons.Add(Text($"Sorting them would gain {benefit:0.#} %, less than {thresholds.SortBenefitPercent} %: not worth it."));
            return false;
        }

        return isUnsorted;
    }

    private static MaintenanceMethod Choose(EtlTable table, MaintenancePace pace, MaintenanceThresholds thresholds, List<string> reasons)
    {
        bool isOften = pace == MaintenancePace.Auto ? table.LoadsInWeek > 7 : pace == MaintenancePace.MoreOften;
        string why = pace == MaintenancePace.Auto ? Text($"{table.LoadsInWeek} loads in the last 7 days") : "as its schedule says";
        reasons.Add(isOften ? $"It is loaded more often than daily ({why}): VACUUM." : $"It is loaded daily or less often ({why}): deep copy.");
        if (!isOften && table.SizeMegabytes > thresholds.LargestDeepCopyGigabytes * 1024L)
        {
            reasons.Add(Text($"{table.SizeMegabytes / 1024:N0} GB are more than a deep copy should move ({thresholds.LargestDeepCopyGigabytes} GB): VACUUM instead."));
            return MaintenanceMethod.Vacuum;
        }

        return isOften ? MaintenanceMethod.Vacuum : MaintenanceMethod.DeepCopy;
    }

    private static MaintenanceDecision Vacuum(EtlTable table, MaintenanceThresholds thresholds, bool isUnsorted, bool isDeleted, bool isStale, List<string> reasons)
    {
        bool isInterleaved = table.SortKey == "INTERLEAVED";
        MaintenanceAction action = (isUnsorted, isDeleted) switch
        {
            (true, _) when isInterleaved => MaintenanceAction.VacuumReindex,
            (true, false) when table.SizeMegabytes >= thresholds.ReclusterGigabytes * 1024L => MaintenanceAction.VacuumRecluster,
            (true, false) => MaintenanceAction.VacuumSortOnly,
            (false, true) => MaintenanceAction.VacuumDeleteOnly,
            _ => MaintenanceAction.VacuumFull,
        };

        // Below its own 95 % VACUUM would skip what is asked for here.
        int least = Math.Min(isUnsorted ? thresholds.UnsortedPercent : 5, isDeleted ? thresholds.DeletedPercent : 5);
        bool takesPercent = action is MaintenanceAction.VacuumFull or MaintenanceAction.VacuumSortOnly or MaintenanceAction.VacuumDeleteOnly;
        return new(action, isStale, reasons) { ToPercent = takesPercent && least < 5 ? 100 - least : null };
    }

    private static string Compare(bool isAbove) => isAbove ? "not below" : "below";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
