using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Schedule;

/// <summary>Counts jobs that run: all together, and those that use a connection.</summary>
/// <param name="limit">How many may run side by side, from 1.</param>
internal sealed class JobGate(int limit)
{
    private readonly Dictionary<string, int> _uses = new(StringComparer.OrdinalIgnoreCase);
    private int _count;

    /// <summary>Whether one more may run.</summary>
    public bool HasRoom(EtlJob job) => _count < limit && Connections(job).All(connection => connection.MaxJobs is not { } most || _uses.GetValueOrDefault(connection.Name) < most);

    /// <summary>It runs now.</summary>
    public void Enter(EtlJob job) => Add(job, 1);

    /// <summary>It has ended.</summary>
    public void Leave(EtlJob job) => Add(job, -1);

    private void Add(EtlJob job, int change)
    {
        _count += change;
        foreach (EtlConnection connection in Connections(job))
        {
            _uses[connection.Name] = _uses.GetValueOrDefault(connection.Name) + change;
        }
    }

    private static IEnumerable<EtlConnection> Connections(EtlJob job) =>
        new EtlConnection?[] { job.Source, job.Stage, job.Warehouse }.OfType<EtlConnection>().DistinctBy(connection => connection.Name, StringComparer.OrdinalIgnoreCase);
}
