using System.Globalization;
using RedshiftEtl.Engine.Load;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>Finds the views that are bound to a table. Late-binding views aren't: nothing in the catalog ties them to it (fact sheet 4).</summary>
internal static class DeepCopyViews
{
    /// <summary>The views that read the table, directly or through other views, each after those it reads.
    /// Leaves the search path on the system's schema, so that the views' text names every table with its schema.</summary>
    public static async Task<IReadOnlyList<BoundView>> ReadAsync(WarehouseSession session, long table, CancellationToken cancel)
    {
        await session.ExecuteAsync("SET search_path TO pg_catalog", [], cancel);
        Dictionary<long, int> depths = [];
        List<long> level = [table];
        for (int depth = 1; level.Count > 0; depth++)
        {
            level = await ReadersAsync(session, level, cancel);

            // A view that is met again is read by a deeper one too: it goes below both.
            foreach (long view in level)
            {
                depths[view] = depth;
            }
        }

        var views = new List<BoundView>();
        foreach (long view in depths.OrderBy(pair => pair.Value).ThenBy(pair => pair.Key).Select(pair => pair.Key))
        {
            views.Add(await ReadOneAsync(session, view, cancel));
        }

        return views;
    }

    private static async Task<List<long>> ReadersAsync(WarehouseSession session, List<long> relations, CancellationToken cancel)
    {
        string list = string.Join(", ", relations.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        List<object?[]> rows = await session.QueryAsync(
            "SELECT DISTINCT r.ev_class::bigint FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid"
            + $" WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid IN ({list}) AND r.ev_class <> d.refobjid",
            [], cancel);
        return rows.ConvertAll(row => (long)row[0]!);
    }

    private static async Task<BoundView> ReadOneAsync(WarehouseSession session, long id, CancellationToken cancel)
    {
        string number = id.ToString(CultureInfo.InvariantCulture);
        List<object?[]> rows = await session.QueryAsync(
            $"SELECT n.nspname::varchar(256), c.relname::varchar(256), pg_get_userbyid(c.relowner)::varchar(256), pg_get_viewdef({number})::varchar(65535)"
            + $" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = {number}",
            [], cancel);
        List<object?[]> columns = await session.QueryAsync(
            $"SELECT a.attnum::integer, a.attname::varchar(256), format_type(a.atttypid, a.atttypmod)::varchar(256) FROM pg_attribute a WHERE a.attrelid = {number} AND a.attnum > 0 ORDER BY a.attnum", [], cancel);
        Dictionary<int, string> comments = await TableDefinitionCatalog.CommentsAsync(session, id, cancel);
        (string schema, string name, string owner) = ((string)rows[0][0]!, (string)rows[0][1]!, (string)rows[0][2]!);
        return new BoundView
        {
            Id = id,
            Schema = schema,
            Name = name,
            Owner = owner,
            Query = ((string)rows[0][3]!).Trim().TrimEnd(';').TrimEnd(),
            Comment = comments.GetValueOrDefault(0),
            Columns = columns.ConvertAll(row => new BoundViewColumn((string)row[1]!, (string)row[2]! == "text" ? "character varying" : (string)row[2]!, comments.GetValueOrDefault((int)row[0]!))),
            Grants = await TableDefinitionCatalog.GrantsAsync(session, schema, name, owner, cancel),
        };
    }
}
