using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Schedule.Register;

namespace RedshiftEtl;

/// <summary>Chooses schedules by name.</summary>
internal static class ScheduleNames
{
    /// <summary>Those that a pattern fits; a name without wildcards must be there.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ScheduleNotFound"/>.</exception>
    public static EtlSchedule[] Choose(IReadOnlyList<EtlSchedule> all, string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        EtlSchedule[] found = all.Where(schedule => pattern.IsMatch(schedule.Name)).ToArray();
        return found.Length > 0 || WildcardPattern.ContainsWildcardCharacters(name)
            ? found
            : throw new EtlException(Fault.ScheduleNotFound, $"No schedule '{name}' is registered for this user.{NearestName.Hint(name, all.Select(schedule => schedule.Name).ToArray())}", name);
    }
}
