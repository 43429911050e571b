using System.Management.Automation;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Commands;

/// <summary>Tells what a run of a job would do, and does nothing.</summary>
[Cmdlet(VerbsCommon.Get, "EtlPlan", DefaultParameterSetName = "Name")]
[OutputType(typeof(EtlPlan))]
public sealed class GetEtlPlanCommand : JobCommand
{
    /// <summary>Which load: Auto (Initial if never loaded, else Ongoing), Initial or Ongoing.</summary>
    [Parameter]
    public LoadKind Load { get; set; }

    /// <summary>Plans an initial load in mode Append for a table that has rows.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process(EtlJob job) => WriteObject(Run((progress, cancel) => Planner.PreviewAsync(job, Load, Force, progress, cancel)));
}
