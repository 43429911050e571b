using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define.Write;

/// <summary>What New-EtlJob is to write.</summary>
public sealed record JobDraftRequest
{
    /// <summary>Rows that are looked at unless it is said otherwise.</summary>
    public const int DefaultSampleRows = 100_000;

    /// <summary>The source.</summary>
    public required SourceConnection Source { get; init; }

    /// <summary>The source's table, with wildcards for several; null for a query.</summary>
    public string? SourceTable { get; init; }

    /// <summary>The query, for a job that reads no single table; null for a table.</summary>
    public SqlText? Query { get; init; }

    /// <summary>The job's name; null for the table's.</summary>
    public string? Name { get; init; }

    /// <summary>The target table; null for the source's names.</summary>
    public TableName? Table { get; init; }

    /// <summary>The target's schema when <see cref="Table"/> is null; null for the source's schema, or public.</summary>
    public string? Schema { get; init; }

    /// <summary>The mode; null: Merge when there are a key and a watermark, else Overwrite.</summary>
    public LoadMode? Mode { get; init; }

    /// <summary>The key; empty for the source's primary key.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>The watermark column; null for none.</summary>
    public string? Watermark { get; init; }

    /// <summary>Rows to look at for the lengths of texts, 0 to not look.</summary>
    public int SampleRows { get; init; } = DefaultSampleRows;
}

/// <summary>A column of a draft.</summary>
/// <param name="Source">The source's column.</param>
/// <param name="Type">Its type on Redshift.</param>
/// <param name="IsNotNull">Whether it refuses NULL.</param>
/// <param name="Remark">Why this type; null when it goes without saying.</param>
internal sealed record DraftColumn(EtlColumn Source, string Type, bool IsNotNull, string? Remark);

/// <summary>A job before it is text: all that its files say.</summary>
internal sealed record JobDraft
{
    public required string Name { get; init; }

    public required SourceConnection Source { get; init; }

    /// <summary>The source's table as its SQL writes it; null for a query.</summary>
    public string? SourceTable { get; init; }

    public string? Query { get; init; }

    public required TableName Table { get; init; }

    public required LoadMode Mode { get; init; }

    public required IReadOnlyList<DraftColumn> Columns { get; init; }

    /// <summary>The source's primary key, or the key that was given.</summary>
    public required IReadOnlyList<string> Key { get; init; }

    public string? Watermark { get; init; }

    public string? SortColumn { get; init; }

    public string? SortReason { get; init; }
}

/// <summary>A job folder that was written, or would be.</summary>
public sealed record EtlJobFolder
{
    /// <summary>The job's name.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of its folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The source's table; null for a query.</summary>
    public string? SourceTable { get; init; }

    /// <summary>The target table.</summary>
    public required string Table { get; init; }

    /// <summary>The mode.</summary>
    public required LoadMode Mode { get; init; }

    /// <summary>The number of columns.</summary>
    public required int ColumnCount { get; init; }

    /// <summary>The files' texts by their names.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>«orders».</summary>
    public override string ToString() => Name;
}
