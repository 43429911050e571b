using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Maintain;

namespace RedshiftEtl.Commands;

/// <summary>Sorts and compacts tables and refreshes their statistics: by a deep copy, VACUUM or ANALYZE, when it is worth it.</summary>
[Cmdlet(VerbsCommon.Optimize, "RedshiftTable", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(EtlMaintenance))]
public sealed class OptimizeRedshiftTableCommand : WarehouseCommand
{
    /// <summary>Tables: table or schema.table; wildcards are allowed. Objects of Get-RedshiftTable may be piped in.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Table { get; set; } = "";

    /// <summary>What may be done: Auto decides by itself; a method that is named is done also when it is hardly worth it.</summary>
    [Parameter]
    public MaintenanceMethod Method { get; set; }

    /// <summary>For Auto: how often the table is loaded; by default as the history says.</summary>
    [Parameter]
    public MaintenancePace Pace { get; set; }

    /// <summary>Lets a deep copy drop and rebuild the views that are bound to the table, instead of refusing.</summary>
    [Parameter]
    public SwitchParameter IncludeView { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForInput(() =>
    {
        RedshiftConnection warehouse = ResolveOnly<RedshiftConnection>(Warehouse, nameof(Warehouse), Credential);
        foreach (EtlTable table in Run((progress, cancel) => TableCatalog.ListAsync(warehouse, [Table], progress, cancel)))
        {
            ForInput(() => Optimize(warehouse, TableName.Parse(table.Table)));
        }
    });

    private void Optimize(RedshiftConnection warehouse, TableName table)
    {
        var request = new MaintenanceRequest { Method = Method, Pace = Pace, Thresholds = warehouse.MaintenanceThresholds, IsAsked = true, IncludesViews = IncludeView };
        EtlMaintenance planned = Run((progress, cancel) => TableMaintenance.PlanAsync(warehouse, table, request, progress, cancel));
        if (planned.Action == MaintenanceAction.None)
        {
            WriteObject(planned);
        }
        else if (ShouldProcess($"{table} on {warehouse.Name}", $"{planned.Action}: {string.Join(' ', planned.Reasons)}"))
        {
            WriteObject(Run((progress, cancel) => TableMaintenance.RunAsync(warehouse, table, request, new Retry(Retry.DefaultRetries, progress), progress, cancel)));
        }
        else if (IsWhatIf)
        {
            WriteObject(planned);
        }
    }
}
