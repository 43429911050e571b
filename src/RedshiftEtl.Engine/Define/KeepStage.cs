using System.Globalization;

namespace RedshiftEtl.Engine.Define;

/// <summary>When staged files stay in S3 after a run.</summary>
public enum KeepStagePolicy
{
    /// <summary>Those of a failed run stay, so that Resume-EtlRun can load them, until a later run has succeeded.</summary>
    OnFailure,

    /// <summary>None stay.</summary>
    Never,

    /// <summary>All stay.</summary>
    Always,

    /// <summary>All stay for a number of days.</summary>
    Days,
}

/// <summary>How long a job's staged files stay in S3.</summary>
/// <param name="Policy">When they stay.</param>
/// <param name="Days">For how many days, 1 to 3650, when <paramref name="Policy"/> is Days.</param>
public sealed record KeepStage(KeepStagePolicy Policy, int Days = 0)
{
    /// <summary>Those of a failed run.</summary>
    public static KeepStage Default { get; } = new(KeepStagePolicy.OnFailure);

    /// <summary>The policy, or the number of days.</summary>
    public override string ToString() => Policy == KeepStagePolicy.Days ? string.Create(CultureInfo.InvariantCulture, $"{Days} days") : Policy.ToString();
}
