using System.Management.Automation;
using RedshiftEtl.Engine.Maintain;

namespace RedshiftEtl.Commands;

/// <summary>Shows tables of the warehouse: size, order, deleted rows, statistics, keys, last load and maintenance.</summary>
[Cmdlet(VerbsCommon.Get, "RedshiftTable")]
[OutputType(typeof(EtlTable))]
public sealed class GetRedshiftTableCommand : WarehouseCommand
{
    /// <summary>Tables: table or schema.table; wildcards are allowed. All if not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Table { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteAll((warehouse, progress, cancel) => TableCatalog.ListAsync(warehouse, Table is null ? [] : [Table], progress, cancel));
}
