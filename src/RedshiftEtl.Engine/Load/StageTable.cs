using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Load;

/// <summary>The temporary table that COPY loads when rows or columns are chosen on their way into the target. Its name is the run's own, and the transaction's end removes it or the session's does.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns in the order of the extract's.</param>
/// <param name="Create">The statements that make it.</param>
internal sealed record StageTable(TableName Name, IReadOnlyList<string> Columns, IReadOnlyList<string> Create)
{
    /// <summary>The table for a load; null when COPY goes straight into the target.</summary>
    public static StageTable? For(LoadRequest request, SchemaMatch match, IReadOnlyList<EtlColumn> extract)
    {
        bool isMerge = request.Merge is { } merge && (request.Load == LoadKind.Ongoing || merge.Selects);
        if (!isMerge && !match.Columns.Contains(null))
        {
            return null;
        }

        var name = TableName.Parse($"etl_stage_{request.RunId}");
        string[] columns = extract.Select((column, i) => match.Columns[i] ?? TableName.Fold(column.Name)).ToArray();

        // LIKE takes over distribution, so that the join with the target is local (fact sheet 2.1). Whether it takes over IDENTITY is not sure (section 4),
        // so where a column that refuses NULL is not in the extract, only the extract's columns are made.
        string[] shared = match.Columns.OfType<string>().Select(SqlLiteral.Identifier).ToArray();
        var create = new List<string>
        {
            match.LeavesOutNotNull
                ? $"CREATE TEMP TABLE {name.Sql} AS SELECT {string.Join(", ", shared)} FROM {request.Table.Sql} WHERE 1 = 0"
                : $"CREATE TEMP TABLE {name.Sql} (LIKE {request.Table.Sql})",
        };
        create.AddRange(extract.Where((_, i) => match.Columns[i] is null)
            .Select(column => $"ALTER TABLE {name.Sql} ADD COLUMN {SqlLiteral.Identifier(TableName.Fold(column.Name))} {column.RedshiftType}"));
        return new StageTable(name, columns, create);
    }
}
