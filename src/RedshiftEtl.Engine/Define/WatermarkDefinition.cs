using System.Globalization;

namespace RedshiftEtl.Engine.Define;

/// <summary>The column by which a job knows what it has read: the greatest value of one load is @watermark of the next.</summary>
/// <param name="Column">The query's column.</param>
/// <param name="LagTime">How far @watermark stands back from a date or timestamp, for rows that their transactions made visible late; null for none.</param>
/// <param name="LagAmount">How far it stands back from a number; null for none.</param>
public sealed record WatermarkDefinition(string Column, TimeSpan? LagTime = null, decimal? LagAmount = null)
{
    /// <summary>The parameter's name in SQL, without @.</summary>
    public const string ParameterName = "watermark";

    /// <summary>The column and its lag.</summary>
    public override string ToString() => (LagTime, LagAmount) switch
    {
        ({ } time, _) => $"{Column}, Lag {time}",
        (_, { } amount) => string.Create(CultureInfo.InvariantCulture, $"{Column}, Lag {amount}"),
        _ => Column,
    };
}
