namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>Names that the sandbox has in place of PostgreSQL's, and PostgreSQL's that Redshift hasn't.</summary>
internal static class CatalogNames
{
    private static readonly HashSet<string> s_ours = new(StringComparer.Ordinal)
    {
        "pg_attrdef", "pg_cancel_backend", "pg_class", "pg_constraint", "pg_depend", "pg_get_constraintdef", "pg_group", "pg_last_copy_count", "pg_last_copy_id", "pg_last_query_id", "pg_namespace", "pg_table_def", "pg_terminate_backend", "pg_user_info", "version",
    };

    private static readonly string[] s_systemPrefixes = ["svv_", "stv_", "stl_", "svl_", "sys_"];

    private static readonly string[] s_provisionedPrefixes = ["stl_", "stv_", "svl_", "svcs_"];

    private static readonly string[] s_loadPrefixes = ["stl_load", "stl_file_scan", "stl_replacements", "stv_load", "sys_load", "sys_copy"];

    private static readonly HashSet<string> s_foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        "array_agg", "array_append", "array_cat", "array_length", "array_position", "array_remove", "array_to_json", "cardinality",
        "clock_timestamp", "format", "gen_random_uuid", "json_agg", "json_build_object", "json_object_agg", "jsonb_agg", "jsonb_build_object",
        "jsonb_set", "jsonb_each", "json_each", "make_date", "make_interval", "make_timestamp", "num_nonnulls", "pg_advisory_lock",
        "pg_advisory_unlock", "pg_advisory_xact_lock", "pg_advisory_unlock_all", "pg_try_advisory_lock", "pg_try_advisory_xact_lock", "pg_notify", "pg_sleep",
        "regexp_matches", "regexp_split_to_array", "regexp_split_to_table", "row_to_json", "statement_timestamp", "string_agg", "string_to_array",
        "string_to_table", "to_json", "to_jsonb", "to_tsvector", "to_tsquery", "transaction_timestamp", "unnest", "uuid_generate_v4", "xmlagg",
        "pg_read_file", "pg_ls_dir", "lo_import", "lo_export", "set_config", "dblink", "nextval", "currval", "setval", "lastval",
    };

    /// <summary>The schema that holds the sandbox's own object for pg_catalog's of that name, or null.</summary>
    public static string? SchemaOf(string name)
    {
        if (s_ours.Contains(name)) return "rs_catalog";
        if (!Array.Exists(s_systemPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal))) return null;
        // The views over what COPY has done are the loader's.
        return Array.Exists(s_loadPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) ? "rs_system" : "rs_catalog";
    }

    /// <summary>Whether the name is of a system object that only provisioned clusters have (redshift-facts 6).</summary>
    public static bool IsProvisionedOnly(string name) => Array.Exists(s_provisionedPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Whether Redshift lacks this function of PostgreSQL (redshift-facts 8.1).</summary>
    public static bool IsForeignFunction(string name) => s_foreign.Contains(name);
}
