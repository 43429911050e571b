using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Record;

/// <summary>What the history says of a job: everything that the next run goes by.</summary>
/// <param name="LastSequence">Number of the last run that committed; 0 when none did.</param>
/// <param name="HasInitial">Whether an initial load was ever committed.</param>
/// <param name="Watermark">The last committed watermark; null when there is none.</param>
public sealed record JobState(long LastSequence, bool HasInitial, WatermarkValue? Watermark)
{
    /// <summary>A job that never ran.</summary>
    public static JobState None { get; } = new(0, false, null);
}

/// <summary>What makes a job the same job in the history: its name and its target, since two projects may have jobs of one name.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Table">Its target.</param>
public sealed record JobKey(string Name, TableName Table)
{
    /// <summary>Name and target.</summary>
    public override string ToString() => $"{Name} ({Table})";
}
