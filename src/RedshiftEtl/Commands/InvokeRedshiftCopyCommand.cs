using System.Collections;
using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Commands;

/// <summary>Loads staged parts into a table: creates it if it is missing, deletes what is replaced and copies, in one transaction.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RedshiftCopy", SupportsShouldProcess = true)]
[OutputType(typeof(EtlLoad))]
public sealed class InvokeRedshiftCopyCommand : ProjectCommand
{
    /// <summary>The warehouse: a Redshift connection's name, a hashtable, or a connection object.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(WarehouseCompleter))]
    public object Warehouse { get; set; } = null!;

    /// <summary>The target: table or schema.table.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string Table { get; set; } = "";

    /// <summary>What Send-EtlStage returned.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public EtlStage StagedExport { get; set; } = null!;

    /// <summary>SQL file that creates the table when it is missing.</summary>
    [Parameter]
    public string? CreateSqlFile { get; set; }

    /// <summary>SQL file that deletes the rows that are replaced.</summary>
    [Parameter]
    public string? DeleteSqlFile { get; set; }

    /// <summary>A value for every @name in the delete's and the create's SQL.</summary>
    [Parameter]
    public IDictionary? DeleteParameter { get; set; }

    /// <summary>The columns that identify a row: rows of the same key are replaced.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Key { get; set; }

    /// <summary>With -Key: of several rows with one key, the one with the greatest value in this column is kept.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KeepLatest { get; set; }

    /// <summary>With -Key: a condition in Redshift's SQL on the extract's columns; where it holds, the key's row is removed.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DeletedWhen { get; set; }

    /// <summary>With -Key: how rows are replaced.</summary>
    [Parameter]
    public MergeMethod MergeMethod { get; set; }

    /// <summary>What happens when the extract's columns are not the table's.</summary>
    [Parameter]
    public SchemaDrift? SchemaDrift { get; set; }

    /// <summary>The name that the history carries; the table's if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>User and password for the warehouse.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForInput(() =>
    {
        LoadRequest request = MakeRequest();
        if (ShouldProcess($"{request.Table} on {request.Warehouse.Name}", $"Load {StagedExport.Export.RowsWritten} row(s) from {StagedExport.ManifestUrl}"))
        {
            WriteObject(Run((progress, cancel) => Loader.LoadAsync(
                request,
                StagedExport,
                stop => CopyAuthorizations.ForAsync(request.Warehouse, StagedExport.Stage, stop),
                new Retry(Retry.DefaultRetries, progress),
                progress,
                cancel)));
        }
    });

    private LoadRequest MakeRequest()
    {
        RedshiftConnection warehouse = ResolveConnection<RedshiftConnection>(Warehouse, nameof(Warehouse), Credential);
        var table = TableName.Parse(Table);
        SqlText? create = ReadSql(CreateSqlFile);
        SqlText? delete = ReadSql(DeleteSqlFile);
        SqlText[] used = new[] { create, delete }.OfType<SqlText>().ToArray();
        return new LoadRequest
        {
            RunId = StagedExport.Export.RunId,
            Job = Name ?? table.ToString(),
            Load = LoadKind.Ongoing,
            Mode = Key is not null ? LoadMode.Merge : delete is null ? LoadMode.Append : LoadMode.Overwrite,
            Merge = ReadMerge(),
            Drift = SchemaDrift ?? Engine.Define.SchemaDrift.Fail,
            Warehouse = warehouse,
            Table = table,
            Source = StagedExport.Export.Source,
            Create = create,
            Delete = delete,
            Parameters = ParameterSet.Resolve(ReadParameters(DeleteParameter), StagedExport.Export.StartedAt, used, used),
        };
    }

    private MergeDefinition? ReadMerge()
    {
        if (Key is not null)
        {
            return DeleteSqlFile is null
                ? new MergeDefinition(Key, KeepLatest, DeletedWhen, MergeMethod)
                : throw new EtlException(Fault.ArgumentInvalid, "-Key and -DeleteSqlFile exclude each other: rows are replaced by key or by a delete.", nameof(Key), null, "Leave one of them out.");
        }

        return KeepLatest is null && DeletedWhen is null && MergeMethod == default
            ? null
            : throw new EtlException(Fault.ArgumentInvalid, "-KeepLatest, -DeletedWhen and -MergeMethod go with -Key.", nameof(Key), null, "Name the columns that identify a row: -Key id.");
    }

    private SqlText? ReadSql(string? file) => file is null ? null : SqlText.Read(ResolvePath(file), SqlDialect.Redshift);
}
