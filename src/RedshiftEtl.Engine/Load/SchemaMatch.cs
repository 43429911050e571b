using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Load;

/// <summary>How the extract's columns go into the table's, under the job's policy for a schema that has drifted.</summary>
internal sealed record SchemaMatch
{
    /// <summary>For each column of the extract the table's column; null for one that ends in the stage table.</summary>
    public required IReadOnlyList<string?> Columns { get; init; }

    /// <summary>Statements that add what the table lacks, for the load's transaction.</summary>
    public required IReadOnlyList<string> Additions { get; init; }

    /// <summary>Statements that make VARCHARs longer, each to go alone before the transaction (fact sheet 7.1).</summary>
    public required IReadOnlyList<string> Widenings { get; init; }

    /// <summary>What the user should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Whether a column of the table that refuses NULL is not in the extract, so that a table LIKE it would refuse the rows.</summary>
    public required bool LeavesOutNotNull { get; init; }

    /// <summary>Compares by name, ASCII case aside.</summary>
    /// <param name="request">The load, with its policy.</param>
    /// <param name="target">The table.</param>
    /// <param name="extract">The extract's columns.</param>
    /// <exception cref="EtlException"><see cref="Fault.ColumnMismatch"/> with every difference and the statements that would mend it.</exception>
    public static SchemaMatch Of(LoadRequest request, TargetTable target, IReadOnlyList<EtlColumn> extract)
    {
        Dictionary<string, TargetColumn> table = target.Columns.ToDictionary(column => TableName.Fold(column.Name), StringComparer.Ordinal);
        HashSet<string> names = extract.Select(column => TableName.Fold(column.Name)).ToHashSet(StringComparer.Ordinal);
        EtlColumn[] added = extract.Where(column => !table.ContainsKey(TableName.Fold(column.Name)) && !MergeColumns.IsForMergeOnly(request.Merge, column)).ToArray();
        TargetColumn[] missing = target.Columns.Where(column => !names.Contains(TableName.Fold(column.Name)) && column is { IsNotNull: false, HasDefault: false }).ToArray();
        (EtlColumn Extract, TargetColumn Table)[] narrow = extract
            .Where(column => table.TryGetValue(TableName.Fold(column.Name), out TargetColumn? its) && RedshiftType.IsTooNarrow(column, its))
            .Select(column => (column, table[TableName.Fold(column.Name)])).ToArray();
        SchemaDrift policy = request.Drift;
        var problems = new List<string>();
        var repairs = new List<string>();
        var warnings = new List<string>();
        if (added.Length > 0 && policy == SchemaDrift.Fail)
        {
            string hint = NearestName.Find(added[0].Name, target.Columns.Select(column => column.Name).ToArray()) is { } nearest ? $" Did you mean '{nearest}' instead of '{added[0].Name}'?" : "";
            problems.Add(string.Create(CultureInfo.InvariantCulture,
                $"the extract has {added.Length} column(s) that the table lacks: {string.Join(", ", added.Select(column => column.ToString()))} (the table has {string.Join(", ", target.Columns.Select(column => column.Name))}).{hint}"));
            repairs.AddRange(added.Select(column => Add(target, column)));
        }
        else if (added.Length > 0 && policy == SchemaDrift.Ignore)
        {
            warnings.Add($"Columns that '{target.Name}' lacks are not loaded: {string.Join(", ", added.Select(column => column.Name))}.");
        }

        if (missing.Length > 0 && policy == SchemaDrift.Fail)
        {
            problems.Add($"the extract lacks {missing.Length} column(s) of the table that have no default, and their values would be NULL: {string.Join(", ", missing.Select(column => column.Name))}.");
            repairs.AddRange(missing.Select(column => $"ALTER TABLE {target.Name.Sql} DROP COLUMN {SqlLiteral.Identifier(column.Name)}"));
        }
        else if (missing.Length > 0)
        {
            warnings.Add($"The extract lacks columns of '{target.Name}', whose values will be NULL: {string.Join(", ", missing.Select(column => column.Name))}.");
        }

        (EtlColumn Extract, TargetColumn Table)[] stuck = policy switch
        {
            SchemaDrift.Ignore => [],
            SchemaDrift.AddAndWiden => narrow.Where(pair => !CanWiden(pair)).ToArray(),
            _ => narrow,
        };
        if (stuck.Length > 0)
        {
            problems.Add($"{stuck.Length} column(s) of the table are too narrow for the extract's: {string.Join(", ", stuck.Select(pair => $"{pair.Table.Name} is {pair.Table.Type}, {pair.Extract.RedshiftType} comes"))}.");
            repairs.AddRange(stuck.SelectMany(pair => CanWiden(pair) ? [Widen(target, pair)] : Replace(target, pair)));
        }

        if (problems.Count > 0)
        {
            throw new EtlException(Fault.ColumnMismatch, $"'{target.Name}' does not fit the extract: {string.Join(" And ", problems)}", target.Name.ToString(),
                advice: $"Correct the query, or the table: {string.Join("; ", repairs)}. Or let the job follow: SchemaDrift = 'Add', 'AddAndWiden' or 'Ignore'.");
        }

        bool adds = policy is SchemaDrift.Add or SchemaDrift.AddAndWiden;
        return new SchemaMatch
        {
            Columns = extract.Select(column => table.TryGetValue(TableName.Fold(column.Name), out TargetColumn? its) ? its.Name
                : adds && added.Contains(column) ? TableName.Fold(column.Name) : null).ToArray(),
            Additions = adds ? added.Select(column => Add(target, column)).ToArray() : [],
            Widenings = policy == SchemaDrift.AddAndWiden ? narrow.Select(pair => Widen(target, pair)).ToArray() : [],
            Warnings = warnings,
            LeavesOutNotNull = target.Columns.Any(column => column.IsNotNull && !names.Contains(TableName.Fold(column.Name))),
        };
    }

    private static bool CanWiden((EtlColumn Extract, TargetColumn Table) pair) =>
        pair.Table.Type.StartsWith("character varying", StringComparison.Ordinal) && RedshiftType.Parse(pair.Extract.RedshiftType).Family == TypeFamily.Text;

    private static string Add(TargetTable target, EtlColumn column) =>
        $"ALTER TABLE {target.Name.Sql} ADD COLUMN {SqlLiteral.Identifier(TableName.Fold(column.Name))} {column.RedshiftType}";

    private static string Widen(TargetTable target, (EtlColumn Extract, TargetColumn Table) pair) => string.Create(CultureInfo.InvariantCulture,
        $"ALTER TABLE {target.Name.Sql} ALTER COLUMN {SqlLiteral.Identifier(pair.Table.Name)} TYPE VARCHAR({RedshiftType.Parse(pair.Extract.RedshiftType).Length})");

    /// <summary>Redshift changes no type but a VARCHAR's length (fact sheet 7.1), so a new column takes the old one's place.</summary>
    private static IEnumerable<string> Replace(TargetTable target, (EtlColumn Extract, TargetColumn Table) pair)
    {
        string old = SqlLiteral.Identifier(pair.Table.Name);
        string wider = SqlLiteral.Identifier($"{pair.Table.Name}_wider");
        yield return $"ALTER TABLE {target.Name.Sql} ADD COLUMN {wider} {pair.Extract.RedshiftType}";
        yield return $"UPDATE {target.Name.Sql} SET {wider} = {old}";
        yield return $"ALTER TABLE {target.Name.Sql} DROP COLUMN {old}";
        yield return $"ALTER TABLE {target.Name.Sql} RENAME COLUMN {wider} TO {old}";
    }
}
