using System.Collections;
using System.Management.Automation;
using RedshiftEtl.Definitions;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Commands;

/// <summary>Runs a query on a source and writes its rows as CSV parts into a folder.</summary>
[Cmdlet(VerbsData.Export, "EtlSource", DefaultParameterSetName = "File", SupportsShouldProcess = true)]
[OutputType(typeof(EtlExport))]
public sealed class ExportEtlSourceCommand : ProjectCommand
{
    /// <summary>The source: a connection's name, a hashtable, or a connection object.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(SourceCompleter))]
    public object Source { get; set; } = null!;

    /// <summary>The SQL file with the query.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "File", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    public string SqlFile { get; set; } = "";

    /// <summary>The query as text.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Text")]
    public string Sql { get; set; } = "";

    /// <summary>The table to read, as the source names it; for a File connection a file or a wildcard.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Table")]
    public string Table { get; set; } = "";

    /// <summary>The columns to read; all if not given.</summary>
    [Parameter(ParameterSetName = "Table")]
    public string[] Column { get; set; } = [];

    /// <summary>A condition for the rows, in the source's SQL, with @parameters.</summary>
    [Parameter(ParameterSetName = "Table")]
    [ValidateNotNullOrEmpty]
    public string? Where { get; set; }

    /// <summary>A value for every @name in the query.</summary>
    [Parameter]
    public IDictionary? Parameter { get; set; }

    /// <summary>The folder for the parts, new or empty. If not given, a temporary one, which Send-EtlStage removes.</summary>
    [Parameter]
    public string? OutputPath { get; set; }

    /// <summary>Compression of the parts.</summary>
    [Parameter]
    public Compression Compression { get; set; }

    /// <summary>Level of the compression: 1 to 22 for Zstd, 1 to 9 for Gzip; the fastest if not given.</summary>
    [Parameter]
    [ValidateRange(1, 22)]
    public int? CompressionLevel { get; set; }

    /// <summary>The text that stands for NULL in the parts; no text value may be equal to it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string NullMarker { get; set; } = CsvDialect.Default.NullMarker;

    /// <summary>What becomes of values that Redshift cannot hold: <c>@{ NaN = 'Null'; Column = @{ amount = @{ Scale = 'Round' } } }</c>.</summary>
    [Parameter]
    public IDictionary? ValueRule { get; set; }

    /// <summary>A column of the query whose ranges are read side by side, over several connections in one snapshot.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PartitionColumn { get; set; }

    /// <summary>The number of ranges.</summary>
    [Parameter]
    [ValidateRange(SourcePartition.LeastCount, SourcePartition.MostCount)]
    public int PartitionCount { get; set; } = SourcePartition.DefaultCount;

    /// <summary>The number of the warehouse's slices; the parts' number becomes a multiple of it.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int? SliceCount { get; set; }

    /// <summary>User and password for the source.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForInput(() =>
    {
        SourceConnection source = ResolveConnection<SourceConnection>(Source, nameof(Source), Credential);
        SourceTable? table = ParameterSetName == "Table" ? new SourceTable(Table, Column, Where) : null;
        SqlText sql = table?.ToSql(source)
            ?? (ParameterSetName == "File" ? SqlText.Read(ResolvePath(SqlFile), source.SqlDialect) : SqlText.Of(Sql, source.SqlDialect));
        IReadOnlyList<EtlParameter> parameters = ParameterSet.Resolve(ReadParameters(Parameter), DateTimeOffset.UtcNow, [sql], [sql]);
        var query = new SourceQuery(sql, parameters) { Rules = ReadRules(), Table = table, Partition = ReadPartition() };
        var options = new ExportOptions
        {
            RunId = RunId.New(),
            Compression = Compression,
            CompressionLevel = CompressionLevel,
            Dialect = new CsvDialect(NullMarker),
            ParallelParts = WarehouseSlices.PartsFor(SliceCount),
        };
        string folder = OutputPath is null
            ? Path.Combine(Path.GetTempPath(), "RedshiftEtl", options.RunId)
            : ResolvePath(OutputPath);
        if (ShouldProcess(folder, $"Export {source} by {sql.File ?? sql.Text}"))
        {
            var parts = new PartFolder(folder, isTemporary: OutputPath is null);
            WriteObject(Run((progress, cancel) => Exporter.ExportAsync(source, query, options, parts, progress, cancel)));
        }
    });

    private SourcePartition? ReadPartition() => PartitionColumn is not null ? new SourcePartition(PartitionColumn, PartitionCount)
        : !MyInvocation.BoundParameters.ContainsKey(nameof(PartitionCount)) ? null
        : throw new EtlException(Fault.ArgumentInvalid, "-PartitionCount goes with -PartitionColumn.", PartitionCount);

    private ValueRules ReadRules()
    {
        var mistakes = new List<DefinitionMistake>();
        ValueRules rules = ValueRules.Read(ValueRule is null ? null : TableValues.ToDefinition(ValueRule), "-ValueRule", mistakes);
        return mistakes.Count == 0 ? rules : throw DefinitionMistake.ToException(mistakes, "-ValueRule");
    }
}
