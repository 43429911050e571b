using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Schedule;

namespace RedshiftEtl.Commands;

/// <summary>Runs jobs: extract, stage, load, record; those that others depend on first.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "EtlJob", DefaultParameterSetName = "Name", SupportsShouldProcess = true)]
[OutputType(typeof(EtlRun), typeof(EtlPlan))]
public sealed class InvokeEtlJobCommand : JobCommand
{
    private readonly List<EtlJob> _jobs = [];
    private LogFile? _log;

    /// <summary>Which load: Auto (Initial if never loaded, else Ongoing), Initial or Ongoing.</summary>
    [Parameter]
    public LoadKind Load { get; set; }

    /// <summary>Lets an initial load in mode Append load into a table that has rows.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Waits until another run of the job has ended, instead of failing.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How many jobs run side by side at most.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>A file that what happens is written into, line by line; it is renamed when it has grown.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _log = LogPath is null ? null : Require(() => LogFile.Open(ResolvePath(LogPath)));

    /// <inheritdoc/>
    protected override void Process(EtlJob job) => _jobs.Add(job);

    /// <inheritdoc/>
    protected override void EndProcessing() => ForInput(() =>
    {
        var options = new RunOptions { Load = Load, IsForced = Force, Waits = Wait };
        var confirmed = new List<EtlJob>();
        foreach (EtlJob job in JobBatch.Order(_jobs))
        {
            if (ShouldProcess($"{job.Table} on {job.Warehouse?.Name}", $"{job.Mode} load of job '{job.Name}'"))
            {
                confirmed.Add(job);
            }
            else if (IsWhatIf)
            {
                ForInput(() => WriteObject(Run((progress, cancel) => Planner.PreviewAsync(job, Load, Force, progress, cancel))));
            }
        }

        Stream((progress, cancel) => JobBatch.RunAsync(confirmed, options, ThrottleLimit, progress, cancel), Write);
    });

    /// <inheritdoc/>
    protected override void OnEvent(EtlEvent happened) => _log?.Write(happened);

    /// <inheritdoc/>
    protected override void OnError(EtlException fault) => _log?.Write(fault);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _log?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Write(JobOutcome outcome)
    {
        _log?.Write(outcome.Run);
        WriteObject(outcome.Run);
        ForInput(() =>
        {
            if (outcome.Error is not null)
            {
                throw outcome.Error;
            }
        });
    }
}
