using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine;

/// <content>What is tried on the warehouse, and rolled back.</content>
public sealed partial class JobTest
{
    /// <summary>The table is there or can be made, and takes the columns of every query; the merge's key and condition are seen to as well.</summary>
    private async Task<string> TableAsync(CancellationToken cancel)
    {
        if (_target is null || _queries.Count == 0)
        {
            throw new CheckSkippedException("The warehouse and the queries come first.");
        }

        if (_job.Mode == LoadMode.Append && _target.Exists && !_state.HasInitial)
        {
            await using WarehouseSession session = await OpenAsync(cancel);
            await Loader.RefuseRowsAsync(session, Request(LoadKind.Initial, []), cancel);
        }

        foreach ((LoadKind load, _, IReadOnlyList<EtlParameter> parameters, IReadOnlyList<EtlColumn> columns) in _queries)
        {
            LoadRequest request = Request(load, parameters);
            await RolledBackAsync(
                async session =>
                {
                    TargetTable target = await MakeAsync(session, request, cancel);
                    await Loader.CheckFillAsync(session, request, target, columns, _progress, cancel);
                    return true;
                },
                cancel);
        }

        return _target.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"{_job.Table} has {_target.Columns.Count} columns, and takes those of the {(_queries.Count == 1 ? "query" : "queries")}.")
            : $"{_job.Table} is not there; create.sql makes it, and it takes the columns.";
    }

    private async Task<string> DeleteAsync(CancellationToken cancel)
    {
        if (_job.Mode != LoadMode.Overwrite || _files?.Delete is null)
        {
            throw new CheckSkippedException(_job.Mode == LoadMode.Overwrite ? "The job's files come first." : $"A job in mode {_job.Mode} has no deletes.");
        }

        if (_target is null || !_queries.Exists(query => query.Load == LoadKind.Ongoing))
        {
            throw new CheckSkippedException("The warehouse and the ongoing query come first.");
        }

        LoadRequest request = Request(LoadKind.Ongoing, _queries.Find(query => query.Load == LoadKind.Ongoing).Parameters);
        await RolledBackAsync(
            async session =>
            {
                await MakeAsync(session, request, cancel);
                await Loader.ExplainAsync(session, LoadScript.Prepare(request, tableExists: true), cancel);
                return true;
            },
            cancel);
        return "Redshift has planned the deletes.";
    }

    private async Task<string> PrivilegesAsync(CancellationToken cancel)
    {
        if (_target is null)
        {
            throw new CheckSkippedException("The warehouse comes first.");
        }

        await using WarehouseSession session = await OpenAsync(cancel);
        IReadOnlyList<string> missing = await Privileges.MissingAsync(session, _job, _target, cancel);
        return missing.Count == 0
            ? $"The user may load {_job.Table} and keep the history in schema {session.Target.HistorySchema}."
            : throw new EtlException(Fault.SqlDenied, $"The user of '{session.Target.Name}' lacks rights.", _job.Table.ToString(), null, $"Have an administrator run: {string.Join("; ", missing)}.");
    }

    /// <summary>Stages first rows, and has COPY read them: without loading anything, or into a temporary table.</summary>
    private async Task<string> CopyAsync(int rows, bool isLoaded, CancellationToken cancel)
    {
        if (_target is null || _queries.Count == 0 || _job.Stage is not { } stage)
        {
            throw new CheckSkippedException("The stage, the warehouse and the queries come first.");
        }

        (LoadKind load, SqlText sql, IReadOnlyList<EtlParameter> parameters, _) = _queries[0];
        string prefix = StageKeys.Prefix(stage, "_test", _now, RunId.New());
        using var parts = new S3Parts(stage, prefix);
        try
        {
            var options = new ExportOptions
            {
                RunId = _runId, Compression = _job.Compression, CompressionLevel = _job.CompressionLevel, ParallelParts = 1, SampleRows = rows,
                Dialect = _job.NullMarker is { } marker ? new CsvDialect(marker) : CsvDialect.Default,
            };
            EtlExport export = await Exporter.ExportAsync(_job.Source, _job.Ask(sql, parameters) with { Partition = null }, options, parts, NoProgress.Instance, cancel);
            EtlStage staged = await Stager.SendAsync(export, stage, prefix, NoProgress.Instance, cancel);
            if (staged.ManifestUrl is null)
            {
                throw new CheckSkippedException("The query gives no rows now, so there is nothing that COPY could read.");
            }

            LoadRequest request = Request(load, parameters);
            CopyAuthorization authorization = await CopyAuthorizations.ForAsync(request.Warehouse, stage, cancel);
            long loaded = await RolledBackAsync(
                async session =>
                {
                    TargetTable target = await MakeAsync(session, request, cancel);
                    return await new SampleLoad(session, request, staged, authorization).RunAsync(target, isLoaded, cancel);
                },
                cancel);
            return isLoaded
                ? string.Create(CultureInfo.InvariantCulture, $"{loaded:N0} row(s) were loaded into a temporary table, and rolled back.")
                : string.Create(CultureInfo.InvariantCulture, $"COPY can read the stage{(request.Warehouse.IamRole is { } role ? $" by the role {role}" : "")}, and takes the first {export.RowsWritten:N0} row(s).");
        }
        finally
        {
            using var limit = new CancellationTokenSource(s_cleanUpLimit);
            await RemoveAsync(parts.Store, prefix, limit.Token);
        }
    }

    private async Task RemoveAsync(S3Store store, string prefix, CancellationToken cancel)
    {
        try
        {
            await store.RemoveAsync((await store.ListAsync(prefix, cancel)).Select(found => found.Key));
        }
        catch (Exception e) when (e is EtlException or OperationCanceledException)
        {
            _progress.Report(new WarningEvent($"What was staged for the test stays at {store.Url(prefix)}: {e.Message}"));
        }
    }

    /// <summary>The table as it is, or as create.sql makes it in this transaction.</summary>
    private async Task<TargetTable> MakeAsync(WarehouseSession session, LoadRequest request, CancellationToken cancel)
    {
        if (!_target!.Exists)
        {
            await Loader.ExplainAsync(session, LoadScript.Prepare(request with { Load = LoadKind.Initial }, tableExists: false), cancel);
        }

        return await Loader.CreatedAsync(session, request, _target, cancel);
    }

    private async Task<T> RolledBackAsync<T>(Func<WarehouseSession, Task<T>> work, CancellationToken cancel)
    {
        await using WarehouseSession session = await OpenAsync(cancel);
        await session.ExecuteAsync("BEGIN", [], cancel);
        try
        {
            return await work(session);
        }
        finally
        {
            await session.RollbackQuietlyAsync();
        }
    }

    private Task<WarehouseSession> OpenAsync(CancellationToken cancel) => WarehouseSession.OpenAsync(Warehouse, _progress, cancel);

    private RedshiftConnection Warehouse => (_job.Warehouse ?? throw Planner.Missing(_job, "Warehouse", "Redshift")) with { Session = _job.Session.For(_job.Name, _runId) };

    private LoadRequest Request(LoadKind load, IReadOnlyList<EtlParameter> parameters) => new()
    {
        RunId = _runId,
        Job = _job.Name,
        Load = load,
        Mode = _job.Mode,
        Merge = _job.Merge,
        Drift = _job.SchemaDrift,
        Warehouse = Warehouse,
        Table = _job.Table,
        Source = _job.Source.Name,
        Create = _target!.Exists ? null : _files!.Create,
        Delete = load == LoadKind.Ongoing ? _files!.Delete : null,
        Parameters = parameters,
        IsForced = true,
    };
}
