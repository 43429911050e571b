using System.Collections;
using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Commands;

/// <summary>Runs SQL on Redshift, each statement by itself, and returns the rows as objects.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RedshiftSql", DefaultParameterSetName = "Text", SupportsShouldProcess = true)]
[OutputType(typeof(PSObject))]
public sealed class InvokeRedshiftSqlCommand : ProjectCommand
{
    /// <summary>The warehouse: a Redshift connection's name, a hashtable, or a connection object.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(WarehouseCompleter))]
    public object Warehouse { get; set; } = null!;

    /// <summary>The SQL as text.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Text", ValueFromPipeline = true)]
    public string Sql { get; set; } = "";

    /// <summary>The SQL file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "File", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    public string SqlFile { get; set; } = "";

    /// <summary>A value for every @name in the SQL.</summary>
    [Parameter]
    public IDictionary? Parameter { get; set; }

    /// <summary>User and password for the warehouse.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForInput(() =>
    {
        RedshiftConnection warehouse = ResolveConnection<RedshiftConnection>(Warehouse, nameof(Warehouse), Credential);
        SqlText sql = ParameterSetName == "File"
            ? SqlText.Read(ResolvePath(SqlFile), SqlDialect.Redshift)
            : SqlText.Of(Sql, SqlDialect.Redshift);
        IReadOnlyList<EtlParameter> parameters = ParameterSet.Resolve(ReadParameters(Parameter), DateTimeOffset.UtcNow, [sql], [sql]);
        if (ShouldProcess(warehouse.ToString(), $"Run {sql.File ?? sql.Text}"))
        {
            Stream((progress, cancel) => RedshiftQuery.RunAsync(warehouse, sql, parameters, progress, cancel), WriteRow);
        }
    });

    private void WriteRow(IReadOnlyList<KeyValuePair<string, object?>> row)
    {
        var output = new PSObject();
        foreach ((string name, object? value) in row)
        {
            output.Properties.Add(new PSNoteProperty(name, value));
        }

        WriteObject(output);
    }
}
