using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;

namespace RedshiftEtl.Engine.Plan;

/// <summary>How many parts are written side by side, so that their number is a multiple of the warehouse's slices (fact sheet 2).</summary>
public static class WarehouseSlices
{
    /// <summary>Parts when the warehouse doesn't say, and the fewest there are.</summary>
    public const int DefaultParts = 4;

    /// <summary>Parts at most: each is an upload with buffers of its own.</summary>
    public const int MostParts = 32;

    /// <summary>The connection's setting, else what the warehouse says; null on Serverless, which has no such table.</summary>
    internal static async Task<int?> ReadAsync(WarehouseSession session, RedshiftConnection warehouse, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        if (warehouse.Slices is not null)
        {
            return warehouse.Slices;
        }

        try
        {
            object? count = await session.ScalarAsync("SELECT count(*) FROM stv_slices", [], cancel);
            return Convert.ToInt32(count, CultureInfo.InvariantCulture) is var slices and > 0 ? slices : null;
        }
        catch (EtlException e) when (!e.Fault.IsTransient)
        {
            progress.Report(new VerboseEvent($"'{warehouse.Name}' does not tell its slices, so there are {DefaultParts} parts at a time; Slices of the connection says otherwise. {e.Message}"));
            return null;
        }
    }

    /// <summary>Parts side by side for so many slices (null: not known): a multiple of few slices, a divisor of very many, so that rounds of them come to a multiple.</summary>
    public static int PartsFor(int? slices)
    {
        if (slices is not { } count)
        {
            return DefaultParts;
        }

        if (count > MostParts)
        {
            int parts = MostParts;
            while (count % parts != 0)
            {
                parts--;
            }

            // A prime number of slices has no useful divisor.
            return parts >= DefaultParts ? parts : MostParts;
        }

        return (DefaultParts + count - 1) / count * count;
    }
}
