using System.Globalization;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>Reads the pieces of CREATE TABLE and ALTER TABLE (redshift-facts 7.1).</summary>
internal static class TableParser
{
    private static readonly HashSet<string> s_encodings = new(StringComparer.Ordinal)
    {
        "az64", "bytedict", "delta", "delta32k", "lzo", "mostly8", "mostly16", "mostly32", "raw", "runlength", "text255", "text32k", "zstd",
    };

    private static readonly HashSet<string> s_systemColumns = new(StringComparer.Ordinal) { "oid", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid" };

    /// <summary>Reads the list of columns, keys and LIKE clauses; the cursor stands on its parenthesis.</summary>
    public static void TakeElements(TokenCursor cursor, TableDefinition table)
    {
        cursor.ExpectSymbol("(");
        do
        {
            if (TakeTableKey(cursor) is { } key) table.Keys.Add(key);
            else if (cursor.TryTake("like"))
            {
                var parent = cursor.TakeObjectName();
                bool defaults = cursor.TryTake("including", "defaults");
                if (!defaults) cursor.TryTake("excluding", "defaults");
                table.Elements.Add(new LikeElement(parent, defaults));
            }
            else
            {
                var column = TakeColumn(cursor, table.Name.Name, table.Keys, table.Attributes);
                if (table.Columns.Any(other => other.Name == column.Name))
                    throw new BackendException("42701", $"column \"{column.Name}\" duplicated");
                table.Elements.Add(column);
            }
        }
        while (cursor.TryTakeSymbol(","));
        cursor.ExpectSymbol(")");
    }

    /// <summary>Reads a column with its attributes.</summary>
    public static ColumnDefinition TakeColumn(TokenCursor cursor, string table, List<KeyDefinition> keys, TableAttributes attributes)
    {
        var token = cursor.Current;
        if (token.Kind == TokenKind.Word && ReservedWords.Contains(token)) throw Lexer.Unexpected(token);
        string name = cursor.TakeName();
        if (s_systemColumns.Contains(name)) throw new BackendException("42701", $"column name \"{name}\" conflicts with a system column name");
        if (cursor.Current.IsAny("serial", "bigserial", "smallserial"))
            throw new BackendException("0A000", $"Column \"{table}.{name}\" has unsupported type \"{Literal.Fold(cursor.Current.Raw.ToString())}\".", "Use IDENTITY(seed, step).");
        var column = new ColumnDefinition(name, RedshiftType.Take(cursor, $"{table}.{name}"));
        while (TakeAttribute(cursor, column, keys, attributes))
        {
        }
        if (column.Identity is not null && column.Type.Name is not ("integer" or "bigint"))
            throw new BackendException("42P16", $"identity column \"{name}\" must be of type INT or BIGINT");
        return column;
    }

    /// <summary>Reads a key at table level, if one stands here.</summary>
    public static KeyDefinition? TakeTableKey(TokenCursor cursor)
    {
        string? name = cursor.Current.Is("constraint") && cursor.TryTake("constraint") ? cursor.TakeName() : null;
        if (cursor.TryTake("primary", "key")) return new KeyDefinition(name, 'p', cursor.TakeNameList());
        if (cursor.Current.Is("unique") && cursor.Peek(1).IsSymbol("("))
        {
            cursor.Take();
            return new KeyDefinition(name, 'u', cursor.TakeNameList());
        }
        if (cursor.TryTake("foreign", "key"))
        {
            var columns = cursor.TakeNameList();
            cursor.Expect("references");
            return new KeyDefinition(name, 'f', columns, cursor.TakeObjectName(), cursor.Current.IsSymbol("(") ? cursor.TakeNameList() : []);
        }
        if (cursor.Current.Is("check")) throw new BackendException("0A000", "CHECK constraints are not supported");
        return name is null ? null : throw Lexer.Unexpected(cursor.Current);
    }

    /// <summary>Reads what stands behind the columns, up to AS or the end.</summary>
    public static void TakeTableAttributes(TokenCursor cursor, TableAttributes attributes)
    {
        while (!cursor.AtEnd && !cursor.Current.Is("as"))
        {
            if (cursor.TryTake("backup")) attributes.NoBackup = !cursor.TryTake("yes") && Expect(cursor, "no");
            else if (cursor.TryTake("diststyle")) attributes.DistStyle = TakeOneOf(cursor, "auto", "even", "key", "all");
            else if (cursor.TryTake("distkey")) attributes.DistKey = SetOnce(attributes.DistKey, Single(cursor.TakeNameList()));
            else if (cursor.TryTake("encode", "auto")) attributes.EncodeAuto = true;
            else TakeSortKey(cursor, attributes);
        }
    }

    /// <summary>Reads [COMPOUND | INTERLEAVED] SORTKEY (…) or SORTKEY AUTO.</summary>
    public static void TakeSortKey(TokenCursor cursor, TableAttributes attributes)
    {
        string style = cursor.TryTake("interleaved") ? "interleaved" : "compound";
        cursor.TryTake("compound");
        cursor.Expect("sortkey");
        if (cursor.TryTake("auto") || cursor.TryTake("none"))
        {
            attributes.SortAuto = true;
            return;
        }
        if (attributes.SortKeys.Count > 0) throw new BackendException("42P16", "multiple SORTKEY specifications are not allowed");
        attributes.SortStyle = style;
        attributes.SortKeys.AddRange(cursor.TakeNameList());
        int most = style == "interleaved" ? 8 : 400;
        if (attributes.SortKeys.Count > most) throw new BackendException("42P16", $"{style} sort keys can have at most {most} columns");
    }

    /// <summary>Reads an encoding's name.</summary>
    public static string TakeEncoding(TokenCursor cursor)
    {
        var token = cursor.Current;
        string name = Literal.Fold(cursor.Take().Raw.ToString());
        if (name == "none") name = "raw";
        return s_encodings.Contains(name) ? name : throw new BackendException("22023", $"invalid encoding type specified for column: {name}", position: Lexer.CharacterPosition(token.Source, token.Start));
    }

    private static bool TakeAttribute(TokenCursor cursor, ColumnDefinition column, List<KeyDefinition> keys, TableAttributes attributes)
    {
        if (cursor.TryTake("not", "null")) column.NotNull = true;
        else if (cursor.TryTake("null")) column.NotNull = false;
        else if (cursor.TryTake("default")) column.Default = TakeExpression(cursor);
        else if (cursor.TryTake("identity")) column.Identity = TakeIdentity(cursor, byDefault: false);
        else if (cursor.TryTake("generated", "by", "default", "as", "identity")) column.Identity = TakeIdentity(cursor, byDefault: true);
        else if (cursor.TryTake("encode")) column.Encoding = TakeEncoding(cursor);
        else if (cursor.TryTake("distkey")) attributes.DistKey = SetOnce(attributes.DistKey, column.Name);
        else if (cursor.TryTake("sortkey"))
        {
            if (attributes.SortKeys.Count > 0) throw new BackendException("42P16", "multiple SORTKEY specifications are not allowed");
            attributes.SortStyle = "compound";
            attributes.SortKeys.Add(column.Name);
        }
        else if (cursor.TryTake("collate")) column.Collation = TakeOneOf(cursor, "case_sensitive", "case_insensitive", "cs", "ci");
        else if (cursor.TryTake("primary", "key")) keys.Add(new KeyDefinition(null, 'p', [column.Name]));
        else if (cursor.TryTake("unique")) keys.Add(new KeyDefinition(null, 'u', [column.Name]));
        else if (cursor.TryTake("references"))
            keys.Add(new KeyDefinition(null, 'f', [column.Name], cursor.TakeObjectName(), cursor.Current.IsSymbol("(") ? cursor.TakeNameList() : []));
        else if (cursor.Current.Is("check")) throw new BackendException("0A000", "CHECK constraints are not supported");
        else return false;
        return true;
    }

    private static (int From, int To) TakeExpression(TokenCursor cursor)
    {
        int from = cursor.Position;
        int depth = 0;
        for (; !cursor.AtEnd; cursor.Take())
        {
            var token = cursor.Current;
            if (token.Is("select")) throw new BackendException("0A000", "cannot use subquery in default expression");
            if (depth == 0 && cursor.Position > from && EndsExpression(cursor)) break;
            if (token.IsSymbol("(")) depth++;
            else if (token.IsSymbol(")") && --depth < 0) break;
            else if (depth == 0 && token.IsSymbol(",")) break;
        }
        return cursor.Position > from ? (from, cursor.Position) : throw Lexer.Unexpected(cursor.Current);
    }

    private static bool EndsExpression(TokenCursor cursor) =>
        cursor.Current.IsAny("identity", "generated", "encode", "distkey", "sortkey", "collate", "null", "unique", "primary", "references", "check")
        || (cursor.Current.Is("not") && cursor.Peek(1).Is("null"));

    private static (long Seed, long Step, bool ByDefault) TakeIdentity(TokenCursor cursor, bool byDefault)
    {
        cursor.ExpectSymbol("(");
        long seed = TakeSigned(cursor);
        cursor.ExpectSymbol(",");
        long step = TakeSigned(cursor);
        cursor.ExpectSymbol(")");
        return (seed, step, byDefault);
    }

    private static long TakeSigned(TokenCursor cursor)
    {
        bool negative = cursor.TryTakeSymbol("-");
        var token = cursor.Take();
        if (token.Kind != TokenKind.Number || !long.TryParse(token.Raw, NumberStyles.None, CultureInfo.InvariantCulture, out long value)) throw Lexer.Unexpected(token);
        return negative ? -value : value;
    }

    private static string TakeOneOf(TokenCursor cursor, params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
            if (cursor.TryTake(word)) return word;
        throw Lexer.Unexpected(cursor.Current);
    }

    private static bool Expect(TokenCursor cursor, string word)
    {
        cursor.Expect(word);
        return true;
    }

    private static string Single(List<string> names) =>
        names.Count == 1 ? names[0] : throw new BackendException("42P16", "only one column can be specified as DISTKEY");

    private static string SetOnce(string? before, string name) =>
        before is null || before == name ? name : throw new BackendException("42P16", "multiple DISTKEY specifications are not allowed");
}
