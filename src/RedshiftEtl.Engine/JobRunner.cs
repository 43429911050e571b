using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine;

/// <summary>The whole street: plan, extract straight to S3, load, record. It composes the same functions that the step cmdlets call.</summary>
public static class JobRunner
{
    /// <summary>Runs a job once.</summary>
    /// <returns>The run, whatever its end, and the error of one that did not succeed.</returns>
    public static async Task<(EtlRun Run, EtlException? Error)> RunAsync(
        EtlJob job, LoadKind load, bool isForced, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        EtlPlan? plan = null;
        try
        {
            plan = await Planner.PlanAsync(job, load, isForced, startedAt, progress, cancel);
            await Loader.CheckAsync(plan.Request, plan.Columns, progress, cancel);
            EtlLoad result = await RunAsync(plan, progress, cancel);
            return (Describe(job, plan, load, startedAt, RunStatus.Succeeded, result, null), null);
        }
        catch (EtlException e)
        {
            RunStatus status = e.Fault == Fault.Stopped ? RunStatus.Stopped : RunStatus.Failed;
            EtlRun run = Describe(job, plan, load, startedAt, status, null, e.Message);
            if (plan is not null)
            {
                await RecordFailureAsync(plan.Request.Warehouse, run, progress);
            }

            return (run, e);
        }
        catch (OperationCanceledException) when (plan is not null)
        {
            await RecordFailureAsync(
                plan.Request.Warehouse, Describe(job, plan, load, startedAt, RunStatus.Stopped, null, "Stopped by the user."), progress);
            throw;
        }
    }

    private static async Task<EtlLoad> RunAsync(EtlPlan plan, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        EtlJob job = plan.Job;
        using var parts = new S3Parts(plan.Stage, plan.KeyPrefix);
        EtlExport export = await Exporter.ExportAsync(job.Source, job.Ask(plan.Query, plan.Parameters), plan.ExportOptions, parts, progress, cancel);
        EtlStage stage = await Stager.SendAsync(export, plan.Stage, plan.KeyPrefix, progress, cancel);
        if (export.RowsRead == 0)
        {
            progress.Report(new WarningEvent($"Job '{job.Name}': the query returned no rows, so nothing is added to {job.Table}."));
        }

        CopyAuthorization authorization = await CopyAuthorizations.ForAsync(plan.Request.Warehouse, plan.Stage, cancel);
        return await Loader.LoadAsync(plan.Request, stage, authorization, progress, cancel);
    }

    private static EtlRun Describe(
        EtlJob job, EtlPlan? plan, LoadKind load, DateTimeOffset startedAt, RunStatus status, EtlLoad? result, string? error) => new()
        {
            RunId = plan?.RunId ?? RunId.New(),
            Job = job.Name,
            Load = plan?.Load ?? load,
            Mode = job.Mode,
            Status = status,
            Source = job.Source.Name,
            Table = job.Table.ToString(),
            RowsRead = result?.Stage.Export.RowsRead ?? 0,
            RowsWritten = result?.Stage.Export.RowsWritten ?? 0,
            RowsLoaded = result?.RowsLoaded ?? 0,
            RowsDeleted = result?.RowsDeleted ?? 0,
            CsvBytes = result?.Stage.Export.CsvBytes ?? 0,
            StagedBytes = result?.Stage.Export.Bytes ?? 0,
            PartCount = result?.Stage.Parts.Count ?? 0,
            Manifest = result?.Stage.ManifestUrl,
            Parameters = plan is null ? "" : string.Join("; ", plan.Parameters),
            StartedAt = startedAt,
            EndedAt = DateTimeOffset.UtcNow,
            ExtractDuration = result?.Stage.Export.Duration ?? TimeSpan.Zero,
            LoadDuration = result?.Duration ?? TimeSpan.Zero,
            Error = error,
            Result = result,
        };

    /// <summary>Writes a run that did not succeed into the history by itself, if the warehouse answers soon: the error matters more than its record.</summary>
    private static async Task RecordFailureAsync(RedshiftConnection warehouse, EtlRun run, IProgress<EtlEvent> progress)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(run.Status == RunStatus.Stopped ? 1 : 10));
        try
        {
            await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, limit.Token);
            await History.EnsureAsync(session, limit.Token);
            (string sql, IReadOnlyList<EtlParameter> values) = History.Insert(warehouse, run);
            await session.ExecuteAsync(sql, values, limit.Token);
        }
        catch (Exception e) when (e is EtlException or OperationCanceledException)
        {
            progress.Report(new VerboseEvent($"The run could not be written into the history: {e.Message}"));
        }
    }
}
