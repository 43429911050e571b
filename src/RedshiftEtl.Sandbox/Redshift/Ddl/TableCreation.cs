using System.Text.Json.Nodes;
using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>CREATE TABLE, CREATE TABLE AS and SELECT INTO (redshift-facts 7.1).</summary>
internal static class TableCreation
{
    /// <summary>The plan for CREATE TABLE; the cursor stands behind TABLE.</summary>
    public static Plan Plan(Statement statement, TokenCursor cursor, bool temporary, SessionState state)
    {
        bool ifNotExists = cursor.TryTake("if", "not", "exists");
        var name = cursor.TakeObjectName();
        temporary |= name.Name.StartsWith('#');
        if (temporary && name.Schema is not null) throw new BackendException("42P16", "temporary tables cannot specify a schema name");
        var table = new TableDefinition { Name = name, IsTemporary = temporary, IfNotExists = ifNotExists };
        int list = cursor.Position;
        bool onlyNames = cursor.Current.IsSymbol("(") && IsNameList(cursor);
        if (onlyNames) cursor.TakeNameList();
        else if (cursor.Current.IsSymbol("(")) TableParser.TakeElements(cursor, table);
        TableParser.TakeTableAttributes(cursor, table.Attributes);
        TableMetadata.Check(table.Attributes);
        if (cursor.TryTake("as"))
        {
            if (ifNotExists || (!onlyNames && table.Elements.Count > 0)) throw Lexer.Unexpected(statement.Tokens[list]);
            var names = onlyNames ? new TokenCursor(statement.Tokens, list).TakeNameList() : [];
            return AsQuery(statement, table, names, new Rewriter(statement.Tokens, state.CaseSensitive), cursor.Position);
        }
        cursor.ExpectEnd();
        if (table.Elements.Count == 0) throw Lexer.Unexpected(cursor.Current);
        var info = TableMetadata.Describe(table);
        return new LocalPlan((context, cancel) => CreateAsync(context, statement, table, info, cancel));
    }

    /// <summary>Index of the INTO of a SELECT INTO, or null.</summary>
    public static int? FindInto(Statement statement)
    {
        int depth = 0;
        for (int i = 0; i < statement.Tokens.Count - 1; i++)
        {
            var token = statement.Tokens[i];
            if (token.IsSymbol("(")) depth++;
            else if (token.IsSymbol(")")) depth--;
            else if (depth == 0 && token.Is("into")) return i;
            else if (depth == 0 && token.Is("from")) return null;
        }
        return null;
    }

    /// <summary>The plan for SELECT INTO.</summary>
    public static Plan PlanSelectInto(Statement statement, int into, SessionState state)
    {
        var cursor = new TokenCursor(statement.Tokens, into + 1);
        bool temporary = cursor.TryTake("temp") || cursor.TryTake("temporary");
        cursor.TryTake("table");
        var name = cursor.TakeObjectName();
        var table = new TableDefinition { Name = name, IsTemporary = temporary || name.Name.StartsWith('#') };
        var rewriter = new Rewriter(statement.Tokens, state.CaseSensitive) { Omitted = (into, cursor.Position) };
        return AsQuery(statement, table, [], rewriter, 0);
    }

    private static bool IsNameList(TokenCursor cursor) => cursor.Peek(1).IsName && (cursor.Peek(2).IsSymbol(",") || cursor.Peek(2).IsSymbol(")"));

    private static LocalPlan AsQuery(Statement statement, TableDefinition table, List<string> names, Rewriter rewriter, int from)
    {
        var query = new SqlText();
        rewriter.Emit(from, statement.Tokens.Count - 1, query);
        string columns = names.Count == 0 ? "" : $" ({string.Join(", ", names.Select(Literal.QuoteName))})";
        var info = TableMetadata.Describe(table);
        return new LocalPlan(async (context, cancel) =>
        {
            string target = await TargetAsync(context, table, cancel).ConfigureAwait(false);
            // Made empty first: the columns' types are settled before there are rows to rewrite.
            await RunAsync(context, new SqlText().Add($"CREATE {(table.IsTemporary ? "TEMP " : "")}TABLE {target}{columns} AS ", statement.Tokens[0].Start).Add(query).Add(" WITH NO DATA", statement.Tokens[0].Start), statement, cancel).ConfigureAwait(false);
            await context.Backend.QueryAsync($"SELECT rs_internal.settle_columns({Literal.Quote(target)}::regclass), rs_internal.register_table({Literal.Quote(target)}::regclass, {Literal.Quote(info.ToJsonString())}::jsonb)", cancel).ConfigureAwait(false);
            await RunAsync(context, new SqlText().Add($"INSERT INTO {target} ", statement.Tokens[0].Start).Add(query), statement, cancel).ConfigureAwait(false);
            return "SELECT";
        });
    }

    private static async Task<string> CreateAsync(StatementContext context, Statement statement, TableDefinition table, JsonObject info, CancellationToken cancel)
    {
        string target = await TargetAsync(context, table, cancel).ConfigureAwait(false);
        if (table.IfNotExists && await ExistsAsync(context, target, table.IsTemporary, cancel).ConfigureAwait(false))
        {
            context.Notify("INFO", $"Relation \"{table.Name.Name}\" already exists and will be skipped");
            return "CREATE TABLE";
        }
        await RunAsync(context, TableSql(statement, table, target, context.State.CaseSensitive), statement, cancel).ConfigureAwait(false);
        string inherit = string.Concat(table.Elements.OfType<LikeElement>().Select(like =>
            $", rs_internal.inherit_table({Literal.Quote(target)}::regclass, {Literal.Quote(like.Parent.Sql)}::regclass)"));
        await context.Backend.QueryAsync($"SELECT rs_internal.register_table({Literal.Quote(target)}::regclass, {Literal.Quote(info.ToJsonString())}::jsonb){inherit}", cancel).ConfigureAwait(false);
        return "CREATE TABLE";
    }

    private static SqlText TableSql(Statement statement, TableDefinition table, string target, bool keepCase)
    {
        int at = statement.Tokens[0].Start;
        var text = new SqlText().Add($"CREATE {(table.IsTemporary ? "TEMP " : "")}TABLE {target} (", at);
        var primary = table.Keys.Where(key => key.Kind == 'p').SelectMany(key => key.Columns).ToHashSet(StringComparer.Ordinal);
        int ordinal = 0;
        foreach (var element in table.Elements)
        {
            if (ordinal++ > 0) text.Add(", ", at);
            if (element is LikeElement like) text.Add($"LIKE {like.Parent.Sql} INCLUDING CONSTRAINTS{(like.Defaults ? " INCLUDING DEFAULTS" : "")}", like.Parent.Token.Start);
            else if (element is ColumnDefinition column) ColumnSql.Write(text, statement, column, ordinal, column.NotNull || primary.Contains(column.Name), keepCase);
        }
        return text.Add(")", at);
    }

    private static async Task<string> TargetAsync(StatementContext context, TableDefinition table, CancellationToken cancel)
    {
        if (table.IsTemporary) return $"pg_temp.{Literal.QuoteName(table.Name.Name)}";
        if (table.Name.Schema is not null) return table.Name.Sql;
        var rows = await context.Backend.QueryAsync("SELECT rs_internal.creation_schema()", cancel).ConfigureAwait(false);
        return $"{Literal.QuoteName(rows[0][0]!)}.{Literal.QuoteName(table.Name.Name)}";
    }

    private static async Task<bool> ExistsAsync(StatementContext context, string target, bool temporary, CancellationToken cancel)
    {
        // to_regclass doesn't know pg_temp before the session has made its first temporary table.
        if (temporary && (await context.Backend.QueryAsync("SELECT pg_my_temp_schema()", cancel).ConfigureAwait(false))[0][0] == "0") return false;
        return (await context.Backend.QueryAsync($"SELECT to_regclass({Literal.Quote(target)})", cancel).ConfigureAwait(false))[0][0] is not null;
    }

    /// <summary>Runs SQL made of the client's, with error positions led back to it.</summary>
    public static async Task RunAsync(StatementContext context, SqlText sql, Statement statement, CancellationToken cancel)
    {
        try
        {
            await context.Backend.QueryAsync(sql.ToString(), cancel).ConfigureAwait(false);
        }
        catch (BackendException error) when (error.Position > 0)
        {
            throw new BackendException(error.SqlState, error.Message, error.Detail, error.Hint, sql.SourcePosition(error.Position, statement.Source));
        }
    }
}
