using System.Management.Automation;
using RedshiftEtl.Sandbox;

namespace RedshiftEtl.Commands;

/// <summary>Ends a sandbox and waits until it has cleaned up.</summary>
[Cmdlet(VerbsLifecycle.Stop, "EtlSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopEtlSandboxCommand : EtlCommand
{
    /// <summary>What Start-EtlSandbox returned.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public EtlSandbox[] Sandbox { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (EtlSandbox sandbox in Sandbox)
        {
            if (ShouldProcess(sandbox.ToString(), "Stop sandbox"))
            {
                ForInput(() => Run(async (_, cancel) =>
                {
                    await sandbox.Process.StopAsync(cancel);
                    return sandbox;
                }));
            }
        }
    }
}
