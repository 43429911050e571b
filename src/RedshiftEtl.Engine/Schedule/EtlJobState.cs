namespace RedshiftEtl.Engine.Schedule;

/// <summary>How a job's last run ended, or that one is under way.</summary>
public enum EtlJobState
{
    /// <summary>The history was not asked, or did not answer.</summary>
    Unknown,

    /// <summary>It never ran.</summary>
    NeverRun,

    /// <summary>A run is under way: somebody has its lease.</summary>
    Running,

    /// <summary>The last run was committed.</summary>
    Succeeded,

    /// <summary>The last run failed; nothing of it was committed.</summary>
    Failed,

    /// <summary>The last run was stopped by the user or the system; nothing of it was committed.</summary>
    Stopped,

    /// <summary>The last run was left out, since a job that it depends on did not succeed.</summary>
    Skipped,
}
