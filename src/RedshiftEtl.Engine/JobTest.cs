using System.Globalization;
using System.Runtime.CompilerServices;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine;

/// <summary>Looks at everything that a run of a job needs, and changes nothing: what has to be tried on the warehouse is rolled back, what is staged is removed.</summary>
public sealed class JobTest
{
    /// <summary>Rows that COPY's access is tried with.</summary>
    private const int ProbeRows = 10;

    private static readonly TimeSpan s_cleanUpLimit = TimeSpan.FromSeconds(5);

    private readonly EtlJob _job;
    private readonly int? _sample;
    private readonly IProgress<EtlEvent> _progress;
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private readonly string _runId = RunId.New();
    private readonly List<(LoadKind Load, SqlText Sql, IReadOnlyList<EtlParameter> Parameters, IReadOnlyList<EtlColumn> Columns)> _queries = [];
    private Planner.JobFiles? _files;
    private TargetTable? _target;
    private JobState _state = JobState.None;

    private JobTest(EtlJob job, int? sample, IProgress<EtlEvent> progress)
    {
        _job = job;
        _sample = sample;
        _progress = progress;
    }

    /// <summary>Checks a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="sample">So many first rows are taken through to a temporary table, from 1; null for none.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    public static async IAsyncEnumerable<EtlJobCheck> RunAsync(EtlJob job, int? sample, IProgress<EtlEvent> progress, [EnumeratorCancellation] CancellationToken cancel)
    {
        var test = new JobTest(job, sample, progress);
        foreach ((string name, Func<CancellationToken, Task<string>> check) in test.Checks())
        {
            yield return await test.TryAsync(name, check, cancel);
        }
    }

    private IEnumerable<(string Name, Func<CancellationToken, Task<string>> Check)> Checks()
    {
        yield return ("Files", FilesAsync);
        yield return ("Source", cancel => SourceTest.RunAsync(_job.Source, cancel));
        yield return ("Warehouse", WarehouseAsync);
        yield return ("InitialQuery", cancel => QueryAsync(LoadKind.Initial, _files?.Initial, cancel));
        yield return ("OngoingQuery", cancel => QueryAsync(LoadKind.Ongoing, _files?.Ongoing, cancel));
        yield return ("Table", TableAsync);
        yield return ("DeleteSql", DeleteAsync);
        if (_job.Watermark is not null)
        {
            yield return ("Watermark", WatermarkAsync);
        }

        yield return ("Privileges", PrivilegesAsync);
        yield return ("Stage", cancel => StageTest.RunAsync(_job.Stage ?? throw Planner.Missing(_job, "Stage", "S3"), cancel));
        yield return ("CopyAccess", cancel => CopyAsync(ProbeRows, isLoaded: false, cancel));
        if (_sample is { } rows)
        {
            yield return ("Sample", cancel => CopyAsync(rows, isLoaded: true, cancel));
        }

        yield return ("Schedule", _ => Task.FromResult(_job.Schedule is { } schedule
            ? string.Create(CultureInfo.InvariantCulture, $"{schedule}, next at {schedule.Next(_now):yyyy-MM-dd HH:mm zzz}.")
            : throw new CheckSkippedException("The job has no Schedule: it runs when it is asked for.")));
    }

    private async Task<EtlJobCheck> TryAsync(string name, Func<CancellationToken, Task<string>> check, CancellationToken cancel)
    {
        try
        {
            return new EtlJobCheck(_job.Name, name, CheckStatus.Passed, await check(cancel));
        }
        catch (CheckSkippedException e)
        {
            return new EtlJobCheck(_job.Name, name, CheckStatus.Skipped, e.Message);
        }
        catch (EtlException e) when (!cancel.IsCancellationRequested)
        {
            return new EtlJobCheck(_job.Name, name, CheckStatus.Failed, e.Message, e.Fault.Name, e.Advice);
        }
    }

    private Task<string> FilesAsync(CancellationToken cancel)
    {
        var files = Planner.JobFiles.Read(_job);
        if (files.Initial is null && files.Ongoing is null)
        {
            throw new EtlException(Fault.SqlFileUnreadable, $"Job '{_job.Name}' has neither an initial.sql nor an ongoing.sql.", _job.Name, null, "Write them into the job's folder, name a SourceTable, or give -InitialSqlFile and -OngoingSqlFile.");
        }

        if (_job.Mode == LoadMode.Overwrite && files.Ongoing is not null && files.Delete is null)
        {
            throw new EtlException(Fault.SqlFileUnreadable, $"Job '{_job.Name}' overwrites, but has no delete.sql for its ongoing loads.", _job.Name, null, "Write one into the job's folder, or give -DeleteSqlFile.");
        }

        if (_job.Mode == LoadMode.Merge && _job.Merge is null)
        {
            throw LoadScript.NoKey(_job.Name);
        }

        _files = files;
        string[] found = new[] { ("create", files.Create), ("initial", files.Initial), ("ongoing", files.Ongoing), ("delete", files.Delete) }.Where(file => file.Item2 is not null).Select(file => file.Item1).ToArray();
        return Task.FromResult($"There is SQL for {string.Join(", ", found)}.");
    }

    private async Task<string> WarehouseAsync(CancellationToken cancel)
    {
        await using WarehouseSession session = await OpenAsync(cancel);
        _target = await TargetTable.ReadAsync(session, _job.Table, cancel);
        try
        {
            _state = await History.ReadStateAsync(session, new JobKey(_job.Name, _job.Table), cancel);
        }
        catch (EtlException e) when (e.Fault == Fault.SqlDenied)
        {
            _progress.Report(new VerboseEvent($"The history cannot be read, which the check Privileges tells of: {e.Message}"));
        }

        return session.Product;
    }

    /// <summary>Has the source prepare the query with its parameters.</summary>
    private async Task<string> QueryAsync(LoadKind load, SqlText? sql, CancellationToken cancel)
    {
        Planner.JobFiles files = _files ?? throw new CheckSkippedException("The job's files come first.");
        if (sql is null)
        {
            throw new CheckSkippedException($"The job has no {load.ToString().ToLowerInvariant()}.sql.");
        }

        SqlText[] used = new[] { sql, load == LoadKind.Ongoing ? files.Delete : files.Create }.OfType<SqlText>().ToArray();
        EtlParameter? watermark = null;
        if (_job.Watermark is { } definition && used.Any(text => text.References.Any(reference => reference.Name.Equals(WatermarkDefinition.ParameterName, StringComparison.OrdinalIgnoreCase))))
        {
            watermark = (_state.Watermark ?? throw new CheckSkippedException("The first initial load commits the watermark that this query asks for.")).ToParameter(definition, _job.Source.SqlDialect);
        }

        IReadOnlyList<EtlParameter> parameters = ParameterSet.Resolve(_job.Parameters, watermark, _now, used, files.All);
        IReadOnlyList<EtlColumn> columns = await SourceTest.DescribeAsync(_job.Source, _job.Ask(sql, parameters), cancel);
        _queries.Add((load, sql, parameters, columns));
        return string.Create(CultureInfo.InvariantCulture, $"{columns.Count} column(s): {string.Join(", ", columns.Select(column => column.Name))}{(parameters.Count == 0 ? "" : $"; with {string.Join(", ", parameters)}")}.");
    }

    /// <summary>The table is there or can be made, and takes the columns of every query; the merge's key and condition are seen to as well.</summary>
    private async Task<string> TableAsync(CancellationToken cancel)
    {
        if (_target is null || _queries.Count == 0)
        {
            throw new CheckSkippedException("The warehouse and the queries come first.");
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

    private Task<string> WatermarkAsync(CancellationToken cancel)
    {
        if (_queries.Count == 0)
        {
            throw new CheckSkippedException("The queries come first.");
        }

        foreach ((_, _, _, IReadOnlyList<EtlColumn> columns) in _queries)
        {
            WatermarkTracker.Of(_job.Watermark!.Column, columns, CsvDialect.Default, _job.Source.SqlDialect);
        }

        return Task.FromResult($"{_job.Watermark} can be followed; the last committed value is {_state.Watermark?.Text ?? "none"}.");
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

    /// <summary>A check that there is nothing to look at for.</summary>
    private sealed class CheckSkippedException(string message) : Exception(message);
}
