namespace RedshiftEtl.Engine;

/// <summary>How a check ended.</summary>
public enum CheckStatus
{
    /// <summary>All is well.</summary>
    Passed,

    /// <summary>A run would fail here.</summary>
    Failed,

    /// <summary>It could not be looked at; the message says why.</summary>
    Skipped,
}

/// <summary>One thing that was looked at before a run.</summary>
/// <param name="Job">The job.</param>
/// <param name="Check">What was looked at: a stable word such as <c>DeleteSql</c>.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Message">What was found.</param>
/// <param name="Fault">The fault that a run would end with; null when it did not fail.</param>
/// <param name="Advice">What to do; null when it did not fail.</param>
public sealed record EtlJobCheck(string Job, string Check, CheckStatus Status, string Message, string? Fault = null, string? Advice = null)
{
    /// <summary>«orders DeleteSql Failed: …».</summary>
    public override string ToString() => $"{Job} {Check} {Status}: {Message}";
}
