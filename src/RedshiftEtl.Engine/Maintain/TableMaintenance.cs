using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>How maintenance is to be done.</summary>
public sealed record MaintenanceRequest
{
    /// <summary>What may be done.</summary>
    public MaintenanceMethod Method { get; init; }

    /// <summary>How often the table is loaded.</summary>
    public MaintenancePace Pace { get; init; }

    /// <summary>From when on it is worth it.</summary>
    public MaintenanceThresholds Thresholds { get; init; } = MaintenanceThresholds.Default;

    /// <summary>Whether somebody asks for it now, so that a method that is named is done below the thresholds too.</summary>
    public bool IsAsked { get; init; }

    /// <summary>Whether a deep copy rebuilds bound views instead of refusing.</summary>
    public bool IncludesViews { get; init; }

    /// <summary>The job whose load it follows; null for none.</summary>
    public string? Job { get; init; }

    /// <summary>The mode of that job.</summary>
    public LoadMode Mode { get; init; }
}

/// <summary>Deep copy, VACUUM and ANALYZE of a table: decides, does, looks whether it helped, and records it.</summary>
public static class TableMaintenance
{
    /// <summary>How often VACUUM is tried while another one runs: with the waits in between, about eight minutes.</summary>
    private const int VacuumRetries = 20;

    /// <summary>What would be done; changes nothing.</summary>
    /// <exception cref="EtlException"><see cref="Fault.TableNotFound"/>.</exception>
    public static async Task<EtlMaintenance> PlanAsync(
        RedshiftConnection warehouse, TableName table, MaintenanceRequest request, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        EtlTable before = await FindAsync(session, table, cancel);
        MaintenanceDecision decision = MaintenanceDecision.Decide(before, request.Method, request.Pace, request.Thresholds, request.IsAsked);
        var statements = new List<string>();
        if (decision.Action == MaintenanceAction.DeepCopy)
        {
            try
            {
                DeepCopyPlan plan = await DeepCopy.PlanAsync(session, TableName.Of(before.Schema, before.Name), Options(request), progress, cancel);
                statements.AddRange(plan.Statements);
            }
            catch (EtlException e) when (e.Fault == Fault.DeepCopyRefused && request.Method == MaintenanceMethod.Auto)
            {
                decision = MaintenanceDecision.Decide(before, request.Method, MaintenancePace.MoreOften, request.Thresholds, request.IsAsked);
                decision = decision with { Reasons = [.. decision.Reasons.SkipLast(1), $"A deep copy is refused, so VACUUM: {e.Message}"] };
            }
        }

        statements.AddRange(Statements(before, decision));
        return new EtlMaintenance { Table = before.Table, Action = decision.Action, IsAnalyzed = decision.Analyzes, Reasons = decision.Reasons, Before = before, After = before, Statements = statements, ToPercent = decision.ToPercent };
    }

    /// <summary>Does it.</summary>
    /// <param name="warehouse">The warehouse.</param>
    /// <param name="table">The table.</param>
    /// <param name="request">How.</param>
    /// <param name="retry">How often what may pass (another VACUUM, a conflict) is waited for.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EtlException">The table is as it was, or as far as VACUUM came, which is whole as well; the history says so.</exception>
    public static async Task<EtlMaintenance> RunAsync(
        RedshiftConnection warehouse, TableName table, MaintenanceRequest request, Retry retry, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        EtlMaintenance planned = await retry.RunAsync($"Maintenance of {table}", stop => PlanAsync(warehouse, table, request, progress, stop), cancel);
        foreach (string reason in planned.Reasons)
        {
            progress.Report(new VerboseEvent($"{planned.Table}: {reason}"));
        }

        if (planned.Action == MaintenanceAction.None)
        {
            return planned with { Duration = clock.Elapsed };
        }

        var name = TableName.Of(planned.Before.Schema, planned.Before.Name);
        try
        {
            var sent = new List<string>();
            if (planned.Action == MaintenanceAction.DeepCopy)
            {
                DeepCopyResult copy = await retry.RunAsync($"Deep copy of {name}", stop => DeepCopy.RunAsync(warehouse, name, Options(request), progress, stop), cancel);
                sent.AddRange(copy.Statements);
            }

            foreach (string statement in Statements(planned.Before, planned.Action, planned.IsAnalyzed, planned.ToPercent))
            {
                // A session each: VACUUM goes alone, in no transaction (fact sheet 5).
                Retry patience = statement.StartsWith("VACUUM", StringComparison.Ordinal) ? new Retry(VacuumRetries, progress) : retry;
                await patience.RunAsync(statement, stop => ExecuteAsync(warehouse, statement, progress, stop), cancel);
                sent.Add(statement);
            }

            EtlTable after = await retry.RunAsync($"Maintenance of {name}", stop => LookAsync(warehouse, name, progress, stop), cancel);
            WarnIfVain(planned, after, progress);
            EtlMaintenance done = planned with { After = after, Statements = sent, Duration = clock.Elapsed };
            await RecordAsync(warehouse, request, done, startedAt, progress, cancel);
            progress.Report(new MilestoneEvent("Maintained", string.Create(CultureInfo.InvariantCulture, $"{done.Table}: {done.Action}{(done.IsAnalyzed ? ", ANALYZE" : "")} in {clock.Elapsed.TotalSeconds:N1} s.")));
            return done;
        }
        catch (Exception e) when (e is EtlException or OperationCanceledException)
        {
            RunStatus status = e is OperationCanceledException || ((EtlException)e).Fault == Fault.Stopped ? RunStatus.Stopped : RunStatus.Failed;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await RecordAsync(warehouse, request, planned with { Status = status, Error = e.Message, Duration = clock.Elapsed }, startedAt, progress, limit.Token);
            throw;
        }
    }

    private static DeepCopyOptions Options(MaintenanceRequest request) => new() { IncludeViews = request.IncludesViews };

    private static IEnumerable<string> Statements(EtlTable table, MaintenanceDecision decision) => Statements(table, decision.Action, decision.Analyzes, decision.ToPercent);

    /// <summary>The statements after or instead of a deep copy (fact sheet 5).</summary>
    internal static IEnumerable<string> Statements(EtlTable table, MaintenanceAction action, bool analyzes, int? toPercent)
    {
        string name = TableName.Of(table.Schema, table.Name).Sql;
        string to = toPercent is { } percent ? string.Create(CultureInfo.InvariantCulture, $" TO {percent} PERCENT") : "";
        string? vacuum = action switch
        {
            MaintenanceAction.VacuumFull => $"VACUUM FULL {name}{to}",
            MaintenanceAction.VacuumSortOnly => $"VACUUM SORT ONLY {name}{to}",
            MaintenanceAction.VacuumDeleteOnly => $"VACUUM DELETE ONLY {name}{to}",
            MaintenanceAction.VacuumRecluster => $"VACUUM RECLUSTER {name}",
            MaintenanceAction.VacuumReindex => $"VACUUM REINDEX {name}",
            _ => null,
        };
        if (vacuum is not null)
        {
            yield return vacuum;
        }

        if (analyzes)
        {
            // A copy is a table of which no column has been used yet, so that all have to be looked at.
            yield return action == MaintenanceAction.DeepCopy ? $"ANALYZE {name}" : $"ANALYZE {name} PREDICATE COLUMNS";
        }
    }

    /// <summary>Without the right to it VACUUM may end well and have done nothing (fact sheet 5), so its effect is looked at.</summary>
    private static void WarnIfVain(EtlMaintenance planned, EtlTable after, IProgress<EtlEvent> progress)
    {
        EtlTable before = planned.Before;
        bool sorts = planned.Action is MaintenanceAction.VacuumFull or MaintenanceAction.VacuumSortOnly or MaintenanceAction.VacuumRecluster or MaintenanceAction.VacuumReindex or MaintenanceAction.DeepCopy;
        bool reclaims = planned.Action is MaintenanceAction.VacuumFull or MaintenanceAction.VacuumDeleteOnly or MaintenanceAction.DeepCopy;
        if (sorts && before.UnsortedPercent > 0 && after.UnsortedPercent >= before.UnsortedPercent || reclaims && before.DeletedPercent > 0 && after.DeletedPercent >= before.DeletedPercent)
        {
            progress.Report(new WarningEvent(string.Create(CultureInfo.InvariantCulture,
                $"{planned.Table}: {planned.Action} has changed nothing ({after.UnsortedPercent:0.#} % unsorted, {after.DeletedPercent:0.#} % deleted): the user may lack the right to it, or old transactions still see the rows.")));
        }
    }

    private static async Task<EtlTable> FindAsync(WarehouseSession session, TableName table, CancellationToken cancel) =>
        await TableCatalog.FindAsync(session, table, cancel)
        ?? throw new EtlException(Fault.TableNotFound, $"Table '{table}' does not exist on '{session.Target.Name}', or the user may not see it.", table.ToString());

    private static async Task<EtlTable> LookAsync(RedshiftConnection warehouse, TableName table, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        return await FindAsync(session, table, cancel);
    }

    private static async Task<bool> ExecuteAsync(RedshiftConnection warehouse, string statement, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        await session.ExecuteAsync(statement, [], cancel);
        return true;
    }

    private static async Task RecordAsync(
        RedshiftConnection warehouse, MaintenanceRequest request, EtlMaintenance maintenance, DateTimeOffset startedAt, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        var run = new EtlRun
        {
            RunId = Plan.RunId.New(),
            Job = request.Job ?? maintenance.Before.Table,
            Load = RunKind.Maintenance,
            Mode = request.Mode,
            Status = maintenance.Status,
            Source = "",
            Table = TableName.Of(maintenance.Before.Schema, maintenance.Before.Name).ToString(),
            StartedAt = startedAt,
            EndedAt = DateTimeOffset.UtcNow,
            Maintenance = $"{maintenance.Action}{(maintenance.IsAnalyzed ? ", Analyze" : "")}: {string.Join(' ', maintenance.Reasons)}",
            Error = maintenance.Error,
        };
        await RunHistory.TryInsertAsync(warehouse, run, progress, cancel);
    }
}
