using RedshiftEtl.Sandbox.Copy;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.4 (MAXERROR, NOLOAD, STATUPDATE) and 6: notices, system tables, pg_last_copy_*.</summary>
public sealed class OutcomeTests(PostgresServer server)
{
    [Fact]
    public async Task Success_tells_the_rows()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        CopyResult result = await session.LoadAsync("1\n2\n");
        Assert.Equal((session.QueryId, 2L, 0L), (result.QueryId, result.RowsLoaded, result.RowsFailed));
        Assert.Equal(["Load into table 't' completed, 2 record(s) loaded successfully."], result.Notices);
        Assert.Equal((session.QueryId, 2L), (session.LastCopy.QueryId, session.LastCopy.Count));
    }

    [Fact]
    public async Task MAXERROR_skips_bad_rows_and_tells()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(3)");
        CopyResult result = await session.LoadAsync("1,a\nx,b\n3,toolong\n4,\"d\"x\n5,e\n", "csv maxerror 4");
        Assert.Equal((2L, 3L), (result.RowsLoaded, result.RowsFailed));
        Assert.Equal("Load into table 't' completed, 3 record(s) could not be loaded.  Check 'stl_load_errors' system table for details.", result.Notices[1]);
        Assert.Equal(["1|a", "5|e"], await session.RowsAsync());
        Assert.Equal([(2, 1207), (3, 1204), (4, 1216)], (await session.ErrorsAsync()).Select(e => (e.Line, e.Code)));
        Assert.Equal(2, session.LastCopy.Count);
    }

    [Theory]
    [InlineData("maxerror 0", 1)]
    [InlineData("maxerror 1", 1)]
    [InlineData("maxerror 3", 3)]
    public async Task The_load_fails_when_errors_reach_MAXERROR(string option, int errors)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync("x\nx\n1\nx\n", "csv " + option));
        Assert.Equal(errors, (await session.ErrorsAsync()).Count);
        Assert.Empty(await session.RowsAsync());
        Assert.Equal((session.QueryId, 0L), (session.LastCopy.QueryId, session.LastCopy.Count));
    }

    [Fact]
    public async Task IGNOREALLERRORS_has_no_limit()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        CopyResult result = await session.LoadAsync(string.Concat(Enumerable.Repeat("x\n", 2500)) + "1\n", "csv ignoreallerrors");
        Assert.Equal((1L, 2500L), (result.RowsLoaded, result.RowsFailed));
        Assert.Equal(2500, (await session.ErrorsAsync()).Count);
        Assert.Equal("20", await session.ScalarAsync($"SELECT count(distinct line_number) FROM stl_loaderror_detail WHERE query = {session.QueryId}"));
    }

    [Fact]
    public async Task NOLOAD_checks_and_loads_nothing()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        CopyResult result = await session.LoadAsync("1\n2\n", "csv noload");
        Assert.Equal(0, result.RowsLoaded);
        Assert.Equal(["Load into table 't' completed, 0 record(s) loaded successfully."], result.Notices);
        Assert.Empty(await session.RowsAsync());
        Assert.Equal(1207, (await session.ErrorAsync("1\nx\n", "csv noload")).Code);
    }

    [Fact]
    public async Task An_error_row_says_where_and_what()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, price numeric(18,0), c varchar(10)");
        LoadErrorRow error = await session.ErrorAsync("1,2,ok\n2,\"3é4\",\"x\ny\"\n");
        Assert.Equal(
            new LoadErrorRow("s3://b/data", 2, "price", "numeric", "18, 0", 4, "2,\"3.4\",\"x\ny\"", "3.4", 1207, "Invalid digit, Value '\\xc3', Pos 1, Type: Decimal"),
            error);
        Assert.Equal(
            ["0|a|2|int4|", "1|price|3.4|numeric|18, 0"],
            (await session.SqlAsync($"SELECT field, trim(colname), trim(value), trim(type), trim(col_length) FROM stl_loaderror_detail WHERE query = {session.QueryId} ORDER BY field")).Select(r => string.Join('|', r)));
        Assert.Equal(
            "dev|price|1207|Invalid digit, Value '\\xc3', Pos 1, Type: Decimal",
            string.Join('|', (await session.SqlAsync($"SELECT trim(database_name), trim(column_name), error_code, trim(error_message) FROM sys_load_error_detail WHERE query_id = {session.QueryId}"))[0]));
    }

    [Fact]
    public async Task Raw_texts_have_at_most_1024_bytes()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a varchar(3)");
        LoadErrorRow error = await session.ErrorAsync(new string('x', 3000) + "\n");
        Assert.Equal((1024, 1024), (error.RawLine.Length, error.RawField.Length));
    }

    [Fact]
    public async Task Errors_and_files_outlive_the_rollback()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("p/1", "1\n2\n");
        session.Put("p/2", "3\nx\n");
        await session.SqlAsync("BEGIN");
        await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync($"copy t from 's3://b/p/' {CopySession.Role} csv"));
        await session.SqlAsync("ROLLBACK");
        Assert.Equal("s3://b/p/2", Assert.Single(await session.ErrorsAsync()).File);
        Assert.Equal(["s3://b/p/1|2|0|t"], (await session.SqlAsync($"SELECT trim(filename), lines_scanned, errors, trim(name) FROM stl_load_commits WHERE query = {session.QueryId}")).Select(r => string.Join('|', r)));
        Assert.Equal("aborted|t|s3://b/p/|csv|0|2|8|1|4|1", string.Join('|', (await session.SqlAsync(
            $"SELECT status, table_name, data_source, file_format, loaded_rows, source_file_count, source_file_bytes, file_count_scanned, file_bytes_scanned, error_count FROM sys_load_history WHERE query_id = {session.QueryId}"))[0]));
    }

    [Fact]
    public async Task A_rollback_takes_the_rows_and_leaves_the_history()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        await session.SqlAsync("BEGIN");
        await session.LoadAsync("1\n2\n");
        Assert.Equal("2", await session.ScalarAsync("SELECT count(*) FROM t"));
        await session.SqlAsync("ROLLBACK");
        Assert.Empty(await session.RowsAsync());
        Assert.Equal("completed|2|t", string.Join('|', (await session.SqlAsync($"SELECT status, loaded_rows, end_time >= start_time AND duration >= 0 FROM sys_load_history WHERE query_id = {session.QueryId}"))[0]));
        Assert.Equal("s3://b/data|4|2|\"etag\"", string.Join('|', (await session.SqlAsync($"SELECT trim(file_name), bytes_scanned, lines_scanned, file_etag FROM sys_load_detail WHERE query_id = {session.QueryId}"))[0]));
    }

    [Fact]
    public async Task Users_see_their_own_loads()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        await session.ErrorAsync("x\n");
        string role = $"r_{session.Schema}";
        await session.SqlAsync($"CREATE ROLE {role}; SET ROLE {role}");
        Assert.Empty(await session.ErrorsAsync());
        await session.SqlAsync($"RESET ROLE; DROP ROLE {role}");
    }

    [Theory]
    [InlineData("", true, false)]
    [InlineData("statupdate on", true, true)]
    [InlineData("statupdate off", false, false)]
    public async Task Statistics_are_refreshed_by_STATUPDATE(string option, bool first, bool second)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        Assert.Equal(first, (await session.LoadAsync("1\n", "csv " + option)).RefreshesStatistics);
        Assert.Equal(second, (await session.LoadAsync("1\n", "csv " + option)).RefreshesStatistics);
    }

    [Fact]
    public async Task A_running_load_is_in_the_history_and_can_be_cancelled()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        string? status = null;
        using var cancel = new CancellationTokenSource();
        session.BytesRead = _ =>
        {
            status = session.ObserveAsync($"SELECT status FROM rs_system.sys_load_history WHERE query_id = {session.QueryId}").GetAwaiter().GetResult();
            cancel.Cancel();
        };
        session.Put("data", string.Concat(Enumerable.Repeat("1\n", 500_000)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.CopyUntilAsync($"copy t from 's3://b/data' {CopySession.Role} csv", cancel.Token));
        Assert.Equal("running", status);
        Assert.Empty(await session.RowsAsync());
        Assert.Equal("aborted", await session.ScalarAsync($"SELECT status FROM sys_load_history WHERE query_id = {session.QueryId}"));
    }

    [Fact]
    public async Task Progress_can_be_watched_in_STV_LOAD_STATE()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        string? state = null;
        session.Put("p/1", string.Concat(Enumerable.Repeat("1\n", 1_500_000)));
        session.Put("p/2", "2\n");
        session.BytesRead = bytes =>
        {
            if (bytes == 3_000_002)
                state ??= session.ObserveAsync($"SELECT concat_ws('|', lines >= 1000000, bytes_to_load, bytes_loaded >= 2000000, num_files, trim(current_file), pct_complete BETWEEN 60 AND 99) FROM rs_system.stv_load_state WHERE query = {session.QueryId}").GetAwaiter().GetResult();
        };
        await session.CopyAsync($"copy t from 's3://b/p/' {CopySession.Role} csv");
        Assert.Equal("t|3000002|t|2|s3://b/p/1|t", state);
        Assert.Equal("0", await session.ScalarAsync($"SELECT count(*) FROM stv_load_state WHERE query = {session.QueryId}"));
        Assert.Equal("1500000|3000000", string.Join('|', (await session.SqlAsync($"SELECT lines, bytes FROM stl_file_scan WHERE query = {session.QueryId} AND name LIKE '%/1 %'"))[0]));
    }

    [Fact]
    public async Task What_only_PostgreSQL_refuses_is_a_load_error_too()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int check (a < 5)");
        LoadErrorRow error = await session.ErrorAsync("1\n7\n");
        Assert.Equal((1200, "s3://b/data"), (error.Code, error.File));
        Assert.Contains("violates check constraint", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_target_is_locked_before_rows_are_written()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        List<string> locked = [];
        session.LockTarget = async (name, cancel) => locked.Add($"{name} {await session.ScalarAsync("SELECT count(*) FROM t")}");
        await session.LoadAsync("1\n");
        await session.LoadAsync("1\n", "csv noload");
        Assert.Equal([$"{session.Schema}.t 0"], locked);
    }

    [Fact]
    public async Task A_fault_may_kill_the_load_at_a_byte()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        long seen = 0;
        session.BytesRead = bytes =>
        {
            seen = bytes;
            if (bytes >= 300_000)
                throw new IOException("killed");
        };
        string data = string.Concat(Enumerable.Repeat("1\n", 500_000));
        await Assert.ThrowsAsync<IOException>(() => session.LoadAsync(data));
        Assert.InRange(seen, 300_000, 999_999);
        Assert.Empty(await session.RowsAsync());
        session.BytesRead = null;
        Assert.Equal(500_000, (await session.LoadAsync(data)).RowsLoaded);
    }
}
