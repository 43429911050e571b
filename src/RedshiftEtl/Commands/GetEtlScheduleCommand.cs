using System.Management.Automation;
using RedshiftEtl.Engine.Schedule.Register;

namespace RedshiftEtl.Commands;

/// <summary>Lists what Register-EtlSchedule has registered with the system's scheduler.</summary>
[Cmdlet(VerbsCommon.Get, "EtlSchedule")]
[OutputType(typeof(EtlSchedule))]
public sealed class GetEtlScheduleCommand : EtlCommand
{
    /// <summary>Names; wildcards are allowed. All if not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ScheduleCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<EtlSchedule> all = Require(Schedules.List);
        foreach (string name in Name)
        {
            ForInput(() => WriteObject(ScheduleNames.Choose(all, name), enumerateCollection: true));
        }
    }
}
