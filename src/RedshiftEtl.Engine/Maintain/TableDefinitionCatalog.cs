using System.Globalization;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>The catalog's queries that tables and views have in common.</summary>
internal static class TableDefinitionCatalog
{
    /// <summary>A text as a literal.</summary>
    public static string Text(string value) => SqlLiteral.Text(value, SqlDialect.Redshift);

    /// <summary>Comments by column number; 0 is the relation's own.</summary>
    public static async Task<Dictionary<int, string>> CommentsAsync(WarehouseSession session, long id, CancellationToken cancel)
    {
        List<object?[]> rows = await session.QueryAsync(
            "SELECT d.objsubid::integer, d.description::varchar(65535) FROM pg_description d"
            + string.Create(CultureInfo.InvariantCulture, $" WHERE d.objoid = {id} AND d.classoid = 'pg_catalog.pg_class'::regclass"),
            [], cancel);
        return rows.ToDictionary(row => (int)row[0]!, row => (string)row[1]!);
    }

    /// <summary>Keys of a table, the primary key first.</summary>
    public static async Task<IReadOnlyList<TableConstraint>> ConstraintsAsync(WarehouseSession session, long id, CancellationToken cancel)
    {
        List<object?[]> rows = await session.QueryAsync(
            "SELECT k.conname::varchar(256), k.contype::varchar(1), array_to_string(k.conkey, ',')::varchar(65535), array_to_string(k.confkey, ',')::varchar(65535),"
            + " k.confrelid::bigint, n.nspname::varchar(256), c.relname::varchar(256), d.description::varchar(65535)"
            + " FROM pg_constraint k LEFT JOIN pg_class c ON c.oid = k.confrelid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " LEFT JOIN pg_description d ON d.objoid = k.oid AND d.classoid = 'pg_catalog.pg_constraint'::regclass"
            + string.Create(CultureInfo.InvariantCulture, $" WHERE k.conrelid = {id} ORDER BY CASE k.contype WHEN 'p' THEN 0 WHEN 'u' THEN 1 ELSE 2 END, k.conname"),
            [], cancel);
        var constraints = new List<TableConstraint>();
        foreach (object?[] row in rows)
        {
            char kind = ((string)row[1]!)[0];
            bool isForeign = kind == 'f';
            constraints.Add(new TableConstraint(
                (string)row[0]!, kind, await ColumnsAsync(session, id, (string)row[2]!, cancel),
                isForeign ? (string?)row[5] : null, isForeign ? (string?)row[6] : null,
                isForeign ? await ColumnsAsync(session, (long)row[4]!, (string)row[3]!, cancel) : [], (string?)row[7]));
        }

        return constraints;
    }

    /// <summary>Foreign keys of other tables that refer to a table: <c>key on schema.table</c>.</summary>
    public static async Task<List<string>> ReferencesAsync(WarehouseSession session, long id, CancellationToken cancel)
    {
        List<object?[]> rows = await session.QueryAsync(
            "SELECT k.conname::varchar(256), n.nspname::varchar(256), c.relname::varchar(256)"
            + " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            + string.Create(CultureInfo.InvariantCulture, $" WHERE k.confrelid = {id} AND k.conrelid <> {id} AND k.contype = 'f' ORDER BY 2, 3, 1"),
            [], cancel);
        return rows.ConvertAll(row => $"{row[0]} on {row[1]}.{row[2]}");
    }

    /// <summary>Rights of others than the owner, on the relation and its columns (fact sheet 4.1).</summary>
    public static async Task<IReadOnlyList<TableGrant>> GrantsAsync(WarehouseSession session, string schema, string name, string owner, CancellationToken cancel)
    {
        string which = $" WHERE namespace_name = {Text(schema)} AND relation_name = {Text(name)}";
        List<object?[]> whole = await session.QueryAsync(
            "SELECT privilege_type::varchar(64), NULL::varchar(256), identity_type::varchar(64), identity_name::varchar(256), admin_option FROM svv_relation_privileges" + which,
            [], cancel);
        List<object?[]> byColumn = await session.QueryAsync(
            "SELECT privilege_type::varchar(64), column_name::varchar(256), identity_type::varchar(64), identity_name::varchar(256), FALSE FROM svv_column_privileges" + which,
            [], cancel);
        return whole.Concat(byColumn)
            .Select(row => new TableGrant(((string)row[0]!).Trim().ToUpperInvariant(), (string?)row[1], ((string)row[2]!).Trim().ToLowerInvariant(), (string?)row[3] ?? "", row[4] is true))
            .Where(grant => grant.GranteeKind != "user" || grant.Grantee != owner)
            .Distinct()
            .OrderBy(grant => grant.GranteeKind, StringComparer.Ordinal).ThenBy(grant => grant.Grantee, StringComparer.Ordinal)
            .ThenBy(grant => grant.Column, StringComparer.Ordinal).ThenBy(grant => grant.Privilege, StringComparer.Ordinal)
            .ToArray();
    }

    private static async Task<IReadOnlyList<string>> ColumnsAsync(WarehouseSession session, long id, string numbers, CancellationToken cancel)
    {
        List<object?[]> rows = await session.QueryAsync(
            string.Create(CultureInfo.InvariantCulture, $"SELECT a.attnum::integer, a.attname::varchar(256) FROM pg_attribute a WHERE a.attrelid = {id} AND a.attnum IN ({numbers})"), [], cancel);
        Dictionary<int, string> names = rows.ToDictionary(row => (int)row[0]!, row => (string)row[1]!);
        return numbers.Split(',').Select(number => names[int.Parse(number, CultureInfo.InvariantCulture)]).ToArray();
    }
}
