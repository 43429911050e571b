using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Commands;

/// <summary>Loads what a failed run has staged, without a new extract.</summary>
[Cmdlet(VerbsLifecycle.Resume, "EtlRun", SupportsShouldProcess = true)]
[OutputType(typeof(EtlRun))]
public sealed class ResumeEtlRunCommand : ProjectCommand
{
    /// <summary>The job.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Job")]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The run; the newest that is staged completely if not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    /// <summary>Waits until another run of the job has ended, instead of failing.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Lets an initial load in mode Append load into a table that has rows.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The stage, instead of the job's: an S3 connection's name, a hashtable, or a connection object.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StageCompleter))]
    public object? Stage { get; set; }

    /// <summary>The warehouse, instead of the job's: a Redshift connection's name, a hashtable, or a connection object.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WarehouseCompleter))]
    public object? Warehouse { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForInput(() =>
    {
        EtlJob job = OpenJob(Name, Stage, Warehouse);
        if (ShouldProcess($"{job.Table} on {job.Warehouse?.Name}", $"Load what {(RunId is null ? "the last run" : $"run {RunId}")} of job '{job.Name}' has staged"))
        {
            (EtlRun run, EtlException? error) = Run((progress, cancel) =>
                JobRunner.ResumeAsync(job, RunId, new RunOptions { IsForced = Force, Waits = Wait }, progress, cancel));
            WriteObject(run);
            if (error is not null)
            {
                throw error;
            }
        }
    });
}
