using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Maintain;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Schedule;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine;

/// <summary>One run of a job, and how far it has come.</summary>
internal sealed class JobRun(EtlJob definition, RunOptions options, IProgress<EtlEvent> progress)
{
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private readonly Retry _retry = new(definition.Retries, progress);
    private EtlJob _job = definition;
    private string _runId = RunId.New();
    private LoadRequest? _request;
    private StageRecord? _record;
    private EtlExport? _export;
    private EtlLoad? _result;
    private string? _maintenance;
    private bool _isStaged;

    private JobKey Key => new(_job.Name, _job.Table);

    /// <summary>Plans, extracts, loads and cleans up.</summary>
    public async Task ExecuteAsync(CancellationToken cancel)
    {
        S3Connection stage = _job.Stage ?? throw Planner.Missing(_job, "Stage", "S3");
        Become(_runId);
        await using Lease lease = await LeaseAsync(cancel);
        await RefuseDoneAsync(cancel);
        EtlPlan plan = await _retry.RunAsync("Plan", stop => Planner.PlanAsync(_job, options.Load, options.IsForced, _runId, _startedAt, progress, stop), cancel);
        _request = plan.Request;
        await _retry.RunAsync("Check", async stop =>
        {
            await Loader.CheckAsync(plan.Request, plan.Columns, progress, stop);
            return true;
        }, cancel);
        _request = _request with { PlanDuration = DateTimeOffset.UtcNow - _startedAt };
        _record = Describe(_request, null);
        _export = await _retry.RunAsync("Extract", stop => ExtractAsync(plan, stage, stop), cancel);
        CheckRows(_export);
        _request = _request with { Watermark = Next(_request.Watermark, _export) };
        _record = Describe(_request, _export);
        EtlStage staged = await _retry.RunAsync("Stage", stop => StageAsync(plan, stage, stop), cancel);
        _isStaged = true;
        await LoadAsync(staged, cancel);
    }

    /// <summary>Loads what an earlier run has staged.</summary>
    public async Task ResumeAsync(string? runId, CancellationToken cancel)
    {
        S3Connection stage = _job.Stage ?? throw Planner.Missing(_job, "Stage", "S3");
        RedshiftConnection warehouse = _job.Warehouse ?? throw Planner.Missing(_job, "Warehouse", "Redshift");
        await using Lease lease = await LeaseAsync(cancel);
        EtlStagedRun staged = await FindAsync(stage, warehouse, runId, cancel);
        StageRecord record = staged.Record!;
        Become(record.RunId);
        warehouse = _job.Warehouse!;
        Planner.JobFiles files = Planner.JobFiles.Read(_job);
        EtlParameter[] parameters = record.Parameters.Select(parameter => parameter.ToParameter()).ToArray();
        _request = new LoadRequest
        {
            RunId = record.RunId,
            Job = _job.Name,
            Load = record.Load,
            Mode = record.Mode,
            Merge = record.Mode == LoadMode.Merge ? _job.Merge ?? throw LoadScript.NoKey(_job.Name) : null,
            Drift = _job.SchemaDrift,
            Warehouse = warehouse,
            Table = _job.Table,
            Source = record.Source,
            Create = record.Load == LoadKind.Initial ? files.Create : null,
            Delete = record.Load == LoadKind.Ongoing && record.Mode == LoadMode.Overwrite ? files.Delete : null,
            Parameters = parameters,
            IsForced = options.IsForced,
            Sequence = record.Sequence,
            Watermark = record.Watermark,
            MaxDeletePercent = _job.Guards.MaxDeletePercent,
            SqlHashes = record.SqlHashes,
            StartedAt = _startedAt,
            PlanDuration = DateTimeOffset.UtcNow - _startedAt,
        };
        await RefuseSupersededAsync(warehouse, record, cancel);
        _record = record;
        _export = record.Export!;
        _isStaged = true;
        progress.Report(new VerboseEvent(string.Create(CultureInfo.InvariantCulture,
            $"Job '{_job.Name}': {_export.RowsWritten:N0} rows that run {record.RunId} staged on {record.Host} at {record.StartedAt:yyyy-MM-dd HH:mm:ss}.")));
        EtlStage stageOfRun = await _retry.RunAsync("Stage", stop => Stager.SendAsync(_export, stage, staged.KeyPrefix, progress, stop), cancel);
        await LoadAsync(stageOfRun, cancel);
    }

    /// <summary>The run's row for the history, as far as it is known.</summary>
    public EtlRun Describe(RunStatus status, string? error)
    {
        if (_result is { } result && status == RunStatus.Succeeded)
        {
            return result.Run with { Result = result, StartedAt = _startedAt, EndedAt = DateTimeOffset.UtcNow, Maintenance = _maintenance };
        }

        if (_request is { } request)
        {
            return EtlRun.Of(request, _export, status) with
            {
                StartedAt = _startedAt,
                Error = error,
                Sequence = null,
                WatermarkAfter = null,
                Manifest = _isStaged ? $"s3://{_job.Stage!.Bucket}/{KeyPrefix}{StageKeys.ManifestName}" : null,
            };
        }

        return new EtlRun
        {
            RunId = _runId,
            Job = _job.Name,
            Load = options.Load switch { LoadKind.Initial => RunKind.Initial, LoadKind.Ongoing => RunKind.Ongoing, _ => RunKind.Undecided },
            Mode = _job.Mode,
            Status = status,
            Source = _job.Source.Name,
            Table = _job.Table.ToString(),
            StartedAt = _startedAt,
            EndedAt = DateTimeOffset.UtcNow,
            Error = error,
        };
    }

    /// <summary>After a run that did not succeed: what is staged is kept or removed as the job says, and the history gets its row. The error matters more than either.</summary>
    public async Task CleanUpAsync(EtlRun run, bool isRecorded, TimeSpan time)
    {
        using var limit = new CancellationTokenSource(time);
        Task record = !isRecorded || _job.Warehouse is null ? Task.CompletedTask : RunHistory.TryInsertAsync(_job.Warehouse, run, progress, limit.Token);
        try
        {
            // Nobody knows yet whether the rows are there, so what was staged may still be wanted.
            if (_record is not null && run.Status != RunStatus.Unknown)
            {
                await StagedRuns.CleanAsync(_job, _record, hasCommitted: false, progress, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            progress.Report(new VerboseEvent("There was no time to clean up the stage; the next run of the job does."));
        }

        await record;
    }

    private string KeyPrefix => StageKeys.Prefix(_job.Stage!, _job.Name, _record!.StartedAt, _runId);

    /// <summary>Takes the run's id; from here on every statement on the warehouse carries it.</summary>
    private void Become(string runId)
    {
        _runId = runId;
        _job = _job with { Warehouse = _job.Warehouse is { } warehouse ? warehouse with { Session = _job.Session.For(_job.Name, runId) } : null };
    }

    private async Task<Lease> LeaseAsync(CancellationToken cancel)
    {
        RedshiftConnection warehouse = _job.Warehouse ?? throw Planner.Missing(_job, "Warehouse", "Redshift");
        return await _retry.RunAsync("Lease", stop => Lease.AcquireAsync(warehouse, Key, _runId, options.Waits, progress, stop), cancel);
    }

    private async Task<EtlExport> ExtractAsync(EtlPlan plan, S3Connection stage, CancellationToken cancel)
    {
        // Before the first part, so that a run that is killed leaves word of whose parts these are.
        await StagedRuns.DescribeAsync(stage, plan.KeyPrefix, _record!, cancel);
        using var parts = new S3Parts(stage, plan.KeyPrefix);
        return await Exporter.ExportAsync(_job.Source, _job.Ask(plan.Query, plan.Parameters), plan.ExportOptions, parts, progress, cancel);
    }

    private async Task<EtlStage> StageAsync(EtlPlan plan, S3Connection stage, CancellationToken cancel)
    {
        await StagedRuns.DescribeAsync(stage, plan.KeyPrefix, _record!, cancel);
        return await Stager.SendAsync(_export!, stage, plan.KeyPrefix, progress, cancel);
    }

    private async Task LoadAsync(EtlStage staged, CancellationToken cancel)
    {
        if (staged.Export.RowsRead == 0)
        {
            progress.Report(new WarningEvent($"Job '{_job.Name}': the query returned no rows, so nothing is added to {_job.Table}."));
        }

        _result = await Loader.LoadAsync(_request!, staged, stop => CopyAuthorizations.ForAsync(_request!.Warehouse, staged.Stage, stop), _retry, progress, cancel);
        try
        {
            await StagedRuns.CleanAsync(_job, _record!, hasCommitted: true, progress, cancel);
        }
        catch (OperationCanceledException)
        {
            // It is committed: a stop comes too late to be one.
            progress.Report(new VerboseEvent("There was no time to clean up the stage; the next run of the job does."));
        }

        await MaintainAsync(cancel);
    }

    /// <summary>After the commit: the run has succeeded whatever becomes of it.</summary>
    private async Task MaintainAsync(CancellationToken cancel)
    {
        if (_job.MaintenanceMethod == MaintenanceMethod.None)
        {
            return;
        }

        try
        {
            EtlMaintenance done = await TableMaintenance.RunAsync(_job.Warehouse!, _job.Table, _job.MaintenanceRequest, _retry, progress, cancel);
            _maintenance = done.Action == MaintenanceAction.None ? null : $"{done.Action}{(done.IsAnalyzed ? ", Analyze" : "")}";
        }
        catch (Exception e) when (e is EtlException or OperationCanceledException)
        {
            _maintenance = $"Failed: {e.Message}";
            progress.Report(new WarningEvent($"Job '{_job.Name}' has loaded {_job.Table}, but its maintenance {(e is OperationCanceledException ? "was stopped" : $"failed: {e.Message}")}"));
        }
    }

    private void CheckRows(EtlExport export)
    {
        if (export.RowsRead < _job.Guards.MinRows)
        {
            throw new EtlException(Fault.GuardFailed, string.Create(CultureInfo.InvariantCulture,
                $"The query of job '{_job.Name}' gave {export.RowsRead:N0} rows, fewer than the job's MinRows of {_job.Guards.MinRows:N0}."), _job.Name);
        }

        if (_job.Watermark is { } watermark && export.Repairs.FirstOrDefault(repair => repair.Column.Equals(watermark.Column, StringComparison.OrdinalIgnoreCase)) is { } repaired)
        {
            throw new EtlException(Fault.WatermarkInvalid, $"Values of the watermark column '{watermark.Column}' of job '{_job.Name}' were changed by the job's ValueRule ({repaired}), so the next load would not go on where this one ends.",
                watermark.Column, null, "Round it in the query, or name another watermark column.");
        }

        if (export.WatermarkNulls > 0)
        {
            progress.Report(new WarningEvent(string.Create(CultureInfo.InvariantCulture,
                $"Job '{_job.Name}': {export.WatermarkNulls:N0} rows have no value in the watermark column '{_job.Watermark!.Column}'; an ongoing load that selects by it does not see them change.")));
        }
    }

    /// <summary>The watermark goes on, never back: a lag re-reads rows that are older.</summary>
    private WatermarkStep? Next(WatermarkStep? step, EtlExport export)
    {
        if (step is null)
        {
            return null;
        }

        WatermarkValue? after = (step.Before, export.Watermark) switch
        {
            (null, var read) => read,
            (var before, null) => before,
            var (before, read) => WatermarkTracker.Greater(read, before) ?? throw new EtlException(Fault.WatermarkInvalid,
                $"The watermark column '{step.Column}' of job '{_job.Name}' is of type {read.Type} now, but the last committed watermark '{before.Text}' is of type {before.Type}.",
                step.Column, null, "Run the job with -Load Initial, or give a start of the new type with Set-EtlWatermark."),
        };
        return step with { After = after, Nulls = export.WatermarkNulls };
    }

    private StageRecord Describe(LoadRequest request, EtlExport? export) => new()
    {
        RunId = _runId,
        Job = _job.Name,
        Load = request.Load,
        Mode = request.Mode,
        Table = request.Table.ToString(),
        Warehouse = request.Warehouse.Target,
        Source = request.Source,
        StartedAt = _startedAt,
        Sequence = request.Sequence,
        Parameters = request.Parameters.Select(StagedParameter.Of).ToArray(),
        SqlHashes = request.SqlHashes,
        Watermark = request.Watermark,
        Export = export,
    };

    private async Task<EtlStagedRun> FindAsync(S3Connection stage, RedshiftConnection warehouse, string? runId, CancellationToken cancel)
    {
        IReadOnlyList<EtlStagedRun> runs = await StagedRuns.ListAsync(stage, _job.Name, progress, cancel);
        EtlStagedRun[] fitting = runs.Where(run => run.IsComplete && run.Record is { Export: not null } record
            && record.Table == _job.Table.ToString() && record.Warehouse == warehouse.Target).ToArray();
        EtlStagedRun? found = runId is null ? fitting.LastOrDefault() : fitting.FirstOrDefault(run => run.RunId.Equals(runId, StringComparison.OrdinalIgnoreCase));
        if (found is not null)
        {
            return found;
        }

        bool isPartial = runs.Any(run => run.RunId.Equals(runId, StringComparison.OrdinalIgnoreCase));
        throw new EtlException(Fault.StagedRunNotFound, runId is null
            ? $"Nothing complete is staged for job '{_job.Name}' and {_job.Table}."
            : $"Run {runId} of job '{_job.Name}' {(isPartial ? $"is not staged completely, or not for {_job.Table} on {warehouse.Target}" : "is not staged (any more)")}.", runId ?? _job.Name);
    }

    /// <summary>Of a job that was due: between the look at the history and the lease somebody else may have run it.</summary>
    private async Task RefuseDoneAsync(CancellationToken cancel)
    {
        if (_job.DueSince is { } due && await _retry.RunAsync("Due", stop => JobStates.HasRunSinceAsync(_job.Warehouse!, _job, due, progress, stop), cancel))
        {
            throw new EtlException(Fault.NotDue, string.Create(CultureInfo.InvariantCulture,
                $"Job '{_job.Name}' was due since {due:yyyy-MM-dd HH:mm}, but another run has begun since then."), _job.Name);
        }
    }

    private async Task RefuseSupersededAsync(RedshiftConnection warehouse, StageRecord record, CancellationToken cancel)
    {
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        await History.EnsureAsync(session, cancel);
        if (await History.HasRunAsync(session, record.RunId, _job.Table, cancel))
        {
            throw new EtlException(Fault.AlreadyLoaded, $"Run {record.RunId} is in the history: its rows are in '{_job.Table}' already.", record.RunId);
        }

        JobState state = await History.ReadStateAsync(session, Key, cancel);
        if (state.LastSequence >= record.Sequence)
        {
            throw new EtlException(Fault.RunSuperseded,
                $"Run {record.RunId} of job '{_job.Name}' cannot be resumed: a later run has committed, so the table is no longer what it was made for.", record.RunId);
        }
    }
}
