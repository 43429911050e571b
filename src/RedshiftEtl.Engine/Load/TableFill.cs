using System.Globalization;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Load;

/// <summary>Runs the statements of a load from COPY on, and counts what they do.</summary>
internal sealed class TableFill(WarehouseSession session, LoadRequest request, EtlStage stage, CopyAuthorization authorization, IProgress<EtlEvent> progress)
{
    private long _superseded;
    private long _gone;
    private long? _moved;

    /// <summary>Rows that COPY loaded.</summary>
    public long Loaded { get; private set; }

    /// <summary>Rows of the target that a merge replaced; null in another mode.</summary>
    public long? Replaced { get; private set; }

    /// <summary>Rows that a merge added for new keys; null in another mode.</summary>
    public long? Inserted { get; private set; }

    /// <summary>Rows of the target that a merge removed.</summary>
    public long Removed { get; private set; }

    /// <summary>Fills the table.</summary>
    /// <exception cref="EtlException">The load must be rolled back.</exception>
    public async Task RunAsync(TargetTable target, CancellationToken cancel)
    {
        EtlExport export = stage.Export;
        if (stage.ManifestUrl is null)
        {
            SchemaMatch.Of(request, target, export.Columns);
        }
        else
        {
            foreach (LoadStatement statement in LoadScript.Fill(request, target, export.Columns, (table, columns) => (
                CopyStatement.Build(table, columns, stage.ManifestUrl, authorization.Sql, export.Compression, export.Dialect, stage.Stage.Region),
                CopyStatement.Build(table, columns, stage.ManifestUrl, authorization.Shown, export.Compression, export.Dialect, stage.Stage.Region))))
            {
                await StepAsync(statement, cancel);
            }
        }

        LoadChecks.Compare(request, export, Loaded);
        if (_moved is { } moved && moved != Loaded - _superseded - _gone)
        {
            throw new EtlException(Fault.CountMismatch, string.Create(CultureInfo.InvariantCulture,
                $"{Loaded:N0} rows were loaded into the stage table of '{request.Table}', {_superseded + _gone:N0} of them not to be kept, but {moved:N0} came into the table."),
                request.Table.ToString());
        }

        if (request.Merge is not null)
        {
            Replaced ??= 0;
            Inserted = Math.Max(0, (_moved ?? Loaded) - Replaced.Value);
        }
    }

    private async Task StepAsync(LoadStatement statement, CancellationToken cancel)
    {
        switch (statement.Step)
        {
            case LoadStep.Copy:
                await CopyAsync(statement, cancel);
                break;
            case LoadStep.Count:
                Loaded = await CountAsync(statement, cancel);
                break;
            case LoadStep.CheckNullKey:
                if (await CountAsync(statement, cancel) is > 0 and var nulls)
                {
                    throw new EtlException(Fault.MergeKeyInvalid, string.Create(CultureInfo.InvariantCulture,
                        $"{nulls:N0} row(s) of the extract have no value in the key ({request.Merge}): NULL equals nothing, so they would come in anew with each load."), request.Job);
                }

                break;
            case LoadStep.CheckDuplicateKey:
                await RefuseDuplicatesAsync(statement, cancel);
                break;
            case LoadStep.KeepLatest:
                _superseded = await session.ExecuteAsync(statement.Sql, [], cancel);
                break;
            case LoadStep.Remove:
                Removed = await session.ExecuteAsync(statement.Sql, [], cancel);
                break;
            case LoadStep.RemoveStaged:
                _gone = await session.ExecuteAsync(statement.Sql, [], cancel);
                break;
            case LoadStep.Replace:
                Replaced = await session.ExecuteAsync(statement.Sql, [], cancel);
                break;
            case LoadStep.Insert:
                _moved = await session.ExecuteAsync(statement.Sql, [], cancel);
                break;
            case LoadStep.CountReplaced:
                Replaced = await CountAsync(statement, cancel);
                break;
            case LoadStep.CountMerged:
                _moved = await CountAsync(statement, cancel);
                break;
            default:
                await session.ExecuteAsync(statement.Sql, [], cancel);
                break;
        }
    }

    private async Task CopyAsync(LoadStatement statement, CancellationToken cancel)
    {
        progress.Report(new VerboseEvent($"COPY {stage.Parts.Count} part(s) for {request.Table} from {stage.ManifestUrl}."));
        try
        {
            await session.ExecuteAsync(statement.Sql, [], cancel, statement.Shown);
        }
        catch (EtlException e) when (!e.Fault.IsTransient && e.Fault != Fault.Stopped)
        {
            await session.RollbackQuietlyAsync();
            throw await CopyFailure.ExplainAsync(session, request, stage, e, authorization, cancel);
        }
    }

    private async Task<long> CountAsync(LoadStatement statement, CancellationToken cancel) =>
        Convert.ToInt64(await session.ScalarAsync(statement.Sql, [], cancel), CultureInfo.InvariantCulture);

    private async Task RefuseDuplicatesAsync(LoadStatement statement, CancellationToken cancel)
    {
        List<object?[]> rows = await session.QueryAsync(statement.Sql, [], cancel);
        if (rows.Count == 0)
        {
            return;
        }

        string shown = string.Join(", ", rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"({string.Join(", ", row[..^2])}) {row[^2]} times")));
        string latest = request.Merge!.KeepLatest is { } column ? $", also by the latest {column}" : "";
        throw new EtlException(Fault.MergeKeyInvalid, string.Create(CultureInfo.InvariantCulture,
            $"{rows[0][^1]} key(s) ({request.Merge}) have several rows in the extract{latest}: {shown}{(rows.Count < Convert.ToInt64(rows[0][^1], CultureInfo.InvariantCulture) ? " …" : "")}."), request.Job);
    }
}
