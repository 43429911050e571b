using System.Management.Automation;
using RedshiftEtl.Engine.Schedule.Register;

namespace RedshiftEtl.Commands;

/// <summary>Takes schedules out of the system's scheduler, and removes their scripts.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "EtlSchedule", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnregisterEtlScheduleCommand : EtlCommand
{
    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ScheduleCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<EtlSchedule> all = Require(Schedules.List);
        foreach (string name in Name)
        {
            ForInput(() =>
            {
                foreach (EtlSchedule schedule in ScheduleNames.Choose(all, name))
                {
                    if (ShouldProcess(schedule.Name, "Unregister"))
                    {
                        Schedules.Remove(schedule);
                    }
                }
            });
        }
    }
}
