using System.Globalization;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>What the history says of a table.</summary>
/// <param name="LastLoadAt">When a load was last committed.</param>
/// <param name="LoadsInWeek">Loads of the last seven days.</param>
/// <param name="LastMaintenanceAt">When maintenance last succeeded.</param>
internal sealed record TableActivity(DateTimeOffset? LastLoadAt, int LoadsInWeek, DateTimeOffset? LastMaintenanceAt)
{
    /// <summary>By the target's name in the history; empty when there is no history, or it is not the user's to read.</summary>
    /// <param name="session">The session.</param>
    /// <param name="targets">The names to look for; null for all.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task<IReadOnlyDictionary<string, TableActivity>> ReadAsync(WarehouseSession session, IReadOnlyCollection<string>? targets, CancellationToken cancel)
    {
        if (!await HistoryTable.Run.ExistsAsync(session, cancel))
        {
            return new Dictionary<string, TableActivity>();
        }

        string which = targets is null ? "" : $" AND target IN ({string.Join(", ", targets.Select(target => SqlLiteral.Text(target, SqlDialect.Redshift)))})";
        const string isLoad = "load IN ('Initial', 'Ongoing')";
        try
        {
            List<object?[]> rows = await session.QueryAsync(
                $"SELECT target, MAX(CASE WHEN {isLoad} THEN ended_at END), SUM(CASE WHEN {isLoad} AND ended_at > GETDATE() - INTERVAL '7 days' THEN 1 ELSE 0 END)::bigint,"
                + $" MAX(CASE WHEN load = '{RunKind.Maintenance}' THEN ended_at END) FROM {History.TableOf(session.Target)} WHERE status = 'Succeeded'{which} GROUP BY target",
                [], cancel);
            return rows.Where(row => row[0] is string).ToDictionary(
                row => (string)row[0]!,
                row => new TableActivity(Time(row[1]), Convert.ToInt32(row[2], CultureInfo.InvariantCulture), Time(row[3])),
                StringComparer.Ordinal);
        }
        catch (EtlException e) when (e.Fault == Fault.SqlDenied)
        {
            return new Dictionary<string, TableActivity>();
        }
    }

    /// <summary>What two names of one table have seen.</summary>
    public static TableActivity? Join(TableActivity? one, TableActivity? other) => one is null ? other : other is null ? one
        : new TableActivity(Later(one.LastLoadAt, other.LastLoadAt), one.LoadsInWeek + other.LoadsInWeek, Later(one.LastMaintenanceAt, other.LastMaintenanceAt));

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private static DateTimeOffset? Time(object? value) => value is DateTime time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : null;
}
