using Npgsql;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>The statements that a load is made of.</summary>
public sealed class SmokeTests(Warehouse warehouse)
{
    [Fact]
    public async Task A_table_is_made_filled_and_read()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("""
            CREATE TABLE IF NOT EXISTS orders (
                id bigint NOT NULL IDENTITY(1, 1) ENCODE az64 DISTKEY,
                code varchar(10) DEFAULT 'x' ENCODE lzo, -- a comment
                amount decimal(12, 2),
                made timestamp DEFAULT getdate(),
                PRIMARY KEY (id)
            ) DISTSTYLE KEY COMPOUND SORTKEY (made, code);
            """);
        await session.RunAsync("INSERT INTO orders (code, amount) VALUES ('a', 1.005), ('b', NULL)");
        await using (var command = new NpgsqlCommand("INSERT INTO \"ORDERS\" (code, amount) VALUES ($1, $2)", session.Connection))
        {
            command.Parameters.Add(new() { Value = "c" });
            command.Parameters.Add(new() { Value = 2.5m });
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }
        Assert.Equal("a|1.01\nb|∅\nc|2.50", await session.RowsAsync("SELECT code, amount FROM orders ORDER BY code"));
        await session.RunAsync("DELETE FROM orders WHERE code = 'a'");
        Assert.Equal(2L, await session.ValueAsync("SELECT count(*) FROM orders"));
        string shown = (string)(await session.ValueAsync("SHOW TABLE orders"))!;
        Assert.Contains("SORTKEY (made, code)", shown, StringComparison.Ordinal);
    }
}
