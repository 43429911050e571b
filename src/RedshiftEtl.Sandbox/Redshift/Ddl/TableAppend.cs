using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>ALTER TABLE … APPEND FROM (redshift-facts 2.2).</summary>
internal static class TableAppend
{
    /// <summary>The plan; the cursor stands behind APPEND.</summary>
    public static Plan Plan(ObjectName target, TokenCursor cursor)
    {
        cursor.Expect("from");
        var source = cursor.TakeObjectName();
        bool ignoreExtra = cursor.TryTake("ignoreextra");
        bool fillTarget = cursor.TryTake("filltarget");
        cursor.ExpectEnd();
        return new LocalPlan(async (context, cancel) =>
        {
            string check = $"SELECT rs_internal.append_columns({Literal.Quote(target.Sql)}::regclass, {Literal.Quote(source.Sql)}::regclass, {(ignoreExtra ? "true" : "false")}, {(fillTarget ? "true" : "false")})";
            string columns = (await context.Backend.QueryAsync(check, cancel).ConfigureAwait(false))[0][0]!;
            await context.Backend.QueryAsync($"WITH moved AS (DELETE FROM {source.Sql} RETURNING {columns}) INSERT INTO {target.Sql} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM moved", cancel).ConfigureAwait(false);
            return "ALTER TABLE APPEND";
        })
        { Alone = "ALTER TABLE APPEND" };
    }
}
