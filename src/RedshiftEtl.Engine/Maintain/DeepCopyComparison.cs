using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>Writes the queries that compare a copy with its table: the rows, and of every column the aggregates that its type has.
/// Both sides are computed and compared by the server, so that no value has to be brought over.</summary>
internal static class DeepCopyComparison
{
    /// <summary>Columns per query, so that the widest table stays far below the 1,664 columns that a query may return.</summary>
    private const int ColumnsPerQuery = 100;

    /// <summary>The comparisons of all columns; each begins with the two counts of rows.</summary>
    public static IEnumerable<DeepCopyStatement> Build(IReadOnlyList<TableColumn> columns, string table, string copy)
    {
        foreach (TableColumn[] some in columns.Chunk(ColumnsPerQuery))
        {
            string[] aggregates = some.SelectMany(Aggregates).ToArray();
            string[] names = some.SelectMany(column => Aggregates(column).Select(_ => column.Name)).ToArray();
            string inner = string.Join(", ", aggregates.Select((aggregate, i) => $"{aggregate} AS v{i}").Prepend("COUNT(*) AS n"));
            string outer = string.Join(", ", aggregates.Select((_, i) => $"CASE WHEN a.v{i} = b.v{i} OR (a.v{i} IS NULL AND b.v{i} IS NULL) THEN 1 ELSE 0 END")
                .Prepend("b.n").Prepend("a.n"));
            yield return new DeepCopyStatement(DeepCopyStep.Compare,
                $"SELECT {outer} FROM (SELECT {inner} FROM {table}) a CROSS JOIN (SELECT {inner} FROM {copy}) b")
            { Compared = names };
        }
    }

    /// <summary>The aggregates of a type. Sums only where no order of addition matters and none can overflow; types that have no order are counted.</summary>
    private static IEnumerable<string> Aggregates(TableColumn column)
    {
        string name = SqlLiteral.Identifier(column.Name);
        string[] more = BaseType(column.Type) switch
        {
            "smallint" or "integer" or "bigint" => [$"MIN({name})", $"MAX({name})", $"SUM({name})"],
            "numeric" or "real" or "double precision" or "date"
                or "timestamp without time zone" or "timestamp with time zone" or "time without time zone" or "time with time zone" => [$"MIN({name})", $"MAX({name})"],
            "character" or "character varying" => [$"MIN({name})", $"MAX({name})", $"SUM(OCTET_LENGTH({name})::bigint)"],
            "binary varying" => [$"SUM(OCTET_LENGTH({name})::bigint)"],
            "boolean" => [$"SUM(CASE WHEN {name} THEN 1 ELSE 0 END)"],
            _ => [],
        };
        return more.Prepend($"COUNT({name})");
    }

    /// <summary>The type without its length: <c>character varying(20)</c> → <c>character varying</c>.</summary>
    internal static string BaseType(string type)
    {
        int open = type.IndexOf('(', StringComparison.Ordinal);
        int close = type.IndexOf(')', StringComparison.Ordinal);
        return open < 0 || close < open ? type : (type[..open] + type[(close + 1)..]).Trim();
    }
}
