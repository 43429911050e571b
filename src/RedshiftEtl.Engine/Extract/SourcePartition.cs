namespace RedshiftEtl.Engine.Extract;

/// <summary>How one extract is split into ranges that are read side by side, each over a connection of its own.</summary>
/// <param name="Column">A column of the query: a number, date or timestamp, best one with an index.</param>
/// <param name="Count">The number of ranges, 2 to 64.</param>
public sealed record SourcePartition(string Column, int Count)
{
    /// <summary>The number of ranges when none is said.</summary>
    public const int DefaultCount = 4;

    /// <summary>Ranges at least.</summary>
    public const int LeastCount = 2;

    /// <summary>Ranges at most.</summary>
    public const int MostCount = 64;
}
