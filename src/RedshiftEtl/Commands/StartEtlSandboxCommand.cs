using System.Globalization;
using System.Management.Automation;
using RedshiftEtl.Sandbox;

namespace RedshiftEtl.Commands;

/// <summary>Starts a stand-in for Redshift and S3 on this machine. It ends with Stop-EtlSandbox or with this process.</summary>
[Cmdlet(VerbsLifecycle.Start, "EtlSandbox")]
[OutputType(typeof(EtlSandbox))]
public sealed class StartEtlSandboxCommand : PathCommand
{
    /// <summary>A folder for its data, kept at the end and usable again; a fresh one, removed at the end, if not given.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? DataPath { get; set; }

    /// <summary>TCP port of the Redshift endpoint, 1 to 65535; a free one if not given.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? RedshiftPort { get; set; }

    /// <summary>TCP port of the S3 endpoint, 1 to 65535; a free one if not given.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? S3Port { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<string> arguments = [];
        if (DataPath is not null)
        {
            arguments.AddRange(["--data", Require(() => ResolvePath(DataPath))]);
        }

        AddPort("--redshift-port", RedshiftPort);
        AddPort("--s3-port", S3Port);
        WriteObject(Require(() => Run((_, cancel) => SandboxProcess.StartAsync(arguments, cancel))));

        void AddPort(string option, int? port)
        {
            if (port is not null)
            {
                arguments.AddRange([option, port.Value.ToString(CultureInfo.InvariantCulture)]);
            }
        }
    }
}
