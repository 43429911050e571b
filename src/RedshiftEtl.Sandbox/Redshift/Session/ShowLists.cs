using RedshiftEtl.Sandbox.Redshift.Sql;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>SHOW SCHEMAS, TABLES, COLUMNS and GRANTS (redshift-facts 6).</summary>
internal static class ShowLists
{
    /// <summary>The most rows that LIMIT may ask for.</summary>
    private const int LargestLimit = 10000;

    /// <summary>The plan, or null if the statement shows something else.</summary>
    public static ForwardPlan? Plan(TokenCursor cursor)
    {
        int at = cursor.Current.Start;
        if (cursor.TryTake("schemas", "from", "database"))
        {
            string database = cursor.TakeName();
            return Finish(cursor, at, "schema_name",
                "SELECT database_name, schema_name, schema_owner, schema_type, schema_acl, NULL::varchar(128) AS source_database, schema_option FROM rs_catalog.svv_redshift_schemas" + $" WHERE database_name = {Literal.Quote(database)}");
        }
        if (cursor.TryTake("tables", "from", "schema"))
        {
            var names = TakeNames(cursor, 2);
            return Finish(cursor, at, "table_name",
                $"SELECT database_name, schema_name, table_name, table_type, table_acl, remarks FROM rs_catalog.svv_redshift_tables WHERE schema_name = {Literal.Quote(names[^1])}{Here(names, 2)}");
        }
        if (cursor.TryTake("columns", "from", "table"))
        {
            var names = TakeNames(cursor, 3);
            return Finish(cursor, at, "column_name",
                "SELECT table_catalog AS database_name, table_schema AS schema_name, table_name, column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, numeric_precision, numeric_scale, remarks"
                + $" FROM rs_catalog.svv_columns WHERE {Table(names, "table_schema", "table_name")}", "ordinal_position");
        }
        if (cursor.TryTake("grants", "on", "table"))
        {
            var names = TakeNames(cursor, 3);
            return Finish(cursor, at, "identity_name",
                "SELECT current_database()::varchar(128) AS database_name, namespace_name AS schema_name, relation_name AS object_name, 'TABLE'::text AS object_type, privilege_type, identity_id, identity_name, identity_type, admin_option, 'TABLE'::text AS privilege_scope"
                + $" FROM rs_catalog.svv_relation_privileges WHERE {Table(names, "namespace_name", "relation_name")}", "identity_name, privilege_type");
        }
        if (cursor.Current.IsAny("grants", "databases")) throw Rewriter.Lacking(cursor.Current, $"SHOW {cursor.Current.Raw.ToString().ToUpperInvariant()}");
        return null;
    }

    private static ForwardPlan Finish(TokenCursor cursor, int at, string filtered, string rows, string? order = null)
    {
        string text = $"SELECT * FROM ({rows}) AS shown";
        if (cursor.TryTake("like")) text += $" WHERE {filtered} LIKE {Literal.Quote(Literal.Value(cursor.Take()))}";
        text += $" ORDER BY {order ?? filtered}";
        if (cursor.TryTake("limit"))
        {
            int limit = cursor.TakeInteger();
            if (limit is < 0 or > LargestLimit) throw new BackendException("22023", $"LIMIT must be between 0 and {LargestLimit}");
            text += string.Create(System.Globalization.CultureInfo.InvariantCulture, $" LIMIT {limit}");
        }
        cursor.ExpectEnd();
        return new ForwardPlan(new SqlText().Add(text, at));
    }

    private static List<string> TakeNames(TokenCursor cursor, int most)
    {
        var names = new List<string> { cursor.TakeName() };
        while (names.Count < most && cursor.TryTakeSymbol(".")) names.Add(cursor.TakeName());
        return names;
    }

    private static string Table(List<string> names, string schema, string table) =>
        $"{table} = {Literal.Quote(names[^1])} AND {schema} = {(names.Count > 1 ? Literal.Quote(names[^2]) : "rs_internal.creation_schema()")}{Here(names, 3)}";

    private static string Here(List<string> names, int whole) => names.Count == whole ? $" AND current_database() = {Literal.Quote(names[0])}" : "";
}
