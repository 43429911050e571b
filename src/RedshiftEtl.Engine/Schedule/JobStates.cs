using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Engine.Schedule;

/// <summary>What the history of the warehouses says of jobs: last run, state, and whether they are due.</summary>
public static class JobStates
{
    /// <summary>Fills in state, last run, next run and due time of jobs, with one session on each warehouse.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="now">The moment that due is meant at.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The jobs in their order, and the warehouses that did not answer: the state of their jobs stays unknown.</returns>
    public static async Task<(IReadOnlyList<EtlJob> Jobs, IReadOnlyList<(RedshiftConnection Warehouse, EtlException Error)> Silent)> ReadAsync(
        IReadOnlyList<EtlJob> jobs, DateTimeOffset now, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        var known = new Dictionary<RedshiftConnection, WarehouseRuns?>(ReferenceEqualityComparer.Instance);
        var silent = new List<(RedshiftConnection, EtlException)>();
        foreach (RedshiftConnection warehouse in jobs.Select(job => job.Warehouse).OfType<RedshiftConnection>().Distinct(ReferenceEqualityComparer.Instance).Cast<RedshiftConnection>())
        {
            try
            {
                known[warehouse] = await WarehouseRuns.ReadAsync(warehouse, progress, cancel);
            }
            catch (EtlException e) when (e.Fault != Fault.Stopped)
            {
                known[warehouse] = null;
                silent.Add((warehouse, e));
            }
        }

        return (jobs.Select(job => job.Warehouse is { } warehouse && known[warehouse] is { } runs ? Describe(job, runs.Of(job), now) : job).ToArray(), silent);
    }

    /// <summary>The jobs that are due, in the order in which they run. One that depends on a job that is being run now, or of which nothing is known, waits for the next look; one that
    /// depends on a job that is not due itself, and whose last run did not succeed or whose definition cannot be read, is marked as blocked.</summary>
    /// <param name="jobs">The jobs, their states read.</param>
    /// <param name="others">Jobs that they depend on and that are not among them, as far as they can be read, their states read.</param>
    /// <param name="progress">Where events go.</param>
    /// <exception cref="EtlException"><see cref="Fault.DependencyCycle"/>.</exception>
    public static IReadOnlyList<EtlJob> Due(IReadOnlyList<EtlJob> jobs, IReadOnlyList<EtlJob> others, IProgress<EtlEvent> progress)
    {
        ILookup<string, EtlJob> all = jobs.Concat(others).ToLookup(job => job.Name, StringComparer.OrdinalIgnoreCase);
        var due = new List<EtlJob>();
        foreach (EtlJob job in JobBatch.Order(jobs.Where(job => job.IsDue).ToArray()))
        {
            EtlJob[] needed = job.DependsOn.SelectMany(name => all[name]).Where(other => !other.IsDue).ToArray();
            if (needed.FirstOrDefault(other => other.State is EtlJobState.Running or EtlJobState.Unknown) is { } open)
            {
                progress.Report(new VerboseEvent($"Job '{job.Name}' is due, but '{open.Name}', which it depends on, {(open.State == EtlJobState.Running ? "is being run" : "is on a warehouse that does not answer")}: it waits."));
                continue;
            }

            string? blocked = job.DependsOn.FirstOrDefault(name => !all.Contains(name))
                ?? needed.FirstOrDefault(other => other.State is EtlJobState.Failed or EtlJobState.Stopped or EtlJobState.Skipped)?.Name;
            due.Add(job with { DueSince = job.NextRun, BlockedBy = blocked });
        }

        return due;
    }

    /// <summary>Whether a run of the job has begun since a time: then it is not due for it any more.</summary>
    internal static async Task<bool> HasRunSinceAsync(RedshiftConnection warehouse, EtlJob job, DateTimeOffset time, IProgress<EtlEvent> progress, CancellationToken cancel) =>
        (await WarehouseRuns.ReadAsync(warehouse, progress, cancel)).Of(job).LastRun is { } last && last >= time;

    /// <summary>The job with what is known of its runs.</summary>
    internal static EtlJob Describe(EtlJob job, JobRuns runs, DateTimeOffset now)
    {
        DateTimeOffset? due = runs.IsRunning ? null : job.Schedule?.DueAt(now, runs.LastRun ?? Created(job));
        return job with
        {
            State = runs.IsRunning ? EtlJobState.Running : runs.Status switch
            {
                null => EtlJobState.NeverRun,
                RunStatus.Succeeded => EtlJobState.Succeeded,
                RunStatus.Stopped => EtlJobState.Stopped,
                RunStatus.Skipped => EtlJobState.Skipped,
                _ => EtlJobState.Failed,
            },
            LastRun = runs.LastRun,
            IsDue = due is not null,
            NextRun = due ?? job.Schedule?.Next(now),
        };
    }

    /// <summary>A job that never ran is first due when its time comes after it was written: its initial load does not start by itself in the middle of a day.</summary>
    private static DateTimeOffset Created(EtlJob job) => job.Folder is { } folder ? File.GetLastWriteTimeUtc(Path.Combine(folder, "job.psd1")) : DateTimeOffset.MaxValue;
}

/// <summary>What is known of a job's runs.</summary>
/// <param name="LastRun">When the last one began; null when there was none.</param>
/// <param name="Status">How it ended.</param>
/// <param name="IsRunning">Whether one is under way.</param>
internal sealed record JobRuns(DateTimeOffset? LastRun, RunStatus? Status, bool IsRunning);

/// <summary>The last run of every job in a warehouse's history, and the leases that are held.</summary>
internal sealed class WarehouseRuns
{
    private readonly Dictionary<(string Job, string Table), (DateTimeOffset Start, RunStatus Status)> _last = [];
    private readonly HashSet<string> _leases = new(StringComparer.Ordinal);

    private WarehouseRuns()
    {
    }

    /// <summary>Reads both.</summary>
    /// <exception cref="EtlException">The warehouse refused or failed.</exception>
    public static async Task<WarehouseRuns> ReadAsync(RedshiftConnection warehouse, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        var runs = new WarehouseRuns();
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        if (await HistoryTable.Run.ExistsAsync(session, cancel))
        {
            // Loads only: a watermark that was set and maintenance are no runs of the job.
            List<object?[]> rows = await session.QueryAsync(
                "SELECT job, target, started_at, status FROM (SELECT job, target, started_at, status, ROW_NUMBER() OVER (PARTITION BY job, target ORDER BY started_at DESC, ended_at DESC) AS place"
                + $" FROM {HistoryTable.Run.In(warehouse)} WHERE load IN ('{RunKind.Undecided}', '{RunKind.Initial}', '{RunKind.Ongoing}')) AS ranked WHERE place = 1", [], cancel);
            foreach (object?[] row in rows)
            {
                var start = new DateTimeOffset(DateTime.SpecifyKind((DateTime)row[2]!, DateTimeKind.Utc));
                runs._last[((string)row[0]!, row[1] as string ?? "")] = (start, Enum.TryParse(row[3] as string, out RunStatus status) ? status : RunStatus.Failed);
            }
        }

        if (await HistoryTable.Lease.ExistsAsync(session, cancel))
        {
            runs._leases.UnionWith((await session.QueryAsync($"SELECT job FROM {HistoryTable.Lease.In(warehouse)} WHERE expires_at > GETDATE()", [], cancel)).Select(row => (string)row[0]!));
        }

        return runs;
    }

    /// <summary>What is known of a job.</summary>
    public JobRuns Of(EtlJob job)
    {
        bool isRunning = _leases.Contains(Lease.Key(new JobKey(job.Name, job.Table)));
        return _last.TryGetValue((job.Name, job.Table.ToString()), out (DateTimeOffset Start, RunStatus Status) last)
            ? new JobRuns(last.Start, last.Status, isRunning)
            : new JobRuns(null, null, isRunning);
    }
}
