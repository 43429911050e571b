using System.Management.Automation;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;

namespace RedshiftEtl.Commands;

/// <summary>Shows rows that COPY refused in earlier loads, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "RedshiftLoadError")]
[OutputType(typeof(LoadError))]
public sealed class GetRedshiftLoadErrorCommand : WarehouseCommand
{
    /// <summary>The table that was loaded: table or schema.table; all if not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Table { get; set; }

    /// <summary>The newest so many; 20 if not given.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int? Last { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteAll((warehouse, progress, cancel) =>
        LoadError.ListAsync(warehouse, Table is null ? null : TableName.Parse(Table), Last ?? 20, progress, cancel));
}
