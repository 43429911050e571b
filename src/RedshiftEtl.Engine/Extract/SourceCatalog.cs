using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract;

/// <summary>What a source's catalog says of a column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsNotNull">Whether it refuses NULL.</param>
/// <param name="KeyPosition">Its place in the primary key, from 1; 0 for none.</param>
internal sealed record SourceColumnFacts(string Name, bool IsNotNull, int KeyPosition);

/// <summary>Asks a source's catalog for tables and their keys, in the source's own SQL.</summary>
internal static class SourceCatalog
{
    /// <summary>The tables that fit a name with wildcards, as the source's SQL quotes them.</summary>
    /// <param name="source">The source.</param>
    /// <param name="pattern">table or schema.table, with * and ?.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>Schema (null where the source has none, or for its default one) and table.</returns>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: the source has no catalog that is known.</exception>
    public static async Task<IReadOnlyList<(string? Schema, string Table)>> ListAsync(SourceConnection source, string pattern, CancellationToken cancel)
    {
        (string? schema, string table) = Split(pattern);
        string sql = source switch
        {
            PostgreSqlConnection => "SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + $" WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg!_%' ESCAPE '!' AND n.nspname <> 'information_schema' AND {Like("c.relname", table)}{And("n.nspname", schema)} ORDER BY 1, 2",
            MySqlConnection => "SELECT table_schema AS `schema`, table_name AS name FROM information_schema.tables"
                + $" WHERE {(schema is null ? "table_schema = DATABASE()" : Like("table_schema", schema))} AND {Like("table_name", table)} ORDER BY 1, 2",
            SqlServerConnection => "SELECT TABLE_SCHEMA AS [schema], TABLE_NAME AS name FROM INFORMATION_SCHEMA.TABLES"
                + $" WHERE {Like("TABLE_NAME", table)}{And("TABLE_SCHEMA", schema)} ORDER BY 1, 2",
            SqliteConnection => $"SELECT NULL AS \"schema\", name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND {Like("name", table)} ORDER BY 2",
            _ => throw new EtlException(Fault.ArgumentInvalid, $"The tables of a {source.Type} connection cannot be listed.", source.Name, null, "Name one table, without wildcards."),
        };
        return (await SourceRows.ReadAllAsync(source, sql, cancel)).Select(row => (row[0], row[1]!)).ToArray();

        string Like(string column, string text) => $"{column} LIKE {SqlLiteral.Text(Pattern(text), source.SqlDialect)} ESCAPE '!'";

        string And(string column, string? text) => text is null ? "" : $" AND {Like(column, text)}";
    }

    /// <summary>What is known of a table's columns; empty where the source has no catalog that is known.</summary>
    public static async Task<IReadOnlyList<SourceColumnFacts>> DescribeAsync(SourceConnection source, string? schema, string table, CancellationToken cancel)
    {
        string name = SqlLiteral.Text(table, source.SqlDialect);
        string sql = source switch
        {
            PostgreSqlConnection => "SELECT a.attname AS name, CASE WHEN a.attnotnull THEN 1 ELSE 0 END AS is_not_null,"
                + " COALESCE(array_position(string_to_array(i.indkey::text, ' '), a.attnum::text), 0) AS position"
                + " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
                + " LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary"
                + $" WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relname = {name} AND {(schema is null ? "pg_catalog.pg_table_is_visible(c.oid)" : $"n.nspname = {SqlLiteral.Text(schema, source.SqlDialect)}")} ORDER BY a.attnum",
            MySqlConnection => "SELECT c.column_name AS name, CASE WHEN c.is_nullable = 'NO' THEN 1 ELSE 0 END AS is_not_null, COALESCE(k.ordinal_position, 0) AS position"
                + " FROM information_schema.columns c LEFT JOIN information_schema.key_column_usage k ON k.constraint_name = 'PRIMARY' AND k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name"
                + $" WHERE c.table_name = {name} AND c.table_schema = {(schema is null ? "DATABASE()" : SqlLiteral.Text(schema, source.SqlDialect))} ORDER BY c.ordinal_position",
            SqlServerConnection => "SELECT c.COLUMN_NAME AS name, CASE WHEN c.IS_NULLABLE = 'NO' THEN 1 ELSE 0 END AS is_not_null, COALESCE(k.ORDINAL_POSITION, 0) AS position"
                + " FROM INFORMATION_SCHEMA.COLUMNS c LEFT JOIN (SELECT u.TABLE_SCHEMA, u.TABLE_NAME, u.COLUMN_NAME, u.ORDINAL_POSITION FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE u"
                + " JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS t ON t.CONSTRAINT_NAME = u.CONSTRAINT_NAME AND t.TABLE_SCHEMA = u.TABLE_SCHEMA AND t.CONSTRAINT_TYPE = 'PRIMARY KEY') k"
                + " ON k.TABLE_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME AND k.COLUMN_NAME = c.COLUMN_NAME"
                + $" WHERE c.TABLE_NAME = {name} AND c.TABLE_SCHEMA = {(schema is null ? "SCHEMA_NAME()" : SqlLiteral.Text(schema, source.SqlDialect))} ORDER BY c.ORDINAL_POSITION",
            SqliteConnection => $"SELECT name, CASE WHEN \"notnull\" <> 0 THEN 1 ELSE 0 END AS is_not_null, pk AS position FROM pragma_table_info({name})",
            _ => "",
        };
        return sql.Length == 0 ? [] : (await SourceRows.ReadAllAsync(source, sql, cancel))
            .Select(row => new SourceColumnFacts(row[0]!, row[1] == "1", int.Parse(row[2]!, System.Globalization.CultureInfo.InvariantCulture))).ToArray();
    }

    /// <summary>Schema and table of a name; quotes of any dialect are taken off.</summary>
    public static (string? Schema, string Table) Split(string name)
    {
        List<string> parts = SourceTable.Split(name);
        return parts.Count switch
        {
            1 => (null, parts[0]),
            2 => (parts[0], parts[1]),
            _ => throw new EtlException(Fault.ArgumentInvalid, $"'{name}' has more parts than schema and table.", name, null, "Connect to the database that has the table, and name it schema.table."),
        };
    }

    private static string Pattern(string text) => string.Concat(text.Select(c => c switch { '*' => "%", '?' => "_", '%' or '_' or '!' => $"!{c}", _ => c.ToString() }));
}
