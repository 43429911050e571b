using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Load;

/// <summary>Loads staged parts into Redshift: create if missing, delete, COPY, compare counts, record, COMMIT, all in one transaction.</summary>
public static class Loader
{
    /// <summary>Finds what can be found before the extract: that the table is there or can be made, that it has the columns, that the deletes are valid. Changes nothing.</summary>
    /// <exception cref="EtlException">The fault that the load would end with.</exception>
    public static async Task CheckAsync(LoadRequest request, IReadOnlyList<EtlColumn> columns, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        await using WarehouseSession session = await WarehouseSession.OpenAsync(request.Warehouse, progress, cancel);
        await History.EnsureAsync(session, cancel);
        TargetTable target = await TargetTable.ReadAsync(session, request.Table, cancel);
        await session.ExecuteAsync("BEGIN", [], cancel);
        try
        {
            List<LoadStatement> statements = LoadScript.Prepare(request, target.Exists);
            if (statements.Exists(statement => statement.Step == LoadStep.CheckEmpty))
            {
                await RefuseRowsAsync(session, request, cancel);
            }

            await ExplainAsync(session, statements, cancel);
            target = await CreatedAsync(session, request, target, cancel);
            await CheckFillAsync(session, request, target, columns, progress, cancel);
        }
        finally
        {
            await session.RollbackQuietlyAsync();
        }
    }

    /// <summary>Has Redshift plan the deletes, and runs what creates the table, in a transaction that is to be rolled back.</summary>
    internal static async Task ExplainAsync(WarehouseSession session, IEnumerable<LoadStatement> statements, CancellationToken cancel)
    {
        foreach (LoadStatement statement in statements.Where(statement => statement.Step != LoadStep.CheckEmpty))
        {
            await RunUserSqlAsync(
                session,
                statement is { Step: LoadStep.Delete, IsExplainable: true } ? statement with { Sql = $"EXPLAIN {statement.Shown}", Shown = $"EXPLAIN {statement.Shown}", Values = [] } : statement,
                cancel);
        }
    }

    /// <summary>Loads; after a fault that may pass, the whole transaction again, from the same staged parts.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="stage">The staged parts.</param>
    /// <param name="authorize">How COPY may read them; asked for each attempt, since credentials expire.</param>
    /// <param name="retry">How often it is repeated.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops the server's statement and rolls back; ignored once COMMIT is sent.</param>
    /// <exception cref="EtlException">Nothing was committed, except for <see cref="Fault.OutcomeUnknown"/>.</exception>
    public static Task<EtlLoad> LoadAsync(
        LoadRequest request, EtlStage stage, Func<CancellationToken, Task<CopyAuthorization>> authorize, Retry retry, IProgress<EtlEvent> progress, CancellationToken cancel) =>
        retry.RunAsync(
            $"Load into {request.Table}",
            async stop => await AttemptAsync(request, stage, await authorize(stop), retry, progress, stop),
            cancel);

    private static async Task<EtlLoad> AttemptAsync(
        LoadRequest request, EtlStage stage, CopyAuthorization authorization, Retry retry, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        await using WarehouseSession session = await WarehouseSession.OpenAsync(request.Warehouse, progress, cancel);
        await History.EnsureAsync(session, cancel);
        TargetTable target = await TargetTable.ReadAsync(session, request.Table, cancel);
        if (await History.HasRunAsync(session, request.RunId, request.Table, cancel))
        {
            throw new EtlException(Fault.AlreadyLoaded, $"Run {request.RunId} is in the history: its rows are in '{request.Table}' already.", request.RunId);
        }

        await WidenAsync(session, request, target, stage.Export.Columns, cancel);
        bool isCreated = !target.Exists;
        long deleted = 0;
        EtlRun run;
        try
        {
            await session.ExecuteAsync("BEGIN", [], cancel);
            long? before = await LoadChecks.CountAsync(session, request, target, cancel);
            foreach (LoadStatement statement in LoadScript.Prepare(request, target.Exists))
            {
                if (statement.Step == LoadStep.CheckEmpty)
                {
                    await RefuseRowsAsync(session, request, cancel);
                    continue;
                }

                long affected = await RunUserSqlAsync(session, statement, cancel);
                deleted += statement.IsDelete ? Math.Max(affected, 0) : 0;
            }

            LoadChecks.RefuseDeleted(request, deleted, before);
            TimeSpan prepared = clock.Elapsed;
            target = await CreatedAsync(session, request, target, cancel);
            var fill = new TableFill(session, request, stage, authorization, progress);
            await fill.RunAsync(target, cancel);
            deleted += fill.Removed;
            LoadChecks.RefuseDeleted(request, deleted, before);
            run = EtlRun.Of(request, stage.Export, RunStatus.Succeeded) with
            {
                RowsDeleted = deleted,
                RowsLoaded = fill.Loaded,
                RowsInserted = fill.Inserted,
                RowsReplaced = fill.Replaced,
                PartCount = stage.Parts.Count,
                Manifest = stage.ManifestUrl,
                LoadDuration = clock.Elapsed,
                DeleteDuration = prepared,
                CopyDuration = clock.Elapsed - prepared,
            };
            await LoadChecks.RefuseSupersededAsync(request, cancel);
            (string insert, IReadOnlyList<EtlParameter> values) = History.Insert(request.Warehouse, run);
            await session.ExecuteAsync(insert, values, cancel);
        }
        catch
        {
            await session.RollbackQuietlyAsync();
            throw;
        }

        await CommitAsync(session, request, retry, progress);
        progress.Report(new MilestoneEvent("Loaded", string.Create(CultureInfo.InvariantCulture,
            $"{run.RowsLoaded:N0} rows loaded into {request.Table}, {deleted:N0} deleted, in {clock.Elapsed.TotalSeconds:N1} s.")));
        return new EtlLoad
        {
            RunId = request.RunId,
            Stage = stage,
            Warehouse = request.Warehouse.Name,
            Table = request.Table.ToString(),
            IsTableCreated = isCreated,
            RowsDeleted = deleted,
            RowsLoaded = run.RowsLoaded,
            Duration = clock.Elapsed,
            Run = run,
        };
    }

    /// <summary>Runs a statement of the user's SQL; an error names the file and the line.</summary>
    private static async Task<long> RunUserSqlAsync(WarehouseSession session, LoadStatement statement, CancellationToken cancel)
    {
        try
        {
            return await session.ExecuteAsync(statement.Sql, statement.Values, cancel, statement.Shown);
        }
        catch (EtlException e)
        {
            throw statement.Locate(e, session.Target.Session);
        }
    }

    /// <summary>What the statements from COPY on need can be seen before anything is read, the merge's condition by preparing it on a stage table.</summary>
    internal static async Task CheckFillAsync(
        WarehouseSession session, LoadRequest request, TargetTable target, IReadOnlyList<EtlColumn> columns, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        foreach (string warning in SchemaMatch.Of(request, target, columns).Warnings)
        {
            progress.Report(new WarningEvent(warning));
        }

        List<LoadStatement> statements = LoadScript.Fill(request, target, columns, (_, _) => ("", ""));
        if (request.Merge?.DeletedWhen is not { } condition)
        {
            return;
        }

        foreach (LoadStatement statement in statements.TakeWhile(statement => statement.Step != LoadStep.Copy))
        {
            await session.ExecuteAsync(statement.Sql, [], cancel);
        }

        try
        {
            await session.ExecuteAsync($"EXPLAIN {statements.First(statement => statement.Step == LoadStep.RemoveStaged).Sql}", [], cancel);
        }
        catch (EtlException e) when (!e.Fault.IsTransient && e.Fault != Fault.Stopped)
        {
            throw new EtlException(e.Fault, $"DeletedWhen of job '{request.Job}' ({condition}): {e.Message}", request.Job, e.InnerException, "Write a condition on the extract's columns, in Redshift's SQL.");
        }
    }

    /// <summary>Makes VARCHARs longer, each statement alone and before the transaction, as Redshift takes it (fact sheet 7.1). A longer column changes no value, should the load fail then.</summary>
    private static async Task WidenAsync(WarehouseSession session, LoadRequest request, TargetTable target, IReadOnlyList<EtlColumn> columns, CancellationToken cancel)
    {
        foreach (string statement in target.Exists && request.Drift == SchemaDrift.AddAndWiden ? SchemaMatch.Of(request, target, columns).Widenings : [])
        {
            await session.ExecuteAsync(statement, [], cancel);
        }
    }

    /// <summary>An initial Append must not double what is there.</summary>
    internal static async Task RefuseRowsAsync(WarehouseSession session, LoadRequest request, CancellationToken cancel)
    {
        if (await session.ScalarAsync(LoadScript.AnyRow(request.Table), [], cancel) is not null)
        {
            throw new EtlException(Fault.TableNotEmpty,
                $"Table '{request.Table}' has rows already, so an initial load in mode Append would double them.", request.Table.ToString());
        }
    }

    /// <summary>The target as it is inside the transaction, after create.sql ran.</summary>
    internal static async Task<TargetTable> CreatedAsync(WarehouseSession session, LoadRequest request, TargetTable target, CancellationToken cancel)
    {
        if (target.Exists)
        {
            return target;
        }

        target = await TargetTable.ReadAsync(session, request.Table, cancel);
        return target.Exists
            ? target
            : throw new EtlException(Fault.TableNotFound,
                $"The create SQL ran, but it did not create '{request.Table}'.", request.Table.ToString(),
                advice: "The table that create.sql creates and the job's Table must be the same, schema included.");
    }

    /// <summary>Commits. When the connection breaks meanwhile, the outcome is looked up instead of guessed.</summary>
    private static async Task CommitAsync(WarehouseSession session, LoadRequest request, Retry retry, IProgress<EtlEvent> progress)
    {
        try
        {
            await session.ExecuteAsync("COMMIT", [], CancellationToken.None);
        }
        catch (EtlException e) when (e.Fault == Fault.ConnectionFailed)
        {
            bool isCommitted;
            try
            {
                isCommitted = await retry.RunAsync(
                    $"Look-up of run {request.RunId} after the connection broke during its COMMIT",
                    async stop =>
                    {
                        await using WarehouseSession other = await WarehouseSession.OpenAsync(request.Warehouse, progress, stop);
                        return await History.WasCommittedAsync(other, request.RunId, request.Table, stop);
                    },
                    CancellationToken.None);
            }
            catch (EtlException inner)
            {
                throw new EtlException(Fault.OutcomeUnknown,
                    $"The connection broke during COMMIT of run {request.RunId}, and the outcome could not be looked up: {inner.Message}", request.RunId, e);
            }

            if (!isCommitted)
            {
                throw new EtlException(Fault.ConnectionFailed, $"The connection broke during COMMIT; run {request.RunId} was not committed.", request.RunId, e);
            }

            progress.Report(new WarningEvent($"The connection broke during COMMIT, but run {request.RunId} is in the history: it was committed."));
        }
    }
}
