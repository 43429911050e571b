using Npgsql;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.Redshift.Session;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 6: what Redshift Serverless lacks; 1.4: statistics after COPY.</summary>
public sealed class ServerlessTests(Warehouse warehouse)
{
    [Theory]
    [InlineData("SELECT count(*) FROM stv_slices")]
    [InlineData("SELECT count(*) FROM svv_tables, stl_vacuum")]
    [InlineData("SELECT count(*) FROM pg_catalog.stl_analyze")]
    [InlineData("(SELECT count(*) FROM stv_recents)")]
    public async Task What_only_provisioned_clusters_have_does_not_exist(string sql)
    {
        await using var endpoint = warehouse.StartAnother(Loads("Load into table 't' failed.  Check 'stl_load_errors' system table for details."), serverless: true);
        await using var session = await OpenAsync(endpoint);
        Assert.EndsWith("does not exist", (await session.FailsAsync(sql, "42P01")).MessageText, StringComparison.Ordinal);
        await session.RunAsync("SELECT count(*) FROM sys_vacuum_history");
        await session.RunAsync("SELECT 1 AS stl_vacuum");
        await using var provisioned = await warehouse.SessionAsync();
        await provisioned.RunAsync(sql);
    }

    [Fact]
    public async Task A_load_that_fails_names_the_view_that_exists()
    {
        await using var endpoint = warehouse.StartAnother(Loads("Load into table 't' failed.  Check 'stl_load_errors' system table for details."), serverless: true);
        await using var session = await OpenAsync(endpoint);
        await session.RunAsync("CREATE TEMP TABLE t (n int)");
        Assert.Contains("'sys_load_error_detail'", (await session.FailsAsync("COPY t FROM 's3://b/k'", "XX000")).MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "0.00")]
    [InlineData("BEGIN", "0.00")]
    [InlineData("OFF", "100.00")]
    public async Task Copy_refreshes_statistics_once_its_transaction_has_ended(string how, string expected)
    {
        string schema = "statistics" + how;
        await using var endpoint = warehouse.StartAnother(async (_, context, cancel) =>
        {
            await context.Backend.QueryAsync($"INSERT INTO {schema}.t SELECT generate_series(1, 10)", cancel);
            return new CopyOutcome(7, 10, null) { RefreshesStatistics = how != "OFF" };
        });
        await using var session = await OpenAsync(endpoint);
        await session.RunAsync($"CREATE SCHEMA {schema}");
        await session.RunAsync($"CREATE TABLE {schema}.t (n int)");
        if (how == "BEGIN") await session.RunAsync("BEGIN");
        await session.RunAsync($"COPY {schema}.t FROM 's3://b/k'");
        if (how == "BEGIN") await session.RunAsync("COMMIT");
        Assert.Equal(how == "OFF" ? "" : "t|Full|10|2000", await session.RowsAsync(
            $"SELECT is_automatic, trim(status), rows, extract(year FROM last_analyze_time)::int FROM sys_analyze_history WHERE trim(schema_name) = '{schema.ToLowerInvariant()}'"));
        Assert.Equal(expected, await session.RowsAsync($"SELECT stats_off FROM svv_table_info WHERE \"schema\" = '{schema.ToLowerInvariant()}'"));
    }

    [Fact]
    public async Task A_table_that_is_rolled_back_with_its_load_leaves_nothing_to_analyze()
    {
        await using var endpoint = warehouse.StartAnother((_, _, _) => Task.FromResult(new CopyOutcome(7, 0, null) { RefreshesStatistics = true }));
        await using var session = await OpenAsync(endpoint);
        await session.RunAsync("BEGIN");
        await session.RunAsync("CREATE TABLE rolled_back (n int)");
        await session.RunAsync("COPY rolled_back FROM 's3://b/k'");
        await session.RunAsync("ROLLBACK");
        Assert.Equal(1, await session.ValueAsync("SELECT 1"));
    }

    private static CopyExecutor Loads(string failure) => (_, _, _) => Task.FromResult(new CopyOutcome(7, 0, new BackendException("XX000", failure)));

    private async Task<TestSession> OpenAsync(RedshiftEndpoint endpoint) =>
        new(await warehouse.OpenAsync(new NpgsqlConnectionStringBuilder(warehouse.ConnectionString()) { Port = endpoint.Port }.ConnectionString), "public");
}
