using System.Text.Json.Nodes;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>Describes for <c>rs_internal.register_table</c> what a CREATE TABLE says beyond PostgreSQL's grammar.</summary>
internal static class TableMetadata
{
    /// <summary>Refuses attributes that contradict each other.</summary>
    public static void Check(TableAttributes attributes)
    {
        if (attributes.DistKey is not null && attributes.DistStyle is "even" or "all" or "auto")
            throw new BackendException("42P16", $"cannot specify DISTKEY column if DISTSTYLE is not KEY: {attributes.DistStyle}");
        if (attributes.DistKey is null && attributes.DistStyle == "key") throw new BackendException("42P16", "DISTSTYLE KEY requires a DISTKEY column");
    }

    /// <summary>The description as JSON.</summary>
    public static JsonObject Describe(TableDefinition table)
    {
        var attributes = table.Attributes;
        var columns = new JsonObject();
        foreach (var column in table.Columns)
        {
            var entry = new JsonObject();
            if (column.Encoding is not null) entry["encoding"] = column.Encoding;
            if (column.Type.Name == "varbyte") entry["length"] = column.Type.Length;
            if (column.Collation is not null) entry["collation"] = column.Collation;
            if (entry.Count > 0) columns[column.Name] = entry;
        }
        return new JsonObject
        {
            ["diststyle"] = attributes.DistKey is not null ? "key" : attributes.DistStyle ?? "auto",
            ["distkey"] = attributes.DistKey,
            ["sortstyle"] = attributes.SortStyle,
            ["sortkeys"] = Names(attributes.SortKeys),
            ["backup"] = !attributes.NoBackup,
            // One explicit encoding turns ENCODE AUTO off (redshift-facts 7.1).
            ["encode_auto"] = attributes.EncodeAuto || table.Columns.All(column => column.Encoding is null),
            ["columns"] = columns,
            ["keys"] = new JsonArray([.. table.Keys.Select(key => Key(key))]),
        };
    }

    /// <summary>A key as <c>rs_internal.add_key</c> takes it.</summary>
    public static JsonObject Key(KeyDefinition key) => new()
    {
        ["name"] = key.Name,
        ["kind"] = key.Kind.ToString(),
        ["columns"] = Names(key.Columns),
        ["parent"] = key.Parent?.Sql,
        ["parent_columns"] = Names(key.ParentColumns ?? []),
    };

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)JsonValue.Create(name))]);
}
