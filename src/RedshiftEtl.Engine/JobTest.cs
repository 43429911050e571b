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
public sealed partial class JobTest
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

    /// <summary>A check that there is nothing to look at for.</summary>
    private sealed class CheckSkippedException(string message) : Exception(message);
}
