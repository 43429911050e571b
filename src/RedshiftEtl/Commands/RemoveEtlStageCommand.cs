using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Commands;

/// <summary>Removes what runs have staged in S3, incomplete uploads included.</summary>
[Cmdlet(VerbsCommon.Remove, "EtlStage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveEtlStageCommand : EtlCommand
{
    /// <summary>A run without a manifest may still be writing one; after so long it is not.</summary>
    private static readonly TimeSpan s_longestRun = TimeSpan.FromDays(1);

    /// <summary>What Get-EtlStage returned.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public EtlStagedRun[] StagedRun { get; set; } = [];

    /// <summary>Removes also what an incomplete run has staged within the last day, which may still be under way.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (EtlStagedRun run in StagedRun)
        {
            ForInput(() => Remove(run));
        }
    }

    private void Remove(EtlStagedRun run)
    {
        if (!run.IsComplete && !Force && run.StartedAt > DateTimeOffset.UtcNow - s_longestRun)
        {
            throw new EtlException(Fault.JobRunning, $"Run {run.RunId} of job '{run.Job}' has no manifest yet and started within the last day: it may be under way.", run,
                advice: "Look for it with Get-EtlRun; -Force removes it all the same.");
        }

        if (ShouldProcess(run.Location, $"Remove {run.Objects} object(s), {run.Bytes} bytes, and abort {run.Uploads} upload(s)"))
        {
            Run(async (_, cancel) =>
            {
                await StagedRuns.RemoveAsync(run, cancel);
                return true;
            });
        }
    }
}
