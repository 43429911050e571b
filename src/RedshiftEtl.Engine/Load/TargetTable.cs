using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Load;

/// <summary>The target as the warehouse has it.</summary>
/// <param name="Name">The table.</param>
/// <param name="Columns">Its columns in order, as the catalog spells them; empty when the table does not exist.</param>
internal sealed record TargetTable(TableName Name, IReadOnlyList<string> Columns)
{
    /// <summary>Whether the table exists.</summary>
    public bool Exists => Columns.Count > 0;

    /// <summary>Reads the catalog. The pg_ tables are readable by all and outside of the snapshot (fact sheet 3).</summary>
    /// <exception cref="EtlException"><see cref="Fault.TableNotFound"/>: the name is a view.</exception>
    public static async Task<TargetTable> ReadAsync(WarehouseSession session, TableName name, CancellationToken cancel)
    {
        string which = name.Schema is null
            ? "pg_table_is_visible(c.oid)"
            : $"n.nspname = {SqlLiteral.Text(name.Schema, SqlDialect.Redshift)}";
        List<object?[]> rows = await session.QueryAsync(
            "SELECT a.attname::varchar(256), c.relkind::varchar(1) FROM pg_class c"
            + " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
            + $" WHERE {which} AND c.relname = {SqlLiteral.Text(name.Table, SqlDialect.Redshift)}"
            + " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
            [], cancel);
        if (rows.Count > 0 && (string?)rows[0][1] is not ("r" or "p"))
        {
            throw new EtlException(Fault.TableNotFound, $"'{name}' on '{session.Target.Name}' is not a table, so nothing can be loaded into it.", name.ToString(),
                advice: "Name a table; views and external tables cannot be loaded.");
        }

        return new TargetTable(name, rows.Select(row => (string)row[0]!).ToArray());
    }

    /// <summary>The table's column for every column of the extract, by name, ASCII case aside.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ColumnMismatch"/> with every column that the table lacks.</exception>
    public IReadOnlyList<string> Match(IReadOnlyList<EtlColumn> extract)
    {
        Dictionary<string, string> byName = Columns.ToDictionary(TableName.Fold, StringComparer.Ordinal);
        string[] missing = extract.Select(column => column.Name).Where(column => !byName.ContainsKey(TableName.Fold(column))).ToArray();
        if (missing.Length > 0)
        {
            string hint = NearestName.Find(missing[0], Columns) is { } nearest ? $" Did you mean '{nearest}' instead of '{missing[0]}'?" : "";
            throw new EtlException(Fault.ColumnMismatch,
                string.Create(CultureInfo.InvariantCulture,
                    $"The extract has {missing.Length} column(s) that table '{Name}' lacks: {string.Join(", ", missing)}. The table has: {string.Join(", ", Columns)}.{hint}"),
                Name.ToString());
        }

        return extract.Select(column => byName[TableName.Fold(column.Name)]).ToArray();
    }
}
