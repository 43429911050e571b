using Npgsql;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.Redshift.Session;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>Faults at statements (DESIGN.md section 4), and what COPY leaves behind (redshift-facts 6).</summary>
public sealed class FaultTests(Warehouse warehouse)
{
    private readonly Dictionary<(string Sql, bool HasTakenEffect), StatementStrike> _faults = [];
    private readonly Queue<CopyOutcome> _copies = new();

    [Theory]
    [InlineData(false, 0L)]
    [InlineData(true, 1L)]
    public async Task A_connection_dropped_at_commit_leaves_the_outcome_that_the_moment_says(bool hasTakenEffect, long rows)
    {
        await using var endpoint = StartEndpoint();
        await using var watcher = await warehouse.SessionAsync();
        await watcher.RunAsync("CREATE TABLE t (n int)");
        _faults[("COMMIT", hasTakenEffect)] = new StatementStrike(null);
        await using var connection = await OpenAsync(endpoint);
        var session = new TestSession(connection, watcher.Schema);
        await session.RunAsync("BEGIN");
        await session.RunAsync($"INSERT INTO {watcher.Schema}.t VALUES (1)");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => session.RunAsync("COMMIT"));
        await watcher.RunAsync("LOCK t");
        Assert.Equal(rows, await watcher.ValueAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_serializable_violation_fails_the_transaction()
    {
        await using var endpoint = StartEndpoint();
        _faults[("SELECT 7", false)] = new StatementStrike(new BackendException("XX000", "1023", "Serializable isolation violation on table - 1"));
        await using var connection = await OpenAsync(endpoint);
        var session = new TestSession(connection, "");
        await session.RunAsync("BEGIN");
        var error = await session.FailsAsync("SELECT 7", "XX000");
        Assert.Equal("1023", error.MessageText);
        Assert.StartsWith("Serializable isolation violation on table", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_copy_is_remembered_as_Redshift_does()
    {
        const string last = "SELECT pg_last_copy_id(), pg_last_copy_count()";
        await using var endpoint = StartEndpoint();
        await using var connection = await OpenAsync(endpoint);
        await using var session = new TestSession(connection, "");
        await session.RunAsync("CREATE TEMP TABLE t (n int)");
        const string copy = "COPY t FROM 's3://b/k' IAM_ROLE default CSV";
        Assert.Equal("-1|0", await session.RowsAsync(last));

        _copies.Enqueue(new CopyOutcome(11, 5, null));
        await session.RunAsync(copy);
        Assert.Equal("11|5", await session.RowsAsync(last));

        // Never began to load: nothing changes.
        _copies.Enqueue(new CopyOutcome(null, 0, new BackendException("42601", "syntax error")));
        await session.FailsAsync(copy, "42601");
        Assert.Equal("11|5", await session.RowsAsync(last));

        // Bad data: the id moves, the count is 0. (Not Redshift's own XX000, at which Npgsql gives the connection up.)
        _copies.Enqueue(new CopyOutcome(12, 3, new BackendException("22000", "Load into table 't' failed.  Check 'stl_load_errors' system table for details.")));
        await session.FailsAsync(copy, "22000");
        Assert.Equal("12|0", await session.RowsAsync(last));

        // Rolled back: as if it hadn't been.
        _copies.Enqueue(new CopyOutcome(13, 7, null));
        await session.RunAsync("BEGIN");
        await session.RunAsync(copy);
        Assert.Equal("13|7", await session.RowsAsync(last));
        await session.RunAsync("ROLLBACK");
        Assert.Equal("12|0", await session.RowsAsync(last));
        await session.FailsAsync("COPY nosuch FROM 's3://b/k' IAM_ROLE default CSV", "42P01");
    }

    private RedshiftEndpoint StartEndpoint() => RedshiftEndpoint.Start(
        warehouse.Backend,
        0,
        (_, _, _) => Task.FromResult(_copies.Dequeue()),
        (moment, _) => ValueTask.FromResult<StatementStrike?>(_faults.GetValueOrDefault((moment.Sql, moment.HasTakenEffect))));

    private Task<NpgsqlConnection> OpenAsync(RedshiftEndpoint endpoint) =>
        warehouse.OpenAsync(new NpgsqlConnectionStringBuilder(warehouse.ConnectionString()) { Port = endpoint.Port, IncludeErrorDetail = true }.ConnectionString);
}
