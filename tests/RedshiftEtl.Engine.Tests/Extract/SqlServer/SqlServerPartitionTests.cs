using System.Text;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.SqlServer;
using static RedshiftEtl.Engine.Tests.Extract.SqlServer.TdsTokens;

namespace RedshiftEtl.Engine.Tests.Extract.SqlServer;

/// <summary>What is asked of SQL Server, and in which order, when a table is read side by side.</summary>
public sealed class SqlServerPartitionTests
{
    [Fact]
    public async Task All_snapshots_begin_while_the_table_is_held_and_each_range_is_read_in_its_own()
    {
        using var server = new TdsServer(Answer);
        await using (ISourceReader reader = await OpenAsync(server.Connection))
        {
            int rows = 0;
            while (reader.Read(TestContext.Current.CancellationToken) is { } block)
            {
                rows += block.Rows;
                block.Dispose();
            }

            Assert.Equal(2, rows);
        }

        string[] requests = server.Requests.Where(request => request != "login").ToArray();
        int held = Array.FindIndex(requests, request => request.Contains("WITH (TABLOCK, HOLDLOCK)", StringComparison.Ordinal));
        int released = Array.FindIndex(requests, request => request.Contains("COMMIT TRANSACTION", StringComparison.Ordinal));
        Assert.Equal("SELECT TOP (1) 1 FROM [dbo].[orders] WITH (TABLOCK, HOLDLOCK)", requests[held]);
        Assert.Equal(["begin 5", "SELECT TOP (1) 1 FROM [dbo].[orders]", "begin 5", "SELECT TOP (1) 1 FROM [dbo].[orders]"], requests[(held + 1)..released]);
        Assert.Contains("SELECT MIN([id]) AS low, CONVERT(varchar(60), MIN([id]), 126) AS low_text, CONVERT(varchar(60), MAX([id]), 126) AS high_text FROM [dbo].[orders]", requests);
        Assert.Contains("SELECT * FROM [dbo].[orders] WHERE ((state = 1\n) AND ([id] < 50 OR [id] IS NULL)\n)", requests);
        Assert.Contains("SELECT * FROM [dbo].[orders] WHERE ((state = 1\n) AND ([id] >= 50)\n)", requests);
    }

    [Fact]
    public async Task Without_snapshot_isolation_it_is_refused()
    {
        using var server = new TdsServer(Answer) { AllowsSnapshot = false };
        EtlException error = await Assert.ThrowsAsync<EtlException>(() => OpenAsync(server.Connection));
        Assert.Same(Fault.ArgumentInvalid, error.Fault);
        Assert.Contains("ALLOW_SNAPSHOT_ISOLATION ON", error.Advice, StringComparison.Ordinal);
        Assert.Contains(server.Requests, request => request.Contains("COMMIT TRANSACTION", StringComparison.Ordinal));
    }

    private static Task<ISourceReader> OpenAsync(SqlServerConnection source)
    {
        var table = new SourceTable("dbo.orders", [], "state = 1");
        return new SqlServerSource(source).OpenAsync(
            new SourceQuery(table.ToSql(source), []) { Table = table, Partition = new SourcePartition("id", 2) }, CsvDialect.Default, TestContext.Current.CancellationToken);
    }

    private static TdsTokens Answer(string request)
    {
        var number = new TdsColumn("id", [0x26, 4]);
        var text = new TdsColumn("text", [0xA7, .. Short(60), .. Collation]);
        return request.Contains("MIN(", StringComparison.Ordinal)
            ? new TdsTokens().Columns(number, text, text).Row(Value(Int(0)), LongValue(Encoding.ASCII.GetBytes("0")), LongValue(Encoding.ASCII.GetBytes("100"))).Done()
            : new TdsTokens().Columns(number).Row(Value(Int(7))).Done();
    }
}
