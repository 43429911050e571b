using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Load;

/// <summary>A column of the target.</summary>
/// <param name="Name">As the catalog spells it.</param>
/// <param name="Type">As format_type() writes it, e.g. <c>character varying(10)</c>.</param>
/// <param name="IsNotNull">Whether it refuses NULL.</param>
/// <param name="HasDefault">Whether it has a default.</param>
internal sealed record TargetColumn(string Name, string Type, bool IsNotNull, bool HasDefault);

/// <summary>The target as the warehouse has it.</summary>
/// <param name="Name">The table.</param>
/// <param name="Columns">Its columns in order; empty when the table does not exist.</param>
internal sealed record TargetTable(TableName Name, IReadOnlyList<TargetColumn> Columns)
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
            "SELECT a.attname::varchar(256), c.relkind::varchar(1), format_type(a.atttypid, a.atttypmod)::varchar(256), a.attnotnull, a.atthasdef FROM pg_class c"
            + " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
            + $" WHERE {which} AND c.relname = {SqlLiteral.Text(name.Table, SqlDialect.Redshift)}"
            + " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
            [], cancel);
        if (rows.Count > 0 && (string?)rows[0][1] is not ("r" or "p"))
        {
            throw new EtlException(Fault.TableNotFound, $"'{name}' on '{session.Target.Name}' is not a table, so nothing can be loaded into it.", name.ToString(),
                advice: "Name a table; views and external tables cannot be loaded.");
        }

        return new TargetTable(name, rows.Select(row => new TargetColumn((string)row[0]!, (string)row[2]!, row[3] is true, row[4] is true)).ToArray());
    }

    /// <summary>The table that a create SQL that has yet to run is to make, as far as the extract tells.</summary>
    public static TargetTable Expect(TableName name, IReadOnlyList<EtlColumn> extract) =>
        new(name, extract.Select(column => new TargetColumn(TableName.Fold(column.Name), column.RedshiftType, false, false)).ToArray());
}
