using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Maintain;
using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Plan;

/// <summary>Decides what a run of a job will do. Reads from the source's and the warehouse's catalogs; changes nothing.</summary>
public static class Planner
{
    /// <summary>Makes the plan.</summary>
    /// <param name="job">The job.</param>
    /// <param name="load">Which load; Auto asks the warehouse.</param>
    /// <param name="isForced">Whether an initial Append may load into a table that has rows.</param>
    /// <param name="runId">The run's id.</param>
    /// <param name="now">The run's start.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EtlException">The fault that the run would end with, as far as it can be known before.</exception>
    public static async Task<EtlPlan> PlanAsync(
        EtlJob job, LoadKind load, bool isForced, string runId, DateTimeOffset now, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        S3Connection stage = job.Stage ?? throw Missing(job, "Stage", "S3");
        RedshiftConnection warehouse = job.Warehouse ?? throw Missing(job, "Warehouse", "Redshift");
        JobFiles files = JobFiles.Read(job);
        string reason = "asked for";
        TargetTable target;
        JobState state;
        int parts;
        await using (WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel))
        {
            target = await TargetTable.ReadAsync(session, job.Table, cancel);
            state = await History.ReadStateAsync(session, new JobKey(job.Name, job.Table), cancel);
            parts = WarehouseSlices.PartsFor(await WarehouseSlices.ReadAsync(session, warehouse, progress, cancel));
            if (load == LoadKind.Auto)
            {
                (load, reason) = Choose(job, target, state);
                progress.Report(new VerboseEvent($"Job '{job.Name}': {load} load, since {reason}."));
            }
        }

        SqlText query = (load == LoadKind.Initial ? files.Initial : files.Ongoing) ?? throw new EtlException(Fault.SqlFileUnreadable,
            $"Job '{job.Name}' has no SQL for its {load.ToString().ToLowerInvariant()} load.", job.Name,
            advice: $"Write {load.ToString().ToLowerInvariant()}.sql into the job's folder, name a SourceTable, or give -{load}SqlFile.");
        if (job.Mode == LoadMode.Merge && job.Merge is null)
        {
            throw LoadScript.NoKey(job.Name);
        }

        SqlText? create = load == LoadKind.Initial && !target.Exists ? files.Create : null;
        SqlText? delete = load == LoadKind.Ongoing && job.Mode == LoadMode.Overwrite ? files.Delete : null;
        SqlText[] used = new[] { query, create, delete }.OfType<SqlText>().ToArray();
        EtlParameter? watermark = Watermark(job, load, state, used, progress);
        IReadOnlyList<EtlParameter> parameters = ParameterSet.Resolve(job.Parameters, watermark, now, used, files.All);
        var request = new LoadRequest
        {
            RunId = runId,
            Job = job.Name,
            Load = load,
            Mode = job.Mode,
            Merge = job.Merge,
            Drift = job.SchemaDrift,
            Warehouse = warehouse,
            Table = job.Table,
            Source = job.Source.Name,
            Create = create,
            Delete = delete,
            Parameters = parameters,
            IsForced = isForced,
            Sequence = state.LastSequence + 1,
            Watermark = job.Watermark is { } definition ? new WatermarkStep(definition.Column, load == LoadKind.Initial ? null : state.Watermark, null, 0) : null,
            MaxDeletePercent = job.Guards.MaxDeletePercent,
            SqlHashes = Hashes(("query", query), ("create", create), ("delete", delete)),
            StartedAt = now,
            PlanDuration = DateTimeOffset.UtcNow - now,
        };
        List<LoadStatement> statements = LoadScript.Prepare(request, target.Exists);
        IReadOnlyList<EtlColumn> columns = await SourceTest.DescribeAsync(job.Source, job.Ask(query, parameters), cancel);
        if (job.Watermark is { } tracked)
        {
            WatermarkTracker.Of(tracked.Column, columns, CsvDialect.Default, job.Source.SqlDialect);
        }

        string keyPrefix = StageKeys.Prefix(stage, job.Name, now, runId);
        TargetTable filled = target.Exists ? target : TargetTable.Expect(job.Table, columns);
        var plan = new EtlPlan
        {
            RunId = runId,
            Job = job,
            Load = load,
            Reason = reason,
            StartedAt = now,
            Parameters = parameters,
            Query = query,
            Columns = columns,
            Stage = stage,
            KeyPrefix = keyPrefix,
            ParallelParts = parts,
            Widenings = SchemaMatch.Of(request, filled, columns).Widenings,
            Statements = statements,
            Request = request,
        };
        string manifest = $"s3://{stage.Bucket}/{keyPrefix}{StageKeys.ManifestName}";
        string authorization = (warehouse.IamRole is { } role ? CopyAuthorization.Role(role) : CopyAuthorization.Keys("", "", null)).Shown;
        statements.AddRange(LoadScript.Fill(request, filled, columns, (table, into) =>
        {
            string copy = CopyStatement.Build(table, into, manifest, authorization, job.Compression, plan.Dialect, stage.Region);
            return (copy, copy);
        }));
        return plan;
    }

    /// <summary>The plan for people: with the rows that would be deleted and the maintenance that the table would get as it is now.</summary>
    /// <exception cref="EtlException">As <see cref="PlanAsync"/>.</exception>
    public static async Task<EtlPlan> PreviewAsync(EtlJob job, LoadKind load, bool isForced, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        EtlPlan plan = await PlanAsync(job, load, isForced, RunId.New(), DateTimeOffset.UtcNow, progress, cancel);
        plan = plan with { RowsToDelete = await CountAsync(plan, progress, cancel) };
        try
        {
            return plan with { Maintenance = job.MaintenanceMethod == MaintenanceMethod.None ? null : await TableMaintenance.PlanAsync(job.Warehouse!, job.Table, job.MaintenanceRequest, progress, cancel) };
        }
        catch (EtlException e) when (!e.Fault.IsTransient && e.Fault != Fault.Stopped)
        {
            // A table that is yet to be made has none; what else stands in the way of maintenance stands in no load's way.
            progress.Report(new VerboseEvent($"Maintenance of {job.Table}: {e.Message}"));
            return plan;
        }
    }

    /// <summary>Counts what the deletes would delete, by asking for it instead of doing it.</summary>
    private static async Task<long?> CountAsync(EtlPlan plan, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        LoadStatement[] deletes = plan.Statements.Where(statement => statement is { Step: LoadStep.Delete, IsDelete: true }).ToArray();
        if (deletes.Length == 0 || plan.Statements.Any(statement => statement.Step == LoadStep.Create))
        {
            return null;
        }

        await using WarehouseSession session = await WarehouseSession.OpenAsync(plan.Request.Warehouse, progress, cancel);
        long rows = 0;
        foreach (LoadStatement delete in deletes)
        {
            if (DeleteCount.Of(delete.Sql) is not { } count)
            {
                progress.Report(new WarningEvent($"The rows to delete are not counted: only the form DELETE FROM … USING … WHERE … can be, not {delete}."));
                return null;
            }

            try
            {
                rows += Convert.ToInt64(await session.ScalarAsync(count, delete.Values, cancel), CultureInfo.InvariantCulture);
            }
            catch (EtlException e)
            {
                throw delete.Locate(e, session.Target.Session);
            }
        }

        return rows;
    }

    internal static EtlException Missing(EtlJob job, string what, string type) => new(
        Fault.DefinitionInvalid, $"Job '{job.Name}' has no {what}, and connections.psd1 defines no {type} connection for it.", job.Name,
        advice: $"Define a connection of type {type} in connections.psd1, or give -{what}.");

    private static (LoadKind Load, string Reason) Choose(EtlJob job, TargetTable target, JobState state) => (target.Exists, state) switch
    {
        (false, _) => (LoadKind.Initial, $"the table {job.Table} does not exist"),
        (_, { HasInitial: false }) => (LoadKind.Initial, "no initial load of it ever succeeded"),
        (_, { Watermark: null }) when job.Watermark is not null => (LoadKind.Initial, "no watermark of it was ever committed"),
        _ => (LoadKind.Ongoing, "its initial load is in the history"),
    };

    /// <summary>@watermark, when an ongoing load's SQL asks for it.</summary>
    private static EtlParameter? Watermark(EtlJob job, LoadKind load, JobState state, IReadOnlyList<SqlText> used, IProgress<EtlEvent> progress)
    {
        ParameterReference[] references = used.SelectMany(sql => sql.References)
            .Where(reference => reference.Name.Equals(WatermarkDefinition.ParameterName, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (job.Watermark is not { } definition)
        {
            return null;
        }

        if (load == LoadKind.Initial)
        {
            return references.Length == 0 ? null : throw new EtlException(Fault.ParameterMissing,
                $"The initial load of job '{job.Name}' uses @{WatermarkDefinition.ParameterName}, but an initial load reads everything.", job.Name, null,
                "Leave @watermark to ongoing.sql and delete.sql.");
        }

        if (references.Length == 0)
        {
            progress.Report(new WarningEvent($"Job '{job.Name}' has the watermark '{definition.Column}', but its ongoing SQL does not use @{WatermarkDefinition.ParameterName}."));
            return null;
        }

        return (state.Watermark ?? throw new EtlException(Fault.WatermarkMissing, $"Job '{job.Name}' has no committed watermark to go on from.", job.Name))
            .ToParameter(definition, job.Source.SqlDialect);
    }

    private static string Hashes(params (string Name, SqlText? Sql)[] texts) => string.Join("; ", texts.Where(text => text.Sql is not null)
        .Select(text => $"{text.Name}={Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.Sql!.Text)))}"));

    /// <summary>The job's SQL, read and cut.</summary>
    internal sealed record JobFiles(SqlText? Create, SqlText? Initial, SqlText? Ongoing, SqlText? Delete)
    {
        public IEnumerable<SqlText> All => new[] { Create, Initial, Ongoing, Delete }.OfType<SqlText>();

        public static JobFiles Read(EtlJob job) => new(
            Read(job.Sql.Create, SqlDialect.Redshift),
            Read(job.Sql.Initial, job.Source.SqlDialect) ?? job.SourceTable?.ToSql(job.Source),
            Read(job.Sql.Ongoing, job.Source.SqlDialect) ?? job.SourceTable?.ToSql(job.Source),
            Read(job.Sql.Delete, SqlDialect.Redshift));

        private static SqlText? Read(string? file, SqlDialect dialect) => file is null ? null : SqlText.Read(file, dialect);
    }
}
