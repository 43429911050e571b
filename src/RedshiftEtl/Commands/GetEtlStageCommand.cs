using System.Management.Automation;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Commands;

/// <summary>Lists what runs have staged in S3.</summary>
[Cmdlet(VerbsCommon.Get, "EtlStage")]
[OutputType(typeof(EtlStagedRun))]
public sealed class GetEtlStageCommand : ProjectCommand
{
    /// <summary>Names of jobs; all if not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The stage; the project's only one if not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StageCompleter))]
    public object? Stage { get; set; }

    /// <summary>Access key and secret key for the stage.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForInput(() =>
    {
        S3Connection stage = ResolveOnly<S3Connection>(Stage, nameof(Stage), Credential);
        foreach (string? name in (IEnumerable<string?>?)Name ?? [null])
        {
            WriteObject(Run((progress, cancel) => StagedRuns.ListAsync(stage, name, progress, cancel)), enumerateCollection: true);
        }
    });
}
