using System.Management.Automation;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Commands;

/// <summary>Reads the history of runs, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "EtlRun")]
[OutputType(typeof(EtlRun))]
public sealed class GetEtlRunCommand : WarehouseCommand
{
    /// <summary>Names of jobs; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>How the runs ended: Succeeded, Failed, Stopped.</summary>
    [Parameter]
    public RunStatus[] Status { get; set; } = [];

    /// <summary>The run of this id.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    /// <summary>Runs that started at or after this time.</summary>
    [Parameter]
    public DateTime? After { get; set; }

    /// <summary>Runs that started before this time.</summary>
    [Parameter]
    public DateTime? Before { get; set; }

    /// <summary>The newest so many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var filter = new RunFilter { Jobs = Name, Statuses = Status, RunId = RunId, After = After, Before = Before, Last = Last };
        WriteAll((warehouse, progress, cancel) => RunHistory.ReadAsync(warehouse, filter, progress, cancel));
    }
}
