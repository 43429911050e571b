using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Define.Write;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Commands;

/// <summary>Writes job folders from what a source says of its tables: SQL files and a dictionary that run as they stand.</summary>
[Cmdlet(VerbsCommon.New, "EtlJob", DefaultParameterSetName = "Table", SupportsShouldProcess = true)]
[OutputType(typeof(EtlJobFolder))]
public sealed class NewEtlJobCommand : ProjectCommand
{
    /// <summary>The source: a connection of the project.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(SourceCompleter))]
    public string Source { get; set; } = "";

    /// <summary>The source's table; with wildcards, a job for each table that fits.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Table", ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string SourceTable { get; set; } = "";

    /// <summary>A SQL file with the query that the job is to read.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Query")]
    [ValidateNotNullOrEmpty]
    public string SqlFile { get; set; } = "";

    /// <summary>The job's name; the table's if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The target: table or schema.table; the source's names if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Table { get; set; }

    /// <summary>The target's schema, for the source's table names.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Schema { get; set; }

    /// <summary>The mode; if not given, Merge for a table with a key and -Watermark, else Overwrite.</summary>
    [Parameter]
    public LoadMode? Mode { get; set; }

    /// <summary>The columns that identify a row; the source's primary key if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Key { get; set; }

    /// <summary>The column by which ongoing loads know what is new.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Watermark { get; set; }

    /// <summary>Rows to look at for the lengths of texts whose length the source does not declare.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int SampleRow { get; set; } = JobDraftRequest.DefaultSampleRows;

    /// <summary>Replaces files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForInput(() =>
    {
        EtlProject project = OpenProject();
        project.RequireFolder();
        SourceConnection source = ResolveConnection<SourceConnection>(Source, nameof(Source));
        var request = new JobDraftRequest
        {
            Source = source,
            SourceTable = ParameterSetName == "Table" ? SourceTable : null,
            Query = ParameterSetName == "Query" ? SqlText.Read(ResolvePath(SqlFile), source.SqlDialect) : null,
            Name = Name ?? (ParameterSetName == "Query" && Table is null ? System.IO.Path.GetFileNameWithoutExtension(SqlFile) : null),
            Table = Table is null ? null : TableName.Parse(Table),
            Schema = Schema,
            Mode = Mode,
            Key = Key ?? [],
            Watermark = Watermark,
            SampleRows = SampleRow,
        };
        foreach (EtlJobFolder job in Run((progress, cancel) => JobFolders.DraftAsync(request, project.Folder!, progress, cancel)))
        {
            ForInput(() =>
            {
                if (ShouldProcess(job.Folder, $"Write {string.Join(", ", job.Files.Keys)}"))
                {
                    JobFolders.Write(job, Force);
                    WriteObject(job);
                }
                else if (IsWhatIf)
                {
                    WriteObject(job);
                }
            });
        }
    });
}
