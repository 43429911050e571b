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
    /// <summary>How COPY says that S3 refused it.</summary>
    private static readonly string[] s_deniedWords =
        ["AccessDenied", "Access Denied", "not authorized", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "403"];

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
            foreach (LoadStatement statement in LoadScript.Prepare(request, target.Exists))
            {
                switch (statement.Step)
                {
                    case LoadStep.Delete when statement.IsExplainable:
                        await RunUserSqlAsync(session, statement with { Sql = $"EXPLAIN {statement.Shown}", Shown = $"EXPLAIN {statement.Shown}", Values = [] }, cancel);
                        break;
                    case LoadStep.CheckEmpty:
                        await RefuseRowsAsync(session, request, statement, cancel);
                        break;
                    default:
                        await RunUserSqlAsync(session, statement, cancel);
                        break;
                }
            }

            target = await CreatedAsync(session, request, target, cancel);
            target.Match(columns);
        }
        finally
        {
            await session.RollbackQuietlyAsync();
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

        bool isCreated = !target.Exists;
        long deleted = 0;
        EtlRun run;
        try
        {
            await session.ExecuteAsync("BEGIN", [], cancel);
            long? before = await CountAsync(session, request, target, cancel);
            foreach (LoadStatement statement in LoadScript.Prepare(request, target.Exists))
            {
                if (statement.Step == LoadStep.CheckEmpty)
                {
                    await RefuseRowsAsync(session, request, statement, cancel);
                    continue;
                }

                long affected = await RunUserSqlAsync(session, statement, cancel);
                deleted += statement.IsDelete ? Math.Max(affected, 0) : 0;
            }

            RefuseDeleted(request, deleted, before);
            TimeSpan prepared = clock.Elapsed;
            target = await CreatedAsync(session, request, target, cancel);
            IReadOnlyList<string> columns = target.Match(stage.Export.Columns);
            long loaded = stage.ManifestUrl is null ? 0 : await CopyAsync(session, request, stage, columns, authorization, progress, cancel);
            Compare(request, stage.Export, loaded);
            run = EtlRun.Of(request, stage.Export, RunStatus.Succeeded) with
            {
                RowsDeleted = deleted,
                RowsLoaded = loaded,
                PartCount = stage.Parts.Count,
                Manifest = stage.ManifestUrl,
                LoadDuration = clock.Elapsed,
                DeleteDuration = prepared,
                CopyDuration = clock.Elapsed - prepared,
            };
            await RefuseSupersededAsync(request, cancel);
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
            throw statement.Locate(e);
        }
    }

    private static async Task RefuseRowsAsync(WarehouseSession session, LoadRequest request, LoadStatement check, CancellationToken cancel)
    {
        if (await session.ScalarAsync(check.Sql, check.Values, cancel) is not null)
        {
            throw new EtlException(Fault.TableNotEmpty,
                $"Table '{request.Table}' has rows already, so an initial load in mode Append would double them.", request.Table.ToString());
        }
    }

    /// <summary>The target as it is inside the transaction, after create.sql ran.</summary>
    private static async Task<TargetTable> CreatedAsync(WarehouseSession session, LoadRequest request, TargetTable target, CancellationToken cancel)
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

    private static async Task<long> CopyAsync(
        WarehouseSession session, LoadRequest request, EtlStage stage, IReadOnlyList<string> columns,
        CopyAuthorization authorization, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        long loaded = 0;
        foreach (LoadStatement statement in LoadScript.Copy(
            request, columns, stage.ManifestUrl!, stage.Export.Compression, stage.Export.Dialect, stage.Stage.Region, authorization))
        {
            if (statement.Step == LoadStep.Count)
            {
                loaded = Convert.ToInt64(await session.ScalarAsync(statement.Sql, [], cancel), CultureInfo.InvariantCulture);
                continue;
            }

            progress.Report(new VerboseEvent($"COPY {stage.Parts.Count} part(s) into {request.Table} from {stage.ManifestUrl}."));
            try
            {
                await session.ExecuteAsync(statement.Sql, [], cancel, statement.Shown);
            }
            catch (EtlException e) when (!e.Fault.IsTransient && e.Fault != Fault.Stopped)
            {
                await session.RollbackQuietlyAsync();
                throw await CopyErrorAsync(session, request, stage, e, authorization, cancel);
            }
        }

        return loaded;
    }

    /// <summary>What COPY's failure was about: the refused rows where there are some, else the server's words without keys.</summary>
    private static async Task<EtlException> CopyErrorAsync(
        WarehouseSession session, LoadRequest request, EtlStage stage, EtlException error, CopyAuthorization authorization, CancellationToken cancel)
    {
        bool isData = error.Message.Contains("load_error", StringComparison.OrdinalIgnoreCase);
        IReadOnlyList<LoadError> rows = isData ? await ReadErrorsAsync(request, stage, session.ProcessId, cancel) : [];
        if (rows.Count > 0)
        {
            return new EtlException(Fault.CopyRejected,
                $"COPY into '{request.Table}' refused rows; nothing was loaded. {string.Join("; ", rows)}", request.Table.ToString());
        }

        // The server may repeat a part of the statement, so an error of a COPY with keys says no more than its class.
        bool hasKeys = authorization.Sql != authorization.Shown;
        string message = hasKeys && error.Fault == Fault.SqlInvalid ? "the statement was refused" : error.Message;
        bool isDenied = error.Fault == Fault.SqlDenied
            || s_deniedWords.Any(word => error.Message.Contains(word, StringComparison.OrdinalIgnoreCase));
        return new EtlException(isDenied ? Fault.CopyDenied : error.Fault, $"COPY into '{request.Table}' failed; nothing was loaded. {message}",
            request.Table.ToString(), hasKeys ? null : error.InnerException);
    }

    /// <summary>COPY fails with XX000, at which the driver gives the connection up: the errors are read through a new one, by the old one's process id.</summary>
    private static async Task<IReadOnlyList<LoadError>> ReadErrorsAsync(LoadRequest request, EtlStage stage, int processId, CancellationToken cancel)
    {
        LoadError[] errors;
        try
        {
            await using WarehouseSession session = await WarehouseSession.OpenAsync(request.Warehouse, NoProgress.Instance, cancel);
            errors = [.. await LoadError.ReadAsync(session, processId, 5, cancel)];
        }
        catch (EtlException)
        {
            // Without them the server's own words about the COPY remain.
            return [];
        }

        for (int i = 0; i < errors.Length; i++)
        {
            if (errors[i].Value is null && errors[i].RawLine is null)
            {
                errors[i] = errors[i] with { RawLine = await RawLineAsync(stage, errors[i], cancel) };
            }
        }

        return errors;
    }

    private static async Task<string?> RawLineAsync(EtlStage stage, LoadError error, CancellationToken cancel)
    {
        try
        {
            return await StagedLine.ReadAsync(stage.Stage, error.File, error.Line, cancel);
        }
        catch (Exception e) when (e is EtlException or IOException or InvalidDataException or ZstdSharp.ZstdException)
        {
            // The error stands without it.
            return null;
        }
    }

    /// <summary>Three numbers must agree before COMMIT: read, written, loaded.</summary>
    private static void Compare(LoadRequest request, EtlExport export, long loaded)
    {
        if (export.RowsRead != export.RowsWritten || export.RowsWritten != loaded)
        {
            throw new EtlException(Fault.CountMismatch, string.Create(CultureInfo.InvariantCulture,
                $"{export.RowsRead:N0} rows were read, {export.RowsWritten:N0} written and {loaded:N0} loaded into '{request.Table}': not the same number."),
                request.Table.ToString());
        }
    }

    /// <summary>The rows before an ongoing load deletes, when a guard asks; null when none does.</summary>
    private static async Task<long?> CountAsync(WarehouseSession session, LoadRequest request, TargetTable target, CancellationToken cancel) =>
        request.MaxDeletePercent is not null && request.Load == LoadKind.Ongoing && target.Exists
            ? Convert.ToInt64(await session.ScalarAsync($"SELECT COUNT(*) FROM {request.Table.Sql}", [], cancel), CultureInfo.InvariantCulture)
            : null;

    private static void RefuseDeleted(LoadRequest request, long deleted, long? before)
    {
        // As a product, since a share that is rounded would let through what is just above the limit.
        if (before is { } rows && deleted * 100m > rows * (decimal)request.MaxDeletePercent!)
        {
            throw new EtlException(Fault.GuardFailed, string.Create(CultureInfo.InvariantCulture,
                $"The load would delete {deleted:N0} of {rows:N0} rows of '{request.Table}' ({deleted * 100m / rows:N1} %), more than the job's MaxDeletePercent of {request.MaxDeletePercent} %."),
                request.Table.ToString());
        }
    }

    /// <summary>Looks from another session, when this one has the table's write lock by its COPY or DELETE: whoever else ran the job has committed by now, or waits for us
    /// and will find us here. It must not be asked in the transaction, where reading the history would conflict with every other job's row (fact sheet 3).</summary>
    private static async Task RefuseSupersededAsync(LoadRequest request, CancellationToken cancel)
    {
        if (request.Sequence is not { } sequence)
        {
            return;
        }

        await using WarehouseSession other = await WarehouseSession.OpenAsync(request.Warehouse, NoProgress.Instance, cancel);
        JobState state = await History.ReadStateAsync(other, new JobKey(request.Job, request.Table), cancel);
        if (state.LastSequence >= sequence)
        {
            throw new EtlException(Fault.RunSuperseded,
                $"Another run of job '{request.Job}' has committed while run {request.RunId} was under way, so what this one read is not what comes next.", request.RunId);
        }
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
