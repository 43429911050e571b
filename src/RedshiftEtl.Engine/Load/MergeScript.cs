using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Load;

/// <summary>Writes the statements by which rows go from the stage table, or from COPY itself, into the target of a merge (fact sheet 2.1 and 10).</summary>
internal sealed class MergeScript(LoadRequest request, IReadOnlyList<string> key, string? latest, IReadOnlyList<string> columns)
{
    private readonly MergeDefinition _merge = request.Merge!;
    private readonly string _target = request.Table.Sql;
    private readonly string _targetName = SqlLiteral.Identifier(request.Table.Table);

    /// <summary>Keys that are NULL never match (fact sheet 10), so their rows would come in again with each run; keys that repeat have no one row that is right.</summary>
    /// <param name="table">The table that COPY loaded.</param>
    public IEnumerable<LoadStatement> Check(string table)
    {
        string keys = string.Join(", ", key.Select(SqlLiteral.Identifier));
        yield return Own(LoadStep.CheckNullKey, $"SELECT COUNT(*) FROM {table} WHERE {string.Join(" OR ", key.Select(name => $"{SqlLiteral.Identifier(name)} IS NULL"))}");
        if (latest is not null)
        {
            foreach (LoadStatement statement in KeepLatest(table, keys))
            {
                yield return statement;
            }
        }

        yield return Own(LoadStep.CheckDuplicateKey, $"SELECT {keys}, COUNT(*), COUNT(*) OVER () FROM {table} GROUP BY {keys} HAVING COUNT(*) > 1 ORDER BY {key.Count + 1} DESC LIMIT {ShownKeys}");
    }

    /// <summary>How many repeated keys an error names.</summary>
    public const int ShownKeys = 3;

    /// <summary>From the stage table into the target.</summary>
    public IEnumerable<LoadStatement> Apply(string stage)
    {
        // An initial load has emptied the target.
        bool hasRows = request.Load == LoadKind.Ongoing;
        if (_merge.DeletedWhen is { } condition)
        {
            string gone = SqlLiteral.Identifier($"etl_gone_{request.RunId}");
            string keys = string.Join(", ", key.Select(SqlLiteral.Identifier));
            if (hasRows)
            {
                yield return Own(LoadStep.Stage, $"CREATE TEMP TABLE {gone} AS SELECT {keys} FROM {stage} WHERE ({condition}\n)");
                yield return Own(LoadStep.Remove, $"DELETE FROM {_target} USING {gone} WHERE {Match(_targetName, gone)}");
            }

            yield return Own(LoadStep.RemoveStaged, $"DELETE FROM {stage} WHERE ({condition}\n)");
        }

        string list = string.Join(", ", columns.Select(SqlLiteral.Identifier));
        if (hasRows && _merge.Method == MergeMethod.Native)
        {
            yield return Own(LoadStep.CountReplaced, $"SELECT COUNT(*) FROM {stage} WHERE EXISTS (SELECT 1 FROM {_target} WHERE {Match(_targetName, stage)})");
            yield return Own(LoadStep.Merge,
                $"MERGE INTO {_target} USING {stage} ON {Match(_targetName, stage)}\n"
                + $"WHEN MATCHED THEN UPDATE SET {string.Join(", ", columns.Select(name => $"{SqlLiteral.Identifier(name)} = {stage}.{SqlLiteral.Identifier(name)}"))}\n"
                + $"WHEN NOT MATCHED THEN INSERT ({list}) VALUES ({string.Join(", ", columns.Select(name => $"{stage}.{SqlLiteral.Identifier(name)}"))})");
            yield return Own(LoadStep.CountMerged, $"SELECT COUNT(*) FROM {stage} WHERE EXISTS (SELECT 1 FROM {_target} WHERE {Match(_targetName, stage)})");
            yield break;
        }

        if (hasRows)
        {
            yield return Own(LoadStep.Replace, $"DELETE FROM {_target} USING {stage} WHERE {Match(_targetName, stage)}");
        }

        yield return Own(LoadStep.Insert, $"INSERT INTO {_target} ({list}) SELECT {list} FROM {stage}");
    }

    /// <summary>Of the rows with one key only the latest stay. Rows that are latest together stay all, for the check of keys to find.</summary>
    private IEnumerable<LoadStatement> KeepLatest(string table, string keys)
    {
        string newest = SqlLiteral.Identifier($"etl_newest_{request.RunId}");
        string column = SqlLiteral.Identifier(latest!);
        yield return Own(LoadStep.Stage, $"CREATE TEMP TABLE {newest} AS SELECT {keys}, MAX({column}) AS etl_latest FROM {table} GROUP BY {keys} HAVING COUNT(*) > 1");
        yield return Own(LoadStep.KeepLatest, $"DELETE FROM {table} USING {newest} WHERE {Match(table, newest)}"
            + $" AND ({table}.{column} < {newest}.etl_latest OR ({table}.{column} IS NULL AND {newest}.etl_latest IS NOT NULL))");
    }

    private string Match(string left, string right) =>
        string.Join(" AND ", key.Select(name => $"{left}.{SqlLiteral.Identifier(name)} = {right}.{SqlLiteral.Identifier(name)}"));

    private static LoadStatement Own(LoadStep step, string sql) => new(step, sql, sql, []);
}
