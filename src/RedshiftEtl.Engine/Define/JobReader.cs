using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Maintain;
using RedshiftEtl.Engine.Schedule;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Define;

/// <summary>What a command adds to a job or says instead of it; what is null is left to the job.</summary>
public sealed record JobOverride
{
    /// <summary>The mode.</summary>
    public LoadMode? Mode { get; init; }

    /// <summary>The source.</summary>
    public SourceConnection? Source { get; init; }

    /// <summary>The stage.</summary>
    public S3Connection? Stage { get; init; }

    /// <summary>The warehouse.</summary>
    public RedshiftConnection? Warehouse { get; init; }

    /// <summary>The target table.</summary>
    public TableName? Table { get; init; }

    /// <summary>The key of a merge; empty to leave it to the job.</summary>
    public IReadOnlyList<string> MergeKey { get; init; } = [];

    /// <summary>What happens when the extract's columns are not the table's.</summary>
    public SchemaDrift? SchemaDrift { get; init; }

    /// <summary>Parameters; each replaces the job's of the same name.</summary>
    public IReadOnlyList<ParameterDefinition> Parameters { get; init; } = [];

    /// <summary>SQL files; each that is not null replaces the job's.</summary>
    public JobSql Sql { get; init; } = new(null, null, null, null);
}

/// <summary>Makes a validated job of a job.psd1 and what a command says beside it.</summary>
internal static class JobReader
{
    private static readonly string[] s_tableKeys = ["SourceColumn", "SourceWhere"];

    /// <summary>Reads a job.</summary>
    /// <param name="name">The job's name.</param>
    /// <param name="definition">The job's table.</param>
    /// <param name="folder">The job's folder, where its SQL files are.</param>
    /// <param name="connections">The project's connections.</param>
    /// <param name="jobs">The names of the project's jobs.</param>
    /// <param name="change">What the command says instead.</param>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/> with every mistake.</exception>
    public static EtlJob Read(
        string name, Definition definition, string? folder, IReadOnlyDictionary<string, EtlConnection> connections, IReadOnlyList<string> jobs, JobOverride change)
    {
        var mistakes = new List<DefinitionMistake>();
        string subject = $"job '{name}'";
        var reader = new DefinitionReader(definition, subject, mistakes);
        string? description = reader.Text("Description");
        LoadMode? mode = change.Mode ?? reader.Choice<LoadMode>("Mode", isRequired: change.Mode is null);
        reader.Value("Mode");
        SourceConnection? source = Connection("Source", change.Source, reader, subject, connections);
        S3Connection? stage = Connection("Stage", change.Stage, reader, subject, connections);
        RedshiftConnection? warehouse = Connection("Warehouse", change.Warehouse, reader, subject, connections);
        TableName? table = Table(reader, subject, change);
        IReadOnlyList<ParameterDefinition> parameters = Parameters(reader, subject, change, mistakes);
        JobSql sql = Sql(reader, subject, folder, change, mistakes);
        Compression compression = reader.Choice<Compression>("Compression") ?? Compression.Zstd;
        int? level = reader.Integer("CompressionLevel", 1, compression == Compression.Gzip ? 9 : 22);
        string? nullMarker = reader.Text("NullMarker");
        WatermarkDefinition? watermark = Watermark(reader, subject, mistakes);
        var guards = new JobGuards(
            reader.Long("MinRows", 0, long.MaxValue), reader.Long("MaxRows", 0, long.MaxValue), reader.Integer("MaxDeletePercent", 0, 100));
        if (guards.MinRows > guards.MaxRows)
        {
            reader.Refuse("MinRows", $"MinRows of {subject} is greater than its MaxRows.");
        }

        MergeDefinition? merge = MergeDefinition.Read(reader, subject, mode, change);
        SchemaDrift drift = change.SchemaDrift ?? reader.Choice<SchemaDrift>("SchemaDrift") ?? SchemaDrift.Fail;
        reader.Value("SchemaDrift");
        var session = SessionSettings.Read(reader, subject, mistakes);
        (MaintenanceMethod Method, MaintenanceThresholds Thresholds) maintenance = MaintenanceThresholds.Read(reader, subject, mistakes)
            ?? (warehouse?.MaintenanceMethod ?? MaintenanceMethod.Auto, warehouse?.MaintenanceThresholds ?? MaintenanceThresholds.Default);
        KeepStage keepStage = Keep(reader, subject);
        int retries = reader.Integer("Retry", 0, 20) ?? Retry.DefaultRetries;
        TimeSpan? timeout = reader.Duration("Timeout");
        ValueRules rules = ValueRules.Read(reader.Table("ValueRule"), $"ValueRule of {subject}", mistakes);
        SourceTable? sourceTable = Select(reader, subject);
        SourcePartition? partition = Partition(reader, subject);
        JobSchedule? schedule = JobSchedule.Read(reader, subject, mistakes);
        IReadOnlyList<string> tags = reader.Texts("Tag");
        IReadOnlyList<string> dependsOn = DependsOn(reader, name, subject, jobs);
        reader.RefuseUnknown();
        if (mistakes.Count > 0)
        {
            throw DefinitionMistake.ToException(mistakes, name);
        }

        return new EtlJob
        {
            Name = name,
            Description = description,
            Mode = mode!.Value,
            Source = source!,
            Stage = stage,
            Warehouse = warehouse,
            Table = table!,
            Parameters = parameters,
            Sql = sql,
            Compression = compression,
            CompressionLevel = level,
            NullMarker = nullMarker,
            Merge = merge,
            SchemaDrift = drift,
            Session = session,
            MaintenanceMethod = maintenance.Method,
            MaintenanceThresholds = maintenance.Thresholds,
            Watermark = watermark,
            Guards = guards,
            KeepStage = keepStage,
            Retries = retries,
            Timeout = timeout,
            Rules = rules,
            SourceTable = sourceTable,
            Partition = partition,
            Schedule = schedule,
            Tag = tags,
            DependsOn = dependsOn,
            NextRun = schedule?.Next(DateTimeOffset.UtcNow),
            Folder = folder,
        };
    }

    private static IReadOnlyList<string> DependsOn(DefinitionReader reader, string name, string subject, IReadOnlyList<string> jobs)
    {
        IReadOnlyList<string> dependsOn = reader.Texts("DependsOn");
        foreach (string other in dependsOn)
        {
            if (other.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                reader.Refuse("DependsOn", $"DependsOn of {subject} names the job itself.");
            }
            else if (!jobs.Contains(other, StringComparer.OrdinalIgnoreCase))
            {
                reader.Refuse("DependsOn", $"DependsOn of {subject} names '{other}', which is no job of the project.{NearestName.Hint(other, jobs)}");
            }
        }

        return dependsOn;
    }

    /// <summary>The named connection; without a name the project's only one of that type.</summary>
    private static T? Connection<T>(
        string key, T? given, DefinitionReader reader, string subject, IReadOnlyDictionary<string, EtlConnection> connections)
        where T : EtlConnection
    {
        string? name = reader.Text(key);
        if (given is not null)
        {
            return given;
        }

        string kind = typeof(T) == typeof(SourceConnection) ? "a source" : typeof(T) == typeof(S3Connection) ? "an S3 connection" : "a Redshift connection";
        List<T> fitting = connections.Values.OfType<T>().ToList();
        string[] names = fitting.Select(connection => connection.Name).Order(StringComparer.OrdinalIgnoreCase).ToArray();
        if (name is null)
        {
            // Whether a stage and a warehouse are there at all is the run's concern: the command may give them.
            if (fitting.Count == 1 || (fitting.Count == 0 && typeof(T) != typeof(SourceConnection)))
            {
                return fitting.FirstOrDefault();
            }

            reader.Refuse(key, fitting.Count == 0
                ? $"{subject} needs {key}, and connections.psd1 has no connection for it: define {kind}, or give -{key}."
                : $"{key} of {subject} is missing, and there are several it could be: {string.Join(", ", names)}.");
            return null;
        }

        if (!connections.TryGetValue(name, out EtlConnection? connection))
        {
            reader.Refuse(key, $"{key} of {subject} names '{name}', which connections.psd1 does not define.{NearestName.Hint(name, names)}");
            return null;
        }

        if (connection is not T)
        {
            reader.Refuse(key, $"{key} of {subject} must be {kind}, but '{name}' is of type {connection.Type}.{NearestName.Hint("", names)}");
        }

        return connection as T;
    }

    /// <summary>A column's name, or a table with Column and Lag.</summary>
    private static WatermarkDefinition? Watermark(DefinitionReader reader, string subject, List<DefinitionMistake> mistakes)
    {
        if (reader.Value("Watermark") is not Definition)
        {
            return reader.Text("Watermark") is { } column ? new WatermarkDefinition(column) : null;
        }

        var own = new DefinitionReader(reader.Table("Watermark")!, $"Watermark of {subject}", mistakes);
        string? name = own.Text("Column", isRequired: true);
        decimal? amount = own.Value("Lag") is int or long or double or decimal ? own.Long("Lag", 0, long.MaxValue) : null;
        TimeSpan? time = amount is null ? own.Duration("Lag") : null;
        own.RefuseUnknown();
        return name is null ? null : new WatermarkDefinition(name, time, amount);
    }

    /// <summary>A policy's name, or a number of days.</summary>
    private static KeepStage Keep(DefinitionReader reader, string subject)
    {
        switch (reader.Value("KeepStage"))
        {
            case null:
                return KeepStage.Default;
            case int or long:
                return reader.Integer("KeepStage", 1, 3650) is { } days ? new KeepStage(KeepStagePolicy.Days, days) : KeepStage.Default;
            case string text when Enum.TryParse(text, ignoreCase: true, out KeepStagePolicy policy) && policy != KeepStagePolicy.Days && !char.IsDigit(text[0]):
                return new KeepStage(policy);
            default:
                reader.Refuse("KeepStage", $"KeepStage of {subject} must be 'OnFailure', 'Never', 'Always' or a number of days.");
                return KeepStage.Default;
        }
    }

    private static TableName? Table(DefinitionReader reader, string subject, JobOverride change)
    {
        string? text = reader.Text("Table", isRequired: change.Table is null);
        if (change.Table is not null || text is null)
        {
            return change.Table;
        }

        try
        {
            return TableName.Parse(text);
        }
        catch (EtlException e)
        {
            reader.Refuse("Table", $"Table of {subject}: {e.Message} {e.Advice}");
            return null;
        }
    }

    private static SourcePartition? Partition(DefinitionReader reader, string subject)
    {
        string? column = reader.Text("PartitionColumn");
        int? count = reader.Integer("PartitionCount", SourcePartition.LeastCount, SourcePartition.MostCount);
        if (column is null && count is not null)
        {
            reader.Refuse("PartitionCount", $"PartitionCount of {subject} goes with PartitionColumn.");
        }

        return column is null ? null : new SourcePartition(column, count ?? SourcePartition.DefaultCount);
    }

    private static SourceTable? Select(DefinitionReader reader, string subject)
    {
        string? table = reader.Text("SourceTable");
        IReadOnlyList<string> columns = reader.Texts("SourceColumn");
        string? where = reader.Text("SourceWhere");
        foreach (string key in s_tableKeys.Where(key => table is null && reader.Has(key)))
        {
            reader.Refuse(key, $"{key} of {subject} goes with SourceTable.");
        }

        return table is null ? null : new SourceTable(table, columns, where);
    }

    private static IReadOnlyList<ParameterDefinition> Parameters(
        DefinitionReader reader, string subject, JobOverride change, List<DefinitionMistake> mistakes)
    {
        IReadOnlyList<ParameterDefinition> own = reader.Table("Parameter") is { } table
            ? ParameterDefinition.ReadAll(table, subject, mistakes)
            : [];
        return ParameterDefinition.Merge(own, change.Parameters);
    }

    private static JobSql Sql(
        DefinitionReader reader, string subject, string? folder, JobOverride change, List<DefinitionMistake> mistakes)
    {
        DefinitionReader? files = reader.Table("Sql") is { } table ? new DefinitionReader(table, $"Sql of {subject}", mistakes) : null;
        var sql = new JobSql(
            File("Create", "create.sql", change.Sql.Create),
            File("Initial", "initial.sql", change.Sql.Initial),
            File("Ongoing", "ongoing.sql", change.Sql.Ongoing),
            File("Delete", "delete.sql", change.Sql.Delete));
        files?.RefuseUnknown();
        return sql;

        // A name that the job gives must exist when it is needed; a default one only counts when the file is there.
        string? File(string key, string defaultName, string? given)
        {
            string? renamed = files?.Text(key);
            if (given is not null || folder is null)
            {
                return given;
            }

            string path = Path.GetFullPath(renamed ?? defaultName, folder);
            return renamed is not null || System.IO.File.Exists(path) ? path : null;
        }
    }
}
