using System.Collections;
using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl;

/// <summary>A cmdlet that works with a job: one of the project by name or as an object, changed by parameters, or one made of parameters alone.</summary>
public abstract class JobCommand : ProjectCommand
{
    /// <summary>Names of jobs of the project, wildcards are allowed; without one, the parameters are the job.</summary>
    [Parameter(Position = 0, ParameterSetName = "Name", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Jobs from Get-EtlJob.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Job", ValueFromPipeline = true)]
    public EtlJob[]? Job { get; set; }

    /// <summary>The mode, instead of the job's.</summary>
    [Parameter]
    public LoadMode? Mode { get; set; }

    /// <summary>The columns that identify a row, for the mode Merge, instead of the job's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Key { get; set; }

    /// <summary>What happens when the query's columns are not the table's, instead of what the job says.</summary>
    [Parameter]
    public SchemaDrift? SchemaDrift { get; set; }

    /// <summary>The source, instead of the job's: a connection's name, a hashtable, or a connection object.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SourceCompleter))]
    public object? Source { get; set; }

    /// <summary>The stage, instead of the job's: an S3 connection's name, a hashtable, or a connection object.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StageCompleter))]
    public object? Stage { get; set; }

    /// <summary>The warehouse, instead of the job's: a Redshift connection's name, a hashtable, or a connection object.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WarehouseCompleter))]
    public object? Warehouse { get; set; }

    /// <summary>The target table, instead of the job's: table or schema.table.</summary>
    [Parameter]
    public string? Table { get; set; }

    /// <summary>Parameters; each replaces the job's of the same name.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ParameterCompleter))]
    public IDictionary? Parameter { get; set; }

    /// <summary>SQL file that creates the table, instead of the job's.</summary>
    [Parameter]
    public string? CreateSqlFile { get; set; }

    /// <summary>SQL file with the initial load's query, instead of the job's.</summary>
    [Parameter]
    public string? InitialSqlFile { get; set; }

    /// <summary>SQL file with the ongoing loads' query, instead of the job's.</summary>
    [Parameter]
    public string? OngoingSqlFile { get; set; }

    /// <summary>SQL file that deletes the rows that an ongoing load replaces, instead of the job's.</summary>
    [Parameter]
    public string? DeleteSqlFile { get; set; }

    /// <summary>User and password for the source.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <summary>User and password for the warehouse.</summary>
    [Parameter]
    [Credential]
    public PSCredential? WarehouseCredential { get; set; }

    /// <summary>Does the cmdlet's work for one job.</summary>
    /// <exception cref="EtlException">This job failed; the next goes on.</exception>
    protected abstract void Process(EtlJob job);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Job is not null)
        {
            foreach (EtlJob job in Job)
            {
                ForInput(() => Process(Prepare(Change(job, ReadChange()))));
            }
        }
        else if (Name is not null)
        {
            foreach (string name in Name)
            {
                ForInput(() =>
                {
                    foreach (string job in JobNames.Choose(OpenProject(), name))
                    {
                        ForInput(() => Process(Prepare(OpenProject().GetJob(job, ReadChange()))));
                    }
                });
            }
        }
        else
        {
            ForInput(() =>
            {
                JobOverride change = ReadChange();
                if (change.Table is null)
                {
                    throw new EtlException(Fault.ArgumentInvalid, "No job is named, and without one -Table is missing.", null,
                        advice: "Name a job of the project, or give -Table, -Mode, -Source, -Stage, -Warehouse and the SQL files.");
                }

                Process(Prepare(OpenProject().MakeJob(change.Table.ToString(), change)));
            });
        }
    }

    private JobOverride ReadChange() => new()
    {
        Mode = Mode,
        MergeKey = Key ?? [],
        SchemaDrift = SchemaDrift,
        Source = Source is null ? null : ResolveConnection<SourceConnection>(Source, nameof(Source)),
        Stage = Stage is null ? null : ResolveConnection<S3Connection>(Stage, nameof(Stage)),
        Warehouse = Warehouse is null ? null : ResolveConnection<RedshiftConnection>(Warehouse, nameof(Warehouse)),
        Table = Table is null ? null : TableName.Parse(Table),
        Parameters = ReadParameters(Parameter),
        Sql = new JobSql(PathOf(CreateSqlFile), PathOf(InitialSqlFile), PathOf(OngoingSqlFile), PathOf(DeleteSqlFile)),
    };

    /// <summary>A job object with what the command says instead.</summary>
    private static EtlJob Change(EtlJob job, JobOverride change) => job with
    {
        Mode = change.Mode ?? job.Mode,
        Merge = change.MergeKey.Count == 0 ? job.Merge : (job.Merge ?? new MergeDefinition(change.MergeKey)) with { Key = change.MergeKey },
        SchemaDrift = change.SchemaDrift ?? job.SchemaDrift,
        Source = change.Source ?? job.Source,
        Stage = change.Stage ?? job.Stage,
        Warehouse = change.Warehouse ?? job.Warehouse,
        Table = change.Table ?? job.Table,
        Parameters = ParameterDefinition.Merge(job.Parameters, change.Parameters),
        Sql = new JobSql(
            change.Sql.Create ?? job.Sql.Create,
            change.Sql.Initial ?? job.Sql.Initial,
            change.Sql.Ongoing ?? job.Sql.Ongoing,
            change.Sql.Delete ?? job.Sql.Delete),
    };

    /// <summary>The job with the credentials that are given, and all of its secrets looked up.</summary>
    private EtlJob Prepare(EtlJob job) => job with
    {
        Source = RevealSecrets((SourceConnection)WithCredential(job.Source, SourceCredential)),
        Stage = job.Stage is null ? null : RevealSecrets(job.Stage),
        Warehouse = job.Warehouse is null ? null : RevealSecrets((RedshiftConnection)WithCredential(job.Warehouse, WarehouseCredential)),
    };

    private string? PathOf(string? file) => file is null ? null : ResolvePath(file);
}
