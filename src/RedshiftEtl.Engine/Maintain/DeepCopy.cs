using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>Rebuilds a table sorted and compact, in one transaction: the table is as before or as new, whatever breaks (fact sheet 4).</summary>
public static class DeepCopy
{
    /// <summary>Reads everything and changes nothing.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DeepCopyRefused"/> with everything that stands against it; <see cref="Fault.TableNotFound"/>; what the connection raises.</exception>
    public static async Task<DeepCopyPlan> PlanAsync(
        WarehouseSession session, TableName table, DeepCopyOptions options, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        string path = (string?)await session.ScalarAsync("SHOW search_path", [], cancel) ?? "";
        string restore = $"SET search_path TO {DeepCopyPlanner.SearchPath(path)}";
        DeepCopyPlan plan;
        try
        {
            plan = await DeepCopyPlanner.ReadAsync(session, table, options, cancel);
        }
        catch (EtlException e) when (!e.Fault.IsTransient)
        {
            await session.ExecuteAsync(restore, [], CancellationToken.None);
            throw;
        }

        await session.ExecuteAsync(restore, [], cancel);
        progress.Report(new VerboseEvent($"Deep copy of {plan.Table}: {plan.Statements.Count} statements, {plan.ViewsRebuilt.Count} view(s) to rebuild."));
        return plan;
    }

    /// <summary>Copies the table and puts the copy in its place.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DeepCopyRefused"/>, <see cref="Fault.DeepCopyDiffers"/>, <see cref="Fault.OutcomeUnknown"/>, <see cref="Fault.TableNotFound"/>;
    /// what the connection and the statements raise. Only after <see cref="Fault.OutcomeUnknown"/> it is not known whether the table is the old or the new one; it is whole in every case.</exception>
    public static async Task<DeepCopyResult> RunAsync(
        RedshiftConnection warehouse, TableName table, DeepCopyOptions options, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);

        // What is refused is refused before anybody has to wait for the lock.
        DeepCopyPlan plan = await DeepCopyPlanner.ReadAsync(session, table, options, cancel);
        TableName target = plan.Table;
        var done = new List<string>();
        long rows;
        long copy;
        try
        {
            foreach (DeepCopyStatement first in plan.Steps.TakeWhile(statement => statement.Step is DeepCopyStep.Begin or DeepCopyStep.Lock))
            {
                await RunAsync(session, first, done, cancel);
            }

            // Read again under the lock: from here on nobody else changes the table.
            plan = await DeepCopyPlanner.ReadAsync(session, target, options, cancel);
            foreach (string warning in plan.Warnings)
            {
                progress.Report(new WarningEvent(warning));
            }

            rows = await RebuildAsync(session, plan, done, progress, cancel);
            copy = await VerifyAsync(session, plan, cancel);
        }
        catch
        {
            await session.RollbackQuietlyAsync();
            throw;
        }

        await CommitAsync(session, target, copy, done, progress);
        progress.Report(new VerboseEvent(string.Create(CultureInfo.InvariantCulture, $"Deep copy of {target}: {rows} rows in {clock.Elapsed.TotalSeconds:N1} s.")));
        return new DeepCopyResult(target, rows, done, plan.ViewsRebuilt, clock.Elapsed);
    }

    private static async Task<long> RebuildAsync(
        WarehouseSession session, DeepCopyPlan plan, List<string> done, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        long rows = 0;
        foreach (DeepCopyStatement statement in plan.Steps.Where(statement => statement.Step is DeepCopyStep.Change or DeepCopyStep.Compare))
        {
            if (statement.Step == DeepCopyStep.Compare)
            {
                done.Add(statement.Sql);
                rows = await CompareAsync(session, statement, plan.Table, cancel);
                continue;
            }

            try
            {
                await RunAsync(session, statement, done, cancel);
            }
            catch (EtlException e) when (RedshiftError.Server(e)?.SqlState == "2BP01")
            {
                // A dependant that the catalog did not show, such as a materialized view.
                throw new EtlException(Fault.DeepCopyRefused,
                    $"Table '{plan.Table}' cannot be copied: the server says that other objects depend on it. {e.Message} {RedshiftError.Server(e)?.Detail}".TrimEnd(), plan.Table.ToString(), e);
            }
        }

        progress.Report(new VerboseEvent(string.Create(CultureInfo.InvariantCulture, $"The copy of {plan.Table} has the same {rows} rows.")));
        return rows;
    }

    private static async Task<long> CompareAsync(WarehouseSession session, DeepCopyStatement statement, TableName table, CancellationToken cancel)
    {
        object?[] values = (await session.QueryAsync(statement.Sql, [], cancel))[0];
        long before = Convert.ToInt64(values[0], CultureInfo.InvariantCulture);
        long after = Convert.ToInt64(values[1], CultureInfo.InvariantCulture);
        string[] differing = values.Skip(2).Zip(statement.Compared)
            .Where(pair => Convert.ToInt64(pair.First, CultureInfo.InvariantCulture) != 1).Select(pair => pair.Second).Distinct().ToArray();
        if (before != after || differing.Length > 0)
        {
            throw new EtlException(Fault.DeepCopyDiffers,
                string.Create(CultureInfo.InvariantCulture, $"The copy of '{table}' has {after} rows of {before}")
                + (differing.Length == 0 ? "." : $", and other values in the column(s) {string.Join(", ", differing)}."),
                table.ToString());
        }

        return after;
    }

    /// <summary>Reads the finished table and views back and compares them with what they were, all properties. Returns the new table's oid.</summary>
    private static async Task<long> VerifyAsync(WarehouseSession session, DeepCopyPlan plan, CancellationToken cancel)
    {
        TableDefinition after = await TableDefinitionReader.ReadAsync(session, plan.Table, plan.Definition, cancel);
        IReadOnlyList<BoundView> views = await DeepCopyViews.ReadAsync(session, after.Id, cancel);
        string[] before = plan.Definition!.Describe().Concat(plan.Views.SelectMany(view => view.Describe())).ToArray();
        string[] now = after.Describe().Concat(views.SelectMany(view => view.Describe())).ToArray();
        string[] lost = before.Except(now, StringComparer.Ordinal).ToArray();
        string[] gained = now.Except(before, StringComparer.Ordinal).ToArray();
        return lost.Length + gained.Length == 0
            ? after.Id
            : throw new EtlException(Fault.DeepCopyDiffers,
                $"The copy of '{plan.Table}' is not the same as the table. Before: {string.Join("; ", lost)}. After: {string.Join("; ", gained)}.", plan.Table.ToString());
    }

    private static async Task RunAsync(WarehouseSession session, DeepCopyStatement statement, List<string> done, CancellationToken cancel)
    {
        await session.ExecuteAsync(statement.Sql, [], cancel);
        done.Add(statement.Sql);
    }

    /// <summary>Commits. When the connection breaks meanwhile, the table's oid tells whether it is the copy.</summary>
    private static async Task CommitAsync(WarehouseSession session, TableName table, long copy, List<string> done, IProgress<EtlEvent> progress)
    {
        try
        {
            await RunAsync(session, new DeepCopyStatement(DeepCopyStep.Commit, "COMMIT"), done, CancellationToken.None);
        }
        catch (EtlException e) when (e.Fault == Fault.ConnectionFailed)
        {
            if (!await IsCommittedAsync(session.Target, table, copy, progress, e))
            {
                throw new EtlException(Fault.ConnectionFailed, $"The connection broke during COMMIT; the deep copy of '{table}' was not committed.", table.ToString(), e);
            }

            done.Add("COMMIT");
            progress.Report(new WarningEvent($"The connection broke during COMMIT, but '{table}' is the copy: it was committed."));
        }
    }

    private static async Task<bool> IsCommittedAsync(
        RedshiftConnection warehouse, TableName table, long copy, IProgress<EtlEvent> progress, EtlException broken)
    {
        string sql = "SELECT c.oid::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + $" WHERE n.nspname = {TableDefinitionCatalog.Text(table.Schema!)} AND c.relname = {TableDefinitionCatalog.Text(table.Table)}";
        try
        {
            return await new Retry(Retry.DefaultRetries, progress).RunAsync(
                $"Look-up of {table} after the connection broke during COMMIT",
                async stop =>
                {
                    await using WarehouseSession other = await WarehouseSession.OpenAsync(warehouse, progress, stop);
                    return await other.ScalarAsync(sql, [], stop) is long id && id == copy;
                },
                CancellationToken.None);
        }
        catch (EtlException inner)
        {
            throw new EtlException(Fault.OutcomeUnknown,
                $"The connection broke during COMMIT of the deep copy of '{table}', and the outcome could not be looked up: {inner.Message}", table.ToString(), broken,
                "The table is whole: either as it was, or rebuilt. Run it again when the warehouse answers.");
        }
    }
}
