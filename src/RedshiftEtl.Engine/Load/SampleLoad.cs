using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Load;

/// <summary>Has COPY read a few staged rows in a transaction that is rolled back.</summary>
internal sealed class SampleLoad(WarehouseSession session, LoadRequest request, EtlStage stage, CopyAuthorization authorization)
{
    /// <summary>Reads them.</summary>
    /// <param name="target">The table that they are for.</param>
    /// <param name="isLoaded">Whether they go into a temporary table like it; else COPY only looks at them (NOLOAD, fact sheet 1).</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The rows loaded.</returns>
    /// <exception cref="EtlException"><see cref="Fault.CopyRejected"/>, <see cref="Fault.CopyDenied"/> and what else a load ends with.</exception>
    public async Task<long> RunAsync(TargetTable target, bool isLoaded, CancellationToken cancel)
    {
        EtlExport export = stage.Export;
        SchemaMatch match = SchemaMatch.Of(request, target, export.Columns);
        foreach (string addition in match.Additions)
        {
            await session.ExecuteAsync(addition, [], cancel);
        }

        StageTable? between = StageTable.For(request, match, export.Columns);
        var name = TableName.Parse($"etl_sample_{request.RunId}");
        if (match.Widenings.Count > 0)
        {
            // The load would make columns longer first, which no transaction can take back; so the sample gets columns as long as the query's.
            between = new StageTable(name, export.Columns.Select(column => TableName.Fold(column.Name)).ToArray(),
                [$"CREATE TEMP TABLE {name.Sql} ({string.Join(", ", export.Columns.Select(column => $"{SqlLiteral.Identifier(TableName.Fold(column.Name))} {column.RedshiftType}"))})"]);
        }
        else if (between is null && isLoaded)
        {
            between = new StageTable(name, match.Columns.OfType<string>().ToArray(), [$"CREATE TEMP TABLE {name.Sql} (LIKE {request.Table.Sql})"]);
        }

        foreach (string statement in between?.Create ?? [])
        {
            await session.ExecuteAsync(statement, [], cancel);
        }

        TableName into = between?.Name ?? request.Table;
        IReadOnlyList<string> columns = between?.Columns ?? match.Columns.OfType<string>().ToArray();
        string option = isLoaded ? "" : " NOLOAD";
        try
        {
            await session.ExecuteAsync(Copy(authorization.Sql) + option, [], cancel, Copy(authorization.Shown) + option);
        }
        catch (EtlException e) when (!e.Fault.IsTransient && e.Fault != Fault.Stopped)
        {
            await session.RollbackQuietlyAsync();
            throw await CopyFailure.ExplainAsync(session, request, stage, e, authorization, cancel);
        }

        if (!isLoaded)
        {
            return 0;
        }

        long loaded = Convert.ToInt64(await session.ScalarAsync($"SELECT COUNT(*) FROM {into.Sql}", [], cancel), CultureInfo.InvariantCulture);
        LoadChecks.Compare(request, export, loaded);
        return loaded;

        string Copy(string clause) => CopyStatement.Build(into, columns, stage.ManifestUrl!, clause, export.Compression, export.Dialect, stage.Stage.Region);
    }
}
