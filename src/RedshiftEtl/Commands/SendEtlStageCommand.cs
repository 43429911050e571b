using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Commands;

/// <summary>Uploads exported parts to S3 and writes their manifest, last.</summary>
[Cmdlet(VerbsCommunications.Send, "EtlStage", SupportsShouldProcess = true)]
[OutputType(typeof(EtlStage))]
public sealed class SendEtlStageCommand : ProjectCommand
{
    /// <summary>The stage: an S3 connection's name, a hashtable, or a connection object.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(StageCompleter))]
    public object Stage { get; set; } = null!;

    /// <summary>What Export-EtlSource returned.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public EtlExport Export { get; set; } = null!;

    /// <summary>The name that the S3 keys carry after the prefix; the source's name if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>User (access key) and password (secret key) for the stage.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForInput(() =>
    {
        S3Connection stage = ResolveConnection<S3Connection>(Stage, nameof(Stage), Credential);
        string keyPrefix = StageKeys.Prefix(stage, Name ?? Export.Source, Export.StartedAt, Export.RunId);
        if (ShouldProcess($"s3://{stage.Bucket}/{keyPrefix}", $"Upload {Export.Parts.Count} part(s)"))
        {
            WriteObject(Run((progress, cancel) => Stager.SendAsync(Export, stage, keyPrefix, progress, cancel)));
        }
    });
}
