using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Engine.Load;

/// <summary>What must hold before a load's COMMIT.</summary>
internal static class LoadChecks
{
    /// <summary>Three numbers must agree before COMMIT: read, written, loaded.</summary>
    public static void Compare(LoadRequest request, EtlExport export, long loaded)
    {
        if (export.RowsRead != export.RowsWritten || export.RowsWritten != loaded)
        {
            throw new EtlException(Fault.CountMismatch, string.Create(CultureInfo.InvariantCulture,
                $"{export.RowsRead:N0} rows were read, {export.RowsWritten:N0} written and {loaded:N0} loaded into '{request.Table}': not the same number."),
                request.Table.ToString());
        }
    }

    /// <summary>The rows before an ongoing load deletes, when a guard asks; null when none does.</summary>
    public static async Task<long?> CountAsync(WarehouseSession session, LoadRequest request, TargetTable target, CancellationToken cancel) =>
        request.MaxDeletePercent is not null && request.Load == LoadKind.Ongoing && target.Exists
            ? Convert.ToInt64(await session.ScalarAsync($"SELECT COUNT(*) FROM {request.Table.Sql}", [], cancel), CultureInfo.InvariantCulture)
            : null;

    public static void RefuseDeleted(LoadRequest request, long deleted, long? before)
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
    public static async Task RefuseSupersededAsync(LoadRequest request, CancellationToken cancel)
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
}
