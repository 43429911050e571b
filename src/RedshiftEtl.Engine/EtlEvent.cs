namespace RedshiftEtl.Engine;

/// <summary>Something the engine tells while it works; the cmdlets replay it on PowerShell's streams in order.</summary>
public abstract record EtlEvent;

/// <summary>A decision, for the verbose stream.</summary>
/// <param name="Message">One sentence, without secrets.</param>
public sealed record VerboseEvent(string Message) : EtlEvent;

/// <summary>SQL or other detail, for the debug stream.</summary>
/// <param name="Message">The text, with secrets taken out.</param>
public sealed record DebugEvent(string Message) : EtlEvent;

/// <summary>Something that the user should know but that did not fail the work.</summary>
/// <param name="Message">One sentence, without secrets.</param>
public sealed record WarningEvent(string Message) : EtlEvent;

/// <summary>A milestone, for the information stream.</summary>
/// <param name="Tag">A stable tag such as <c>Exported</c>.</param>
/// <param name="Message">One sentence, without secrets.</param>
public sealed record MilestoneEvent(string Tag, string Message) : EtlEvent;

/// <summary>How far a step has come.</summary>
/// <param name="Step">The step's name, e.g. <c>Extract</c>.</param>
/// <param name="Rows">Rows so far.</param>
/// <param name="Bytes">Bytes so far: CSV bytes for Extract, compressed bytes for Upload.</param>
/// <param name="Elapsed">Time since the step began.</param>
/// <param name="IsCompleted">Whether the step has ended.</param>
public sealed record ProgressEvent(string Step, long Rows, long Bytes, TimeSpan Elapsed, bool IsCompleted = false) : EtlEvent
{
    /// <summary>The job, where several run side by side; null for the only one.</summary>
    public string? Job { get; init; }
}

/// <summary>One of several jobs has ended.</summary>
/// <param name="Job">The job.</param>
/// <param name="Ended">How many have ended with it.</param>
/// <param name="Count">Of how many.</param>
public sealed record JobEndedEvent(string Job, int Ended, int Count) : EtlEvent;

/// <summary>Nobody listens.</summary>
internal sealed class NoProgress : IProgress<EtlEvent>
{
    /// <summary>The one instance.</summary>
    public static NoProgress Instance { get; } = new();

    /// <inheritdoc/>
    public void Report(EtlEvent value)
    {
    }
}
