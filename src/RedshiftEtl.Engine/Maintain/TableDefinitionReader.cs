using System.Globalization;
using System.Text.RegularExpressions;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>Reads a table's definition from the catalog. Leader-node tables, system views and user tables never meet in one query (fact sheet 6).</summary>
internal static partial class TableDefinitionReader
{
    /// <summary>Reads the table. Leaves the session's search path on the table's schema: PG_TABLE_DEF shows no others (fact sheet 6).</summary>
    /// <param name="session">The connection.</param>
    /// <param name="name">The table; without a schema the first one of the search path.</param>
    /// <param name="known">The definition that the table was made by, when it was made in this transaction: SVV_TABLE_INFO may not have it yet.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EtlException"><see cref="Fault.TableNotFound"/>; <see cref="Fault.DeepCopyRefused"/>: not a permanent table, an empty one, or one with something that nothing here can read.</exception>
    public static async Task<TableDefinition> ReadAsync(WarehouseSession session, TableName name, TableDefinition? known, CancellationToken cancel)
    {
        object?[] table = await FindAsync(session, name, cancel);
        long id = (long)table[0]!;
        string schema = (string)table[1]!;
        await session.ExecuteAsync($"SET search_path TO {SqlLiteral.Identifier(schema)}", [], cancel);
        TableDefinition settings = known ?? await SettingsAsync(session, id, name, cancel);
        Dictionary<int, string> comments = await TableDefinitionCatalog.CommentsAsync(session, id, cancel);
        List<(int Number, string Name, string? Default)> attributes = await AttributesAsync(session, id, cancel);
        List<object?[]> shape = await session.QueryAsync(
            "SELECT \"column\"::varchar(256), type::varchar(256), encoding::varchar(64), distkey, sortkey::integer, \"notnull\" FROM pg_table_def"
            + $" WHERE schemaname = {TableDefinitionCatalog.Text(schema)} AND tablename = {TableDefinitionCatalog.Text(name.Table)}",
            [], cancel);
        TableDefinitionText text = await TextAsync(session, schema, name, attributes.ConvertAll(attribute => attribute.Name), cancel);
        TableColumn[] columns = attributes.Select(attribute => Column(attribute, shape, text, comments, name)).ToArray();
        TableSort sort = settings.Sort;
        string[] sortKey = [];
        if (sort is TableSort.Compound or TableSort.Interleaved)
        {
            object?[][] keys = shape.Where(row => (int)row[4]! != 0).OrderBy(row => Math.Abs((int)row[4]!)).ToArray();
            sortKey = keys.Select(row => (string)row[0]!).ToArray();

            // One column alone looks the same in both styles.
            sort = keys.Length < 2 ? sort : keys.Any(row => (int)row[4]! < 0) ? TableSort.Interleaved : TableSort.Compound;
        }

        return new TableDefinition
        {
            Id = id,
            Schema = schema,
            Name = (string)table[2]!,
            Owner = (string)table[4]!,
            Comment = comments.GetValueOrDefault(0),
            Columns = columns,
            DistStyle = settings.DistStyle,
            Sort = sort,
            SortKey = sortKey,
            IsEncodeAuto = settings.IsEncodeAuto,
            IsBackedUp = text.IsBackedUp,
            Constraints = await TableDefinitionCatalog.ConstraintsAsync(session, id, cancel),
            Grants = await TableDefinitionCatalog.GrantsAsync(session, schema, name.Table, (string)table[4]!, cancel),
        };
    }

    private static async Task<object?[]> FindAsync(WarehouseSession session, TableName name, CancellationToken cancel)
    {
        string which = name.Schema is null ? "pg_table_is_visible(c.oid)" : $"n.nspname = {TableDefinitionCatalog.Text(name.Schema)}";
        List<object?[]> rows = await session.QueryAsync(
            "SELECT c.oid::bigint, n.nspname::varchar(256), c.relname::varchar(256), c.relkind::varchar(1), pg_get_userbyid(c.relowner)::varchar(256)"
            + $" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {which} AND c.relname = {TableDefinitionCatalog.Text(name.Table)}",
            [], cancel);
        if (rows.Count == 0)
        {
            throw new EtlException(Fault.TableNotFound, $"Table '{name}' does not exist on '{session.Target.Name}'.", name.ToString());
        }

        string schema = (string)rows[0][1]!;
        return (string)rows[0][3]! != "r"
            ? throw Refused(name, "it is not a table")
            : schema.StartsWith("pg_", StringComparison.Ordinal)
                ? throw Refused(name, "it is a temporary table or a table of the system")
                : rows[0];
    }

    /// <summary>What is AUTO and what is not. Only SVV_TABLE_INFO tells (fact sheet 6); it leaves empty tables out.</summary>
    private static async Task<TableDefinition> SettingsAsync(WarehouseSession session, long id, TableName name, CancellationToken cancel)
    {
        List<object?[]> rows = await session.QueryAsync(
            "SELECT encoded::varchar(64), diststyle::varchar(256), sortkey1::varchar(256), sortkey_num::integer"
            + string.Create(CultureInfo.InvariantCulture, $" FROM svv_table_info WHERE table_id = {id}"),
            [], cancel);
        if (rows.Count == 0)
        {
            throw Refused(name, "it is empty, so there is nothing to copy (SVV_TABLE_INFO does not list it)");
        }

        string encoded = (string?)rows[0][0] ?? "";
        string style = (string?)rows[0][1] ?? "";
        string? key = (string?)rows[0][2];
        int count = rows[0][3] is int n ? n : 0;
        style = style[..(style.IndexOf('(', StringComparison.Ordinal) is >= 0 and int end ? end : style.Length)].Trim().ToUpperInvariant();
        return new TableDefinition
        {
            Id = id,
            Schema = "",
            Name = "",
            Owner = "",
            Columns = [],
            DistStyle = style is "AUTO" or "EVEN" or "ALL" or "KEY" ? style : throw Refused(name, $"its distribution style '{style}' is not known here"),
            Sort = key is not null && key.StartsWith("AUTO(", StringComparison.OrdinalIgnoreCase) ? TableSort.Auto
                : key is null || count == 0 ? TableSort.None
                : key.Equals("INTERLEAVED", StringComparison.OrdinalIgnoreCase) ? TableSort.Interleaved
                : TableSort.Compound,
            SortKey = [],
            IsEncodeAuto = encoded.Contains("AUTO", StringComparison.OrdinalIgnoreCase),
            IsBackedUp = true,
            Constraints = [],
            Grants = [],
        };
    }

    private static async Task<List<(int Number, string Name, string? Default)>> AttributesAsync(WarehouseSession session, long id, CancellationToken cancel)
    {
        List<object?[]> rows = await session.QueryAsync(
            "SELECT a.attnum::integer, a.attname::varchar(256), d.adsrc::varchar(65535) FROM pg_attribute a"
            + " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
            + string.Create(CultureInfo.InvariantCulture, $" WHERE a.attrelid = {id} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"),
            [], cancel);
        return rows.ConvertAll(row => ((int)row[0]!, (string)row[1]!, (string?)row[2]));
    }

    private static async Task<TableDefinitionText> TextAsync(
        WarehouseSession session, string schema, TableName name, List<string> columns, CancellationToken cancel)
    {
        string sql = $"SHOW TABLE {SqlLiteral.Identifier(schema)}.{SqlLiteral.Identifier(name.Table)}";
        string text = (string?)await session.ScalarAsync(sql, [], cancel) ?? "";
        return TableDefinitionText.Parse(text, columns) ?? throw Refused(name, "the text of SHOW TABLE does not show all of its columns, so their collations are not known");
    }

    private static TableColumn Column(
        (int Number, string Name, string? Default) attribute, List<object?[]> shape, TableDefinitionText text, Dictionary<int, string> comments, TableName table)
    {
        object?[] row = shape.Find(row => (string)row[0]! == attribute.Name)
            ?? throw Refused(table, $"PG_TABLE_DEF does not show its column '{attribute.Name}'");
        string encoding = ((string?)row[2] ?? "none").Trim();
        TableIdentity? identity = attribute.Default is null ? null : Identity(attribute.Default);
        return new TableColumn(attribute.Name, ((string)row[1]!).Trim(), encoding == "none" ? "raw" : encoding, (bool)row[5]!, (bool)row[3]!)
        {
            Default = identity is null ? attribute.Default : null,
            Identity = identity,
            Collation = text.Collations.GetValueOrDefault(attribute.Name),
            Comment = comments.GetValueOrDefault(attribute.Number),
        };
    }

    /// <summary>An identity stands in the catalog as a default that calls a function with seed and step (fact sheet 4.1).</summary>
    internal static TableIdentity? Identity(string source)
    {
        Match match = IdentityCall().Match(source);
        return match.Success
            ? new TableIdentity(
                match.Groups["default"].Success,
                long.Parse(match.Groups["seed"].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
                long.Parse(match.Groups["step"].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>The refusal of one table for one reason.</summary>
    private static EtlException Refused(TableName name, string why) =>
        new(Fault.DeepCopyRefused, $"Table '{name}' cannot be copied: {why}.", name.ToString());

    [GeneratedRegex("""^\s*"?(?<default>default_)?identity"?\s*\(.*'(?<seed>-?\d+)\s*,\s*(?<step>-?\d+)'(::\w+( varying)?)?\s*\)\s*$""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IdentityCall();
}
