namespace RedshiftEtl.Engine.Schedule;

/// <summary>Says whose an event is, where several jobs run side by side.</summary>
/// <param name="job">The job.</param>
/// <param name="jobs">How many run with it.</param>
/// <param name="progress">Where events go.</param>
internal sealed class JobProgress(string job, int jobs, IProgress<EtlEvent> progress) : IProgress<EtlEvent>
{
    /// <inheritdoc/>
    public void Report(EtlEvent value) => progress.Report(jobs == 1 ? value : value switch
    {
        ProgressEvent step => step with { Job = job },
        VerboseEvent verbose => new VerboseEvent($"[{job}] {verbose.Message}"),
        DebugEvent debug => new DebugEvent($"[{job}] {debug.Message}"),
        _ => value,
    });
}
