using RedshiftEtl.Engine.Load;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>Finds what a deep copy would lose or bend, so that it is refused instead.</summary>
internal static class DeepCopyObstacles
{
    private static readonly string[] s_granteeKinds = ["user", "group", "role", "public"];

    /// <summary>System views that tie something to a table object itself, where the server has them: the name, its schema and table columns, what to show, what it is.</summary>
    private static readonly (string View, string Schema, string Table, string Shown, string What)[] s_ties =
    [
        ("svv_rls_attached_policy", "relschema", "relname", "polname", "row-level security policy"),
        ("svv_attached_masking_policy", "schema_name", "table_name", "policy_name", "masking policy"),
    ];

    /// <summary>Every reason why the table cannot be copied faithfully.</summary>
    public static async Task<List<string>> FindAsync(
        WarehouseSession session, TableDefinition table, IReadOnlyList<BoundView> views, DeepCopyOptions options, CancellationToken cancel)
    {
        var found = new List<string>();
        found.AddRange((await TableDefinitionCatalog.ReferencesAsync(session, table.Id, cancel)).Select(key => $"foreign key {key} refers to it"));
        if (!options.IncludeViews)
        {
            found.AddRange(views.Select(view => $"view {view.FullName} is bound to it"));
        }

        found.AddRange(table.Constraints.Where(key => key.Kind is not ('p' or 'u' or 'f')).Select(key => $"constraint {key.Name} is of an unknown kind"));
        found.AddRange(Identities(table));
        found.AddRange(table.Grants.Concat(views.SelectMany(view => view.Grants)).Where(grant => !s_granteeKinds.Contains(grant.GranteeKind))
            .Select(grant => $"{grant} cannot be granted again"));
        found.AddRange(await ColumnGrantOptionsAsync(session, table.Schema, table.Name, cancel));
        foreach (BoundView view in views)
        {
            found.AddRange(await ColumnGrantOptionsAsync(session, view.Schema, view.Name, cancel));
        }

        foreach ((string view, string schema, string name, string shown, string what) in s_ties)
        {
            string exists = $"SELECT 1 FROM pg_class c WHERE c.relname = {TableDefinitionCatalog.Text(view)}";
            if (await session.ScalarAsync(exists, [], cancel) is not null)
            {
                string sql = $"SELECT DISTINCT {shown}::varchar(256) FROM {view}"
                    + $" WHERE {schema} = {TableDefinitionCatalog.Text(table.Schema)} AND {name} = {TableDefinitionCatalog.Text(table.Name)}";
                found.AddRange((await session.QueryAsync(sql, [], cancel)).Select(row => $"{what} {row[0]} is attached to it"));
            }
        }

        return found;
    }

    /// <summary>The user's name, and the reason why that user cannot do it: others than superusers do not see all grants and policies (fact sheet 4.1, 6).</summary>
    public static async Task<(string User, string? Reason)> UserAsync(WarehouseSession session, CancellationToken cancel)
    {
        List<object?[]> rows = await session.QueryAsync("SELECT u.usename::varchar(256), u.usesuper FROM pg_user u WHERE u.usename = current_user", [], cancel);
        string user = rows.Count == 0 ? session.Target.Username : (string)rows[0][0]!;
        return (user, rows.Count > 0 && rows[0][1] is true ? null
            : $"user {user} is no superuser, so grants of others and policies on it may be there that this user does not see");
    }

    private static IEnumerable<string> Identities(TableDefinition table) =>
        from column in table.Columns
        where column.Identity is null && column.Default is { } expression && expression.Contains("identity", StringComparison.OrdinalIgnoreCase)
            && expression.Contains('(', StringComparison.Ordinal) && !expression.Contains("current_user", StringComparison.OrdinalIgnoreCase)
        select $"column {column.Name} has a default that may be an identity of unknown form: {column.Default}";

    /// <summary>SVV_COLUMN_PRIVILEGES does not tell grant options; the raw list does, with a star (fact sheet 6).</summary>
    private static async Task<IEnumerable<string>> ColumnGrantOptionsAsync(WarehouseSession session, string schema, string name, CancellationToken cancel)
    {
        List<object?[]> rows = await session.QueryAsync(
            "SELECT column_name::varchar(256), column_acl::varchar(65535) FROM svv_redshift_columns"
            + $" WHERE schema_name = {TableDefinitionCatalog.Text(schema)} AND table_name = {TableDefinitionCatalog.Text(name)} AND column_acl IS NOT NULL",
            [], cancel);
        return rows.Where(row => ((string)row[1]!).Contains('*', StringComparison.Ordinal))
            .Select(row => $"column {row[0]} of {name} has rights with grant option, which cannot be read in full");
    }
}
