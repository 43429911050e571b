using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Engine;

/// <summary>How a job is run.</summary>
public sealed record RunOptions
{
    /// <summary>Which load; Auto asks the warehouse.</summary>
    public LoadKind Load { get; init; }

    /// <summary>Whether an initial Append may load into a table that has rows.</summary>
    public bool IsForced { get; init; }

    /// <summary>Whether to wait for another run of the job to end.</summary>
    public bool Waits { get; init; }
}

/// <summary>The whole street: plan, extract straight to S3, load, record. It composes the same functions that the step cmdlets call.</summary>
public static class JobRunner
{
    /// <summary>How long the clean-up after a stop may take: a user who pressed Ctrl-C waits for it.</summary>
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_failureLimit = TimeSpan.FromSeconds(20);

    /// <summary>Runs a job once.</summary>
    /// <returns>The run, whatever its end, and the error of one that did not succeed.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/>: nothing was committed, and the history says Stopped if the warehouse answered in time.</exception>
    public static Task<(EtlRun Run, EtlException? Error)> RunAsync(EtlJob job, RunOptions options, IProgress<EtlEvent> progress, CancellationToken cancel) =>
        RunAsync(job, new JobRun(job, options, progress), progress, (run, stop) => run.ExecuteAsync(stop), cancel);

    /// <summary>Loads what a run of the job has staged but not loaded, without a new extract.</summary>
    /// <param name="job">The job.</param>
    /// <param name="runId">The run; null for the newest one that is complete.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>As <see cref="RunAsync(EtlJob, RunOptions, IProgress{EtlEvent}, CancellationToken)"/>.</returns>
    public static Task<(EtlRun Run, EtlException? Error)> ResumeAsync(
        EtlJob job, string? runId, RunOptions options, IProgress<EtlEvent> progress, CancellationToken cancel) =>
        RunAsync(job, new JobRun(job, options, progress), progress, (run, stop) => run.ResumeAsync(runId, stop), cancel);

    private static async Task<(EtlRun Run, EtlException? Error)> RunAsync(
        EtlJob job, JobRun run, IProgress<EtlEvent> progress, Func<JobRun, CancellationToken, Task> work, CancellationToken cancel)
    {
        using CancellationTokenSource limit = job.Timeout is { } timeout ? new CancellationTokenSource(timeout) : new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        using var signals = new StopSignals(stop);
        try
        {
            await work(run, stop.Token);
            return (run.Describe(RunStatus.Succeeded, null), null);
        }
        catch (Exception e) when (e is EtlException or OperationCanceledException)
        {
            bool isStopped = stop.IsCancellationRequested && (e is OperationCanceledException || ((EtlException)e).Fault == Fault.Stopped);
            EtlException error = isStopped && !cancel.IsCancellationRequested && !signals.WasSignalled
                ? new EtlException(Fault.TimedOut, $"Job '{job.Name}' was stopped since it took longer than its Timeout of {job.Timeout}.", job.Name, e)
                : e as EtlException ?? new EtlException(Fault.Stopped, "Stopped by the user or the system.", job.Name, e);
            // A job that was due and that somebody else has run, or runs, needs no run of its own.
            bool isDone = error.Fault == Fault.NotDue || (error.Fault == Fault.JobRunning && job.DueSince is not null);
            RunStatus status = isDone ? RunStatus.Skipped : error.Fault == Fault.OutcomeUnknown ? RunStatus.Unknown
                : isStopped || error.Fault == Fault.Stopped ? RunStatus.Stopped : RunStatus.Failed;
            EtlRun record = run.Describe(status, error.Message);
            // The history tells of runs: what was refused because another is under way was none.
            await run.CleanUpAsync(record, isRecorded: status is not (RunStatus.Unknown or RunStatus.Skipped) && error.Fault != Fault.JobRunning, isStopped ? s_stopLimit : s_failureLimit);
            if (cancel.IsCancellationRequested && isStopped)
            {
                throw new OperationCanceledException("The run was stopped.", e, cancel);
            }

            if (isDone)
            {
                progress.Report(new VerboseEvent(error.Message));
            }

            return (record, isDone ? null : error);
        }
    }
}
