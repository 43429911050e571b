using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>COMMENT ON (redshift-facts 4.1).</summary>
internal static class Comments
{
    /// <summary>The plan for COMMENT ON TABLE, COLUMN, VIEW, SCHEMA, DATABASE and CONSTRAINT.</summary>
    public static Plan Plan(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        cursor.Take();
        cursor.Expect("on");
        var what = cursor.Current;
        if (what.Is("constraint")) throw Rewriter.Lacking(what, "COMMENT ON CONSTRAINT");
        if (!what.IsAny("table", "column", "view", "schema", "database")) throw Lexer.Unexpected(what);
        return new ForwardPlan(Rewriter.Rewrite(statement, state.CaseSensitive));
    }
}
