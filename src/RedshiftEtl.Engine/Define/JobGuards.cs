namespace RedshiftEtl.Engine.Define;

/// <summary>Numbers at which a load stops before its COMMIT: a source that is suddenly empty should not empty the warehouse.</summary>
/// <param name="MinRows">The fewest rows that a load may read, from 0; null for no limit.</param>
/// <param name="MaxRows">The most rows that a load may read; null for no limit.</param>
/// <param name="MaxDeletePercent">The largest share of the table's rows that an ongoing load may delete, 0 to 100; null for no limit.</param>
public sealed record JobGuards(long? MinRows = null, long? MaxRows = null, int? MaxDeletePercent = null)
{
    /// <summary>No limits.</summary>
    public static JobGuards None { get; } = new();
}
