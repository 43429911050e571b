using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>Reads what the warehouse knows of its tables. Catalog tables and SVV views cannot stand in one query (fact sheet 6), so each is asked by itself.</summary>
public static class TableCatalog
{
    /// <summary>The tables that fit any of the patterns, in order of their names.</summary>
    /// <param name="warehouse">The warehouse.</param>
    /// <param name="patterns">table or schema.table, with * and ?; without a schema, of any. Empty for all.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EtlException"><see cref="Fault.TableNotFound"/>: a name without wildcards fits none.</exception>
    public static async Task<IReadOnlyList<EtlTable>> ListAsync(
        RedshiftConnection warehouse, IReadOnlyList<string> patterns, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        TableName[] wanted = patterns.Select(TableName.Parse).ToArray();
        IReadOnlyList<EtlTable> found = await ReadAsync(session, wanted.Select(Condition).ToArray(), cancel);
        foreach (TableName name in wanted.Where(name => !name.IsPattern))
        {
            if (!found.Any(table => table.Name == name.Table && (name.Schema is null || table.Schema == name.Schema)))
            {
                throw new EtlException(Fault.TableNotFound, $"Table '{name}' does not exist on '{warehouse.Name}', or the user may not see it.", name.ToString());
            }
        }

        return found;
    }

    /// <summary>One table; null when it does not exist.</summary>
    internal static async Task<EtlTable?> FindAsync(WarehouseSession session, TableName table, CancellationToken cancel) =>
        await ReadAsync(session, [table.Schema is null ? $"({Condition(table)} AND pg_table_is_visible(c.oid))" : Condition(table)], cancel) is [var first, ..] ? first : null;

    private static async Task<IReadOnlyList<EtlTable>> ReadAsync(WarehouseSession session, string[] conditions, CancellationToken cancel)
    {
        string which = conditions.Length == 0 ? "" : $" AND ({string.Join(" OR ", conditions)})";
        List<object?[]> tables = await session.QueryAsync(
            "SELECT c.oid::bigint, n.nspname::varchar(256), c.relname::varchar(256), pg_table_is_visible(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.relkind = 'r' AND n.nspname NOT IN ('information_schema', 'pg_internal', 'pg_catalog', 'pg_toast', 'catalog_history', 'pg_automv', 'pg_auto_copy', 'pg_s3')"
            + $" AND n.nspname NOT LIKE 'pg!_temp!_%' ESCAPE '!'{which} ORDER BY 2, 3",
            [], cancel);
        if (tables.Count == 0)
        {
            return [];
        }

        string ids = string.Join(", ", tables.Select(row => Convert.ToInt64(row[0], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)));
        Dictionary<long, string[]> keys = (await session.QueryAsync(
                $"SELECT conrelid::bigint, pg_get_constraintdef(oid)::varchar(4096) FROM pg_constraint WHERE contype = 'p' AND conrelid IN ({ids})", [], cancel))
            .ToDictionary(row => Convert.ToInt64(row[0], CultureInfo.InvariantCulture), row => KeyColumns((string)row[1]!));
        Dictionary<long, object?[]> infos = (await session.QueryAsync(
                "SELECT table_id::bigint, size::bigint, tbl_rows::bigint, estimated_visible_rows::bigint, unsorted, stats_off, skew_rows, vacuum_sort_benefit, TRIM(diststyle), TRIM(sortkey1)"
                + $" FROM svv_table_info WHERE table_id IN ({ids})", [], cancel))
            .ToDictionary(row => Convert.ToInt64(row[0], CultureInfo.InvariantCulture));
        IReadOnlyDictionary<string, TableActivity> activity = await TableActivity.ReadAsync(session, tables.Count == 1 ? Targets(tables[0]) : null, cancel);
        return tables.Select(row => Describe(
            session.Target.Name, row, keys, infos, Targets(row).Select(target => activity.GetValueOrDefault(target)).Aggregate(TableActivity.Join))).ToArray();
    }

    /// <summary>The names that the history may have for a table: a job may leave out the schema of one that the search path finds.</summary>
    private static string[] Targets(object?[] row) =>
        row[3] is true ? [TableName.Of((string)row[1]!, (string)row[2]!).ToString(), (string)row[2]!] : [TableName.Of((string)row[1]!, (string)row[2]!).ToString()];

    private static EtlTable Describe(
        string warehouse, object?[] table, Dictionary<long, string[]> keys, Dictionary<long, object?[]> infos, TableActivity? activity)
    {
        long id = Convert.ToInt64(table[0], CultureInfo.InvariantCulture);
        object?[]? info = infos.GetValueOrDefault(id);
        long? total = Whole(2);
        long? visible = Whole(3) ?? total;
        return new EtlTable
        {
            Warehouse = warehouse,
            Schema = (string)table[1]!,
            Name = (string)table[2]!,
            Id = id,
            SizeMegabytes = Whole(1),
            Rows = visible,
            DeletedPercent = total > 0 ? Math.Round(100m * (total.Value - visible!.Value) / total.Value, 2) : null,
            UnsortedPercent = Number(4),
            StatisticsOffPercent = Number(5),
            SkewRatio = Number(6),
            SortBenefitPercent = Number(7),
            DistStyle = info?[8] as string,
            SortKey = info?[9] as string,
            PrimaryKey = keys.GetValueOrDefault(id, []),
            LastLoadAt = activity?.LastLoadAt,
            LoadsInWeek = activity?.LoadsInWeek ?? 0,
            LastMaintenanceAt = activity?.LastMaintenanceAt,
        };

        long? Whole(int column) => info?[column] is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;

        decimal? Number(int column) => info?[column] is { } value ? Convert.ToDecimal(value, CultureInfo.InvariantCulture) : null;
    }

    private static string Condition(TableName name)
    {
        string table = $"c.relname LIKE {Pattern(name.Table)} ESCAPE '!'";
        return name.Schema is null ? table : $"(n.nspname LIKE {Pattern(name.Schema)} ESCAPE '!' AND {table})";
    }

    /// <summary>A name with * and ? as a pattern of LIKE.</summary>
    private static string Pattern(string name) => SqlLiteral.Text(
        string.Concat(name.Select(c => c switch { '*' => "%", '?' => "_", '%' or '_' or '!' => $"!{c}", _ => c.ToString() })), SqlDialect.Redshift);

    /// <summary>The names in <c>PRIMARY KEY (a, "b c")</c>.</summary>
    internal static string[] KeyColumns(string constraint)
    {
        string list = constraint[(constraint.IndexOf('(', StringComparison.Ordinal) + 1)..constraint.LastIndexOf(')')];
        var names = new List<string>();
        var name = new System.Text.StringBuilder();
        bool isQuoted = false;
        for (int i = 0; i < list.Length; i++)
        {
            if (list[i] == '"' && isQuoted && i + 1 < list.Length && list[i + 1] == '"')
            {
                name.Append(list[i++]);
            }
            else if (list[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (list[i] == ',' && !isQuoted)
            {
                names.Add(name.ToString());
                name.Clear();
            }
            else if (isQuoted || list[i] != ' ')
            {
                name.Append(list[i]);
            }
        }

        names.Add(name.ToString());
        return [.. names];
    }
}
