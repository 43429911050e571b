using Npgsql;
using RedshiftEtl.Sandbox.Copy.Journal;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 6: the system tables of loads, their columns and types.</summary>
public sealed class JournalTests(PostgresServer server)
{
    [Theory]
    [InlineData("stl_load_errors", "userid integer, slice integer, tbl integer, starttime timestamp without time zone, session integer, query integer, filename character(256), line_number bigint, colname character(127), type character(10), col_length character(10), position integer, raw_line character(1024), raw_field_value character(1024), err_code integer, err_reason character(100), is_partial integer, start_offset bigint, copy_job_id bigint")]
    [InlineData("stl_loaderror_detail", "userid integer, slice integer, session integer, query integer, filename character(256), line_number bigint, field integer, colname character(1024), value character(1024), is_null integer, type character(10), col_length character(10)")]
    [InlineData("sys_load_error_detail", "user_id integer, query_id bigint, transaction_id bigint, session_id integer, database_name character(64), table_id integer, start_time timestamp without time zone, file_name character(256), line_number bigint, column_name character(127), column_type character(10), column_length character(10), position integer, error_code integer, error_message character(512), copy_job_id bigint")]
    [InlineData("sys_load_history", "user_id integer, query_id bigint, transaction_id bigint, session_id integer, database_name text, status text, table_name text, start_time timestamp without time zone, end_time timestamp without time zone, duration bigint, data_source text, file_format text, loaded_rows bigint, loaded_bytes bigint, source_file_count integer, source_file_bytes bigint, file_count_scanned integer, file_bytes_scanned bigint, error_count bigint, copy_job_id bigint")]
    [InlineData("sys_load_detail", "user_id integer, query_id bigint, file_name character(256), bytes_scanned bigint, lines_scanned bigint, record_time timestamp without time zone, splits_scanned integer, start_time timestamp without time zone, end_time timestamp without time zone, file_etag text, file_last_modified timestamp without time zone")]
    [InlineData("stl_load_commits", "userid integer, query integer, slice integer, name character(256), filename character(256), byte_offset integer, lines_scanned integer, errors integer, curtime timestamp without time zone, status integer, file_format character(16), is_partial integer, start_offset bigint, copy_job_id bigint")]
    [InlineData("stl_file_scan", "userid integer, query integer, slice integer, name character(90), lines bigint, bytes bigint, loadtime bigint, curtime timestamp without time zone, is_partial integer, start_offset bigint")]
    [InlineData("stv_load_state", "userid integer, session integer, query integer, slice integer, pid integer, recordtime timestamp without time zone, bytes_to_load bigint, bytes_loaded bigint, bytes_to_load_compressed bigint, bytes_loaded_compressed bigint, lines bigint, num_files integer, num_files_complete integer, current_file character(256), pct_complete integer")]
    [InlineData("stl_replacements", "userid integer, query integer, slice integer, tbl integer, starttime timestamp without time zone, session integer, filename character(256), line_number bigint, colname character(127), raw_line character(1024)")]
    public async Task A_system_table_has_its_columns(string table, string columns)
    {
        await using CopySession session = await CopySession.OpenAsync(server);
        Assert.Equal(columns, await session.ScalarAsync(
            $"SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0"));
    }

    [Fact]
    public async Task Loads_that_a_killed_sandbox_left_running_are_aborted_at_the_next_start()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        NpgsqlDataSource main = await server.DataSource;
        string database = $"journal{server.NextNumber()}";
        await using (NpgsqlCommand create = main.CreateCommand($"CREATE DATABASE {database}"))
            await create.ExecuteNonQueryAsync(cancel);
        await using var dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(main.ConnectionString) { Database = database, Pooling = false });
        var journal = new LoadJournal(dataSource);
        await journal.InitializeAsync(cancel);
        await journal.BeginAsync(new LoadStart(1, 2, "postgres", 3, "dev", 4, "t", "s3://b/x", "csv", 1, 10, false), cancel);
        await journal.BeginAsync(new LoadStart(2, 3, "postgres", 3, "dev", 4, "t", "s3://b/x", "csv", 1, 10, false), cancel);
        await journal.EndAsync(2, completed: true, [], 5, 10, 0, cancel);

        await journal.InitializeAsync(cancel);

        await using NpgsqlCommand command = dataSource.CreateCommand("SELECT string_agg(status || (end_time IS NOT NULL), ' ' ORDER BY query_id) FROM rs_system.sys_load_history");
        Assert.Equal("abortedtrue completedtrue", await command.ExecuteScalarAsync(cancel));
    }
}
