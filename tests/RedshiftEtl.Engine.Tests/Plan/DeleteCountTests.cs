using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Tests.Plan;

public class DeleteCountTests
{
    [Theory]
    [InlineData("DELETE FROM sales.orders", "SELECT COUNT(*) FROM sales.orders")]
    [InlineData("delete sales.orders where day >= $1", "SELECT COUNT(*) FROM sales.orders WHERE day >= $1")]
    [InlineData("DELETE FROM t AS x WHERE x.a IN (SELECT b FROM u WHERE c)", "SELECT COUNT(*) FROM t AS x WHERE x.a IN (SELECT b FROM u WHERE c)")]
    [InlineData("-- WHERE\nDELETE /* FROM */ FROM \"where\" WHERE 'USING' = name", "-- WHERE\nSELECT COUNT(*) FROM \"where\" WHERE 'USING' = name")]
    [InlineData("DELETE FROM t USING u, v WHERE t.id = u.id", "SELECT COUNT(*) FROM t WHERE EXISTS (SELECT 1 FROM u, v WHERE t.id = u.id\n)")]
    [InlineData("DELETE FROM t USING u", "SELECT COUNT(*) FROM t WHERE EXISTS (SELECT 1 FROM u)")]
    [InlineData("WITH w AS (SELECT 1 AS id) DELETE FROM t USING w WHERE t.id = w.id -- end", "WITH w AS (SELECT 1 AS id) SELECT COUNT(*) FROM t WHERE EXISTS (SELECT 1 FROM w WHERE t.id = w.id -- end\n)")]
    [InlineData("UPDATE t SET a = 1 WHERE b", null)]
    [InlineData("INSERT INTO log SELECT 'DELETE FROM t'", null)]
    [InlineData("DELETE", null)]
    public void A_delete_becomes_the_query_that_counts_its_rows(string delete, string? count) =>
        Assert.Equal(count, DeleteCount.Of(delete)?.Replace("  ", " ", StringComparison.Ordinal));
}
