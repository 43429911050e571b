using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>Cuts the values of a column into ranges that don't overlap and leave none out. Pure SQL text, but for asking the server where to cut.</summary>
internal static class PostgreSqlRanges
{
    /// <summary>The index of the partition column.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: there is no such column, or its type has no ranges.</exception>
    public static int Find(SourcePartition partition, IReadOnlyList<EtlColumn> columns)
    {
        int[] found = Enumerable.Range(0, columns.Count).Where(i => columns[i].Name.Equals(partition.Column, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found.Length != 1)
        {
            throw new EtlException(Fault.ArgumentInvalid,
                $"The partition column '{partition.Column}' is not a column of the query.{NearestName.Hint(partition.Column, columns.Select(column => column.Name).ToArray())}", partition.Column);
        }

        return Middle(columns[found[0]].SourceType) is not null ? found[0] : throw new EtlException(Fault.ArgumentInvalid,
            $"The partition column '{partition.Column}' is of type {columns[found[0]].SourceType}; ranges are made of numbers, dates and timestamps.", partition.Column);
    }

    /// <summary>Asks for the values at which to cut: as many as there are ranges but one. None when there is nothing to cut.</summary>
    /// <param name="session">The session, in its snapshot.</param>
    /// <param name="from">What stands behind FROM.</param>
    /// <param name="column">The quoted column in it.</param>
    /// <param name="type">Its type.</param>
    /// <param name="count">The number of ranges.</param>
    public static IReadOnlyList<string> Cuts(WireSession session, string from, string column, string type, int count)
    {
        (string middle, string finite) = Middle(type)!.Value;
        string cuts = string.Join(", ", Enumerable.Range(1, count - 1).Select(i => string.Format(CultureInfo.InvariantCulture, middle, i, count)));
        List<string?[]> rows = session.Query(string.Create(CultureInfo.InvariantCulture,
            $"SELECT {cuts} FROM (SELECT min({column}) AS low, max({column}) AS high FROM {from} WHERE {string.Format(CultureInfo.InvariantCulture, finite, column)}) AS ends WHERE low IS NOT NULL"));
        return rows.Count == 0 ? [] : rows[0].Select(cut => $"{SqlLiteral.Text(cut!, SqlDialect.PostgreSql)}::{type}").ToArray();
    }

    /// <summary>The conditions: each value meets exactly one of them, NULL and what is below all cuts the first, NaN and infinity the last.</summary>
    public static IReadOnlyList<string> Conditions(string column, IReadOnlyList<string> cuts)
    {
        var conditions = new List<string>();
        for (int i = 0; i <= cuts.Count; i++)
        {
            conditions.Add((i, cuts.Count) switch
            {
                (_, 0) => "true",
                (0, _) => $"({column} < {cuts[0]} OR {column} IS NULL)",
                _ when i == cuts.Count => $"{column} >= {cuts[i - 1]}",
                _ => $"{column} >= {cuts[i - 1]} AND {column} < {cuts[i]}",
            });
        }

        return conditions;
    }

    /// <summary>How a cut lies between low and high ({0} of {1}), and which values ({0}) count for those; null for types without.</summary>
    private static (string Cut, string Finite)? Middle(string type)
    {
        string name = type.Split('(')[0].TrimEnd();
        return name switch
        {
            "smallint" or "integer" or "bigint" => ("floor(low + (high::numeric - low) * {0} / {1})", "{0} IS NOT NULL"),
            "numeric" => ("low + (high - low) * {0} / {1}", "{0} > -1e100 AND {0} < 1e100"),
            "date" => ("low + (high - low) * {0} / {1}", "isfinite({0})"),
            _ when type.StartsWith("timestamp", StringComparison.Ordinal) => ("low + (high - low) * ({0}::double precision / {1})", "isfinite({0})"),
            _ => null,
        };
    }
}
