using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>A folder of delimited files of one format. A file of it, or a wildcard, is read like a table.</summary>
public sealed record FileConnection : SourceConnection
{
    /// <inheritdoc/>
    public override SqlDialect SqlDialect { get; } = new(false, false, false, false, false, false);

    /// <inheritdoc/>
    public override string Type => "File";

    /// <summary>Full path of the folder.</summary>
    public required string Folder { get; init; }

    /// <summary>What stands between fields.</summary>
    public string Delimiter { get; init; } = ",";

    /// <summary>What fields are quoted with; it is doubled inside.</summary>
    public char Quote { get; init; } = '"';

    /// <summary>Whether the first line of every file names the columns.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>The encoding of files without a byte order mark.</summary>
    public string Encoding { get; init; } = "utf-8";

    /// <summary>The culture of numbers, dates and times; invariant, and dates ISO, if empty.</summary>
    public string Culture { get; init; } = "";

    /// <summary>Columns with their types: those of all fields when there is no header, else of some.</summary>
    public IReadOnlyList<EtlColumn> Columns { get; init; } = [];

    /// <summary>Texts that stand for NULL, in any column. An empty field is NULL in every column that isn't a text.</summary>
    public IReadOnlyList<string> NullTexts { get; init; } = [];

    /// <inheritdoc/>
    public override string Target => Folder;
}
