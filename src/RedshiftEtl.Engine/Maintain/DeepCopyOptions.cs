using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>What a caller decides about a deep copy.</summary>
public sealed record DeepCopyOptions
{
    /// <summary>Whether views that are bound to the table are dropped and made again; without it they refuse the copy.</summary>
    public bool IncludeViews { get; init; }
}

/// <summary>What a deep copy would do.</summary>
/// <param name="Table">The table, with its schema.</param>
/// <param name="Statements">Every statement that changes or compares something, in order, from BEGIN to COMMIT. Between them only the catalog is read.</param>
/// <param name="ViewsRebuilt">The views that would be made again, each after those it reads.</param>
/// <param name="Warnings">What would not be quite as before.</param>
public sealed record DeepCopyPlan(TableName Table, IReadOnlyList<string> Statements, IReadOnlyList<string> ViewsRebuilt, IReadOnlyList<string> Warnings)
{
    /// <summary>The statements with what each is for.</summary>
    internal IReadOnlyList<DeepCopyStatement> Steps { get; init; } = [];

    /// <summary>The table as it is.</summary>
    internal TableDefinition? Definition { get; init; }

    /// <summary>The views as they are.</summary>
    internal IReadOnlyList<BoundView> Views { get; init; } = [];
}

/// <summary>What a deep copy did.</summary>
/// <param name="Table">The table, with its schema.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Statements">The statements that ran, in order.</param>
/// <param name="ViewsRebuilt">The views that were made again.</param>
/// <param name="Duration">From the connection to the end of COMMIT.</param>
public sealed record DeepCopyResult(TableName Table, long Rows, IReadOnlyList<string> Statements, IReadOnlyList<string> ViewsRebuilt, TimeSpan Duration);

/// <summary>What a statement of a deep copy is for.</summary>
internal enum DeepCopyStep
{
    /// <summary>Opens the transaction.</summary>
    Begin,

    /// <summary>Keeps readers and writers away.</summary>
    Lock,

    /// <summary>Changes something.</summary>
    Change,

    /// <summary>Compares the copy with its table.</summary>
    Compare,

    /// <summary>Makes it last.</summary>
    Commit,
}

/// <summary>One statement of a deep copy.</summary>
/// <param name="Step">What it is for.</param>
/// <param name="Sql">The statement.</param>
internal sealed record DeepCopyStatement(DeepCopyStep Step, string Sql)
{
    /// <summary>Of a comparison: what each of its values after the two counts compares.</summary>
    public IReadOnlyList<string> Compared { get; init; } = [];
}
