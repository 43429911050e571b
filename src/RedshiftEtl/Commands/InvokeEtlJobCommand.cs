using System.Collections;
using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Commands;

/// <summary>Runs a job: extract, stage, load, record.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "EtlJob", DefaultParameterSetName = "Name", SupportsShouldProcess = true)]
[OutputType(typeof(EtlRun), typeof(EtlPlan))]
public sealed class InvokeEtlJobCommand : JobCommand
{
    /// <summary>Which load: Auto (Initial if never loaded, else Ongoing), Initial or Ongoing.</summary>
    [Parameter]
    public LoadKind Load { get; set; }

    /// <summary>Lets an initial load in mode Append load into a table that has rows.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Waits until another run of the job has ended, instead of failing.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override void Process(EtlJob job)
    {
        if (ShouldProcess($"{job.Table} on {job.Warehouse?.Name}", $"{job.Mode} load of job '{job.Name}'"))
        {
            var options = new RunOptions { Load = Load, IsForced = Force, Waits = Wait };
            (EtlRun run, EtlException? error) = Run((progress, cancel) => JobRunner.RunAsync(job, options, progress, cancel));
            WriteObject(run);
            if (error is not null)
            {
                throw error;
            }
        }
        else if (IsWhatIf)
        {
            WriteObject(Run((progress, cancel) => Planner.PreviewAsync(job, Load, Force, progress, cancel)));
        }
    }
}
