using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>SHOW of objects and settings.</summary>
internal static class ShowStatements
{
    /// <summary>The plan for SHOW.</summary>
    public static Plan Plan(Statement statement)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        if (ShowLists.Plan(cursor) is { } list) return list;
        if (!cursor.Current.IsAny("table", "view") || cursor.Peek(1).Kind == TokenKind.End) return Settings.Show(cursor);
        bool table = cursor.Take().Is("table");
        var name = cursor.TakeObjectName();
        cursor.ExpectEnd();
        string sql = table
            ? $"SELECT rs_internal.show_table({Literal.Quote(name.Sql)}::regclass) AS \"Show Table DDL statement\""
            : $"SELECT pg_get_viewdef({Literal.Quote(name.Sql)}::regclass, true) AS \"Show View DDL statement\"";
        return new ForwardPlan(new SqlText().Add(sql, name.Token.Start));
    }
}
