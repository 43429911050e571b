using System.Runtime.CompilerServices;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Engine.Schedule;

/// <summary>How one of several jobs ended.</summary>
/// <param name="Job">The job.</param>
/// <param name="Run">Its run.</param>
/// <param name="Error">Why it did not succeed; null when it did, or when it was not due any more.</param>
public sealed record JobOutcome(EtlJob Job, EtlRun Run, EtlException? Error);

/// <summary>Runs several jobs: those that others depend on first, as many side by side as may be.</summary>
public static class JobBatch
{
    /// <summary>The jobs in their order, but each behind those that it depends on. A job that is not among them is not waited for.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DependencyCycle"/> with the way round.</exception>
    public static IReadOnlyList<EtlJob> Order(IReadOnlyList<EtlJob> jobs)
    {
        ILookup<string, EtlJob> byName = jobs.ToLookup(job => job.Name, StringComparer.OrdinalIgnoreCase);
        var ordered = new List<EtlJob>();
        var done = new HashSet<EtlJob>(ReferenceEqualityComparer.Instance);
        var path = new List<EtlJob>();
        foreach (EtlJob job in jobs)
        {
            Visit(job);
        }

        return ordered;

        void Visit(EtlJob job)
        {
            int start = path.FindIndex(other => ReferenceEquals(other, job));
            if (start >= 0)
            {
                throw new EtlException(Fault.DependencyCycle, $"Jobs depend on each other in a circle: {string.Join(" → ", path.Skip(start).Append(job))}.", job.Name);
            }

            if (!done.Contains(job))
            {
                path.Add(job);
                foreach (EtlJob other in job.DependsOn.SelectMany(name => byName[name]))
                {
                    Visit(other);
                }

                path.RemoveAt(path.Count - 1);
                done.Add(job);
                ordered.Add(job);
            }
        }
    }

    /// <summary>Runs the jobs and gives each outcome as it comes.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="options">How each is run.</param>
    /// <param name="throttle">How many run side by side at most, from 1; connections may set a lower limit for those that use them (MaxJobs).</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops all.</param>
    /// <exception cref="EtlException"><see cref="Fault.DependencyCycle"/>, before any runs.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/>: every run that was under way has cleaned up.</exception>
    public static async IAsyncEnumerable<JobOutcome> RunAsync(
        IReadOnlyList<EtlJob> jobs, RunOptions options, int throttle, IProgress<EtlEvent> progress, [EnumeratorCancellation] CancellationToken cancel)
    {
        var waiting = new LinkedList<EtlJob>(Order(jobs));
        var running = new Dictionary<Task<JobOutcome>, EtlJob>();
        var failed = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var gate = new JobGate(throttle);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            while (waiting.Count > 0 || running.Count > 0)
            {
                while (!stop.IsCancellationRequested && Startable() is { } job)
                {
                    waiting.Remove(job);
                    if ((job.DependsOn.FirstOrDefault(failed.ContainsKey) ?? job.BlockedBy) is { } cause)
                    {
                        JobOutcome left = await SkipAsync(job, cause, failed.GetValueOrDefault(cause, "did not succeed in its last run or cannot be read"), progress, stop.Token);
                        failed[job.Name] = "was left out itself";
                        yield return left;
                        continue;
                    }

                    gate.Enter(job);
                    var named = new JobProgress(job.Name, jobs.Count, progress);
                    running.Add(Task.Run(() => RunOneAsync(job, options, named, stop.Token), CancellationToken.None), job);
                }

                if (running.Count == 0)
                {
                    // All that was left has been left out, or nothing may begin any more.
                    stop.Token.ThrowIfCancellationRequested();
                    continue;
                }

                Task<JobOutcome> ended = await Task.WhenAny(running.Keys);
                gate.Leave(running[ended]);
                running.Remove(ended);
                JobOutcome outcome = await ended;
                if (outcome.Error is not null)
                {
                    failed[outcome.Job.Name] = outcome.Run.Status == RunStatus.Stopped ? "was stopped" : "failed";
                }

                progress.Report(new JobEndedEvent(outcome.Job.Name, jobs.Count - waiting.Count - running.Count, jobs.Count));
                yield return outcome;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running.Keys.Select(task => (Task)task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        EtlJob? Startable() => waiting.FirstOrDefault(job =>
            !running.Values.Any(other => other.Name.Equals(job.Name, StringComparison.OrdinalIgnoreCase))
            && !job.DependsOn.Any(name => waiting.Concat(running.Values).Any(other => other != job && other.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            && (gate.HasRoom(job) || job.BlockedBy is not null || job.DependsOn.Any(failed.ContainsKey)));
    }

    private static async Task<JobOutcome> RunOneAsync(EtlJob job, RunOptions options, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        (EtlRun run, EtlException? error) = await JobRunner.RunAsync(job, options, progress, cancel);
        return new JobOutcome(job, run, error);
    }

    /// <summary>The history knows of it, so that the job is not due again before its next time: by then its table would be as old as that of the job it depends on.</summary>
    private static async Task<JobOutcome> SkipAsync(EtlJob job, string cause, string what, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        var error = new EtlException(Fault.DependencyFailed, $"Job '{job.Name}' was left out, since job '{cause}', which it depends on, {what}.", job.Name);
        EtlRun run = EtlRun.Skipped(job, error.Message);
        if (job.Warehouse is { } warehouse)
        {
            await RunHistory.TryInsertAsync(warehouse, run, progress, cancel);
        }

        return new JobOutcome(job, run, error);
    }
}
