using System.Text.Json.Nodes;
using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>ALTER TABLE (redshift-facts 2.2, 7.1).</summary>
internal static class TableAlteration
{
    /// <summary>The plan for ALTER TABLE; the cursor stands behind TABLE.</summary>
    public static Plan Plan(Statement statement, TokenCursor cursor, SessionState state)
    {
        var table = cursor.TakeObjectName();
        var verb = cursor.Take();
        if (verb.Is("append")) return TableAppend.Plan(table, cursor);
        if (verb.Is("add")) return Add(statement, table, cursor, state);
        if (verb.Is("drop")) return Drop(table, cursor);
        if (verb.Is("rename")) return Rename(table, cursor);
        if (verb.Is("owner"))
        {
            cursor.Expect("to");
            return Do($"ALTER TABLE {table.Sql} OWNER TO {Literal.QuoteName(TakeLast(cursor))}");
        }
        if (verb.Is("alter")) return Alter(table, cursor);
        if (verb.Is("set") && cursor.Current.Is("schema")) throw new BackendException("0A000", "ALTER TABLE SET SCHEMA is not supported");
        throw Lexer.Unexpected(verb);
    }

    private static LocalPlan Add(Statement statement, ObjectName table, TokenCursor cursor, SessionState state)
    {
        if (TableParser.TakeTableKey(cursor) is { } key)
        {
            cursor.ExpectEnd();
            return Call($"rs_internal.add_key({Regclass(table)}, {Literal.Quote(TableMetadata.Key(key).ToJsonString())}::jsonb)");
        }
        cursor.TryTake("column");
        var keys = new List<KeyDefinition>();
        var attributes = new TableAttributes();
        var column = TableParser.TakeColumn(cursor, table.Name, keys, attributes);
        if (cursor.Current.IsSymbol(",")) throw new BackendException("0A000", "ALTER TABLE ADD COLUMN can add only one column at a time");
        cursor.ExpectEnd();
        if (keys.Count > 0 || attributes.DistKey is not null || attributes.SortKeys.Count > 0) throw new BackendException("0A000", "ALTER TABLE ADD COLUMN takes no keys");
        if (column.Identity is not null) throw new BackendException("0A000", "cannot add an identity column");
        if (column.NotNull && column.Default is null) throw new BackendException("42P16", "ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression");
        var info = new JsonObject { ["encoding"] = column.Encoding, ["length"] = column.Type.Name == "varbyte" ? column.Type.Length : null, ["collation"] = column.Collation };
        return new LocalPlan(async (context, cancel) =>
        {
            var rows = await context.Backend.QueryAsync($"SELECT count(*) + 1 FROM pg_attribute WHERE attrelid = {Regclass(table)} AND attnum > 0", cancel).ConfigureAwait(false);
            var text = new SqlText().Add($"ALTER TABLE {table.Sql} ADD COLUMN ", statement.Tokens[0].Start);
            ColumnSql.Write(text, statement, column, int.Parse(rows[0][0]!, System.Globalization.CultureInfo.InvariantCulture), column.NotNull, state.CaseSensitive);
            await TableCreation.RunAsync(context, text, statement, cancel).ConfigureAwait(false);
            await context.Backend.QueryAsync($"SELECT rs_internal.register_column({Regclass(table)}, {Literal.Quote(column.Name)}, {Literal.Quote(info.ToJsonString())}::jsonb)", cancel).ConfigureAwait(false);
            return "ALTER TABLE";
        });
    }

    private static LocalPlan Drop(ObjectName table, TokenCursor cursor)
    {
        if (cursor.TryTake("constraint"))
        {
            string key = cursor.TakeName();
            string rule = TakeRule(cursor);
            return Call($"rs_internal.drop_key({Regclass(table)}, {Literal.Quote(key)}, {(rule == " CASCADE" ? "true" : "false")})");
        }
        cursor.TryTake("column");
        string column = cursor.TakeName();
        string cascade = TakeRule(cursor);
        return new LocalPlan(async (context, cancel) =>
        {
            await context.Backend.QueryAsync($"SELECT rs_internal.check_column_drop({Regclass(table)}, {Literal.Quote(column)})", cancel).ConfigureAwait(false);
            await context.Backend.QueryAsync($"ALTER TABLE {table.Sql} DROP COLUMN {Literal.QuoteName(column)}{cascade}", cancel).ConfigureAwait(false);
            return "ALTER TABLE";
        });
    }

    private static LocalPlan Rename(ObjectName table, TokenCursor cursor)
    {
        if (cursor.TryTake("to"))
        {
            string name = cursor.TakeName();
            // RENAME TO takes a bare name (redshift-facts 4).
            cursor.ExpectEnd();
            return Do($"ALTER TABLE {table.Sql} RENAME TO {Literal.QuoteName(name)}");
        }
        cursor.TryTake("column");
        string column = cursor.TakeName();
        cursor.Expect("to");
        return Do($"ALTER TABLE {table.Sql} RENAME COLUMN {Literal.QuoteName(column)} TO {Literal.QuoteName(TakeLast(cursor))}");
    }

    private static LocalPlan Alter(ObjectName table, TokenCursor cursor)
    {
        if (cursor.Current.Is("distkey") || cursor.Current.Is("diststyle")) return Distribution(table, cursor);
        if (cursor.Current.IsAny("sortkey", "compound", "interleaved")) return Sorting(table, cursor);
        if (cursor.TryTake("encode", "auto"))
        {
            cursor.ExpectEnd();
            return Call($"rs_internal.alter_table({Regclass(table)}, '{{\"encode_auto\": true}}'::jsonb)");
        }
        cursor.TryTake("column");
        string column = cursor.TakeName();
        if (cursor.TryTake("encode"))
        {
            string encoding = TableParser.TakeEncoding(cursor);
            cursor.ExpectEnd();
            return Call($"rs_internal.alter_encoding({Regclass(table)}, {Literal.Quote(column)}, {Literal.Quote(encoding)})");
        }
        cursor.Expect("type");
        var type = RedshiftType.Take(cursor, $"{table.Name}.{column}");
        cursor.ExpectEnd();
        if (type.Name != "varchar") throw new BackendException("0A000", "ALTER COLUMN TYPE is only supported for VARCHAR columns");
        return Call($"rs_internal.resize_column({Regclass(table)}, {Literal.Quote(column)}, {type.Length})") with { Alone = "ALTER TABLE ALTER COLUMN TYPE" };
    }

    private static LocalPlan Distribution(ObjectName table, TokenCursor cursor)
    {
        var change = new JsonObject();
        if (cursor.TryTake("diststyle"))
        {
            string style = Literal.Fold(cursor.Take().Raw.ToString());
            if (style is not ("all" or "even" or "auto" or "key")) throw Lexer.Unexpected(cursor.Peek(-1));
            change["diststyle"] = style;
            change["distkey"] = null;
            if (style == "key")
            {
                cursor.Expect("distkey");
                change["distkey"] = cursor.TakeName();
            }
        }
        else
        {
            cursor.Expect("distkey");
            change["diststyle"] = "key";
            change["distkey"] = cursor.TakeName();
        }
        cursor.ExpectEnd();
        return Call($"rs_internal.alter_table({Regclass(table)}, {Literal.Quote(change.ToJsonString())}::jsonb)");
    }

    private static LocalPlan Sorting(ObjectName table, TokenCursor cursor)
    {
        if (cursor.Current.Is("interleaved")) throw new BackendException("0A000", "ALTER TABLE cannot set an INTERLEAVED SORTKEY");
        var attributes = new TableAttributes();
        TableParser.TakeSortKey(cursor, attributes);
        cursor.ExpectEnd();
        var change = new JsonObject
        {
            ["sortstyle"] = attributes.SortAuto ? null : "compound",
            ["sortkeys"] = new JsonArray([.. attributes.SortKeys.Select(name => (JsonNode)JsonValue.Create(name))]),
        };
        return Call($"rs_internal.alter_table({Regclass(table)}, {Literal.Quote(change.ToJsonString())}::jsonb)");
    }

    private static string TakeRule(TokenCursor cursor)
    {
        string rule = cursor.TryTake("cascade") ? " CASCADE" : "";
        if (rule.Length == 0) cursor.TryTake("restrict");
        cursor.ExpectEnd();
        return rule;
    }

    private static string TakeLast(TokenCursor cursor)
    {
        string name = cursor.TakeName();
        cursor.ExpectEnd();
        return name;
    }

    private static string Regclass(ObjectName table) => $"{Literal.Quote(table.Sql)}::regclass";

    private static LocalPlan Call(string function) => Do($"SELECT {function}");

    private static LocalPlan Do(string sql) => new(async (context, cancel) =>
    {
        await context.Backend.QueryAsync(sql, cancel).ConfigureAwait(false);
        return "ALTER TABLE";
    });
}
