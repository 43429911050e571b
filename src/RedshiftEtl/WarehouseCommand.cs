using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl;

/// <summary>A cmdlet that reads from a warehouse: the one that is named, or the project's only one.</summary>
public abstract class WarehouseCommand : ProjectCommand
{
    /// <summary>The warehouse; the project's only one if not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WarehouseCompleter))]
    public object? Warehouse { get; set; }

    /// <summary>User and password for the warehouse.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Reads and writes what is found.</summary>
    protected void WriteAll<T>(Func<RedshiftConnection, IProgress<EtlEvent>, CancellationToken, Task<IReadOnlyList<T>>> read) => ForInput(() =>
    {
        RedshiftConnection warehouse = ResolveOnly<RedshiftConnection>(Warehouse, nameof(Warehouse), Credential);
        WriteObject(Run((progress, cancel) => read(warehouse, progress, cancel)), enumerateCollection: true);
    });
}
