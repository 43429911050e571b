namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 5 and 6: system views, VACUUM, ANALYZE.</summary>
public sealed class CatalogTests(Warehouse warehouse)
{
    [Fact]
    public async Task Unsorted_and_deleted_shares_move()
    {
        // A database of its own: deleted rows stay as long as another session of the database may still see them.
        await using (var owner = await warehouse.SessionAsync()) await owner.RunAsync("CREATE DATABASE vacuumed");
        await using var session = new TestSession(await warehouse.OpenAsync(warehouse.ConnectionString(database: "vacuumed")), "public");
        await session.RunAsync("CREATE TABLE t (n int) SORTKEY (n)");
        string info = $"SELECT unsorted, tbl_rows, estimated_visible_rows FROM svv_table_info WHERE \"schema\" = '{session.Schema}'";
        Assert.Equal("", await session.RowsAsync(info));
        await session.RunAsync("INSERT INTO t VALUES (3), (1), (2), (4)");
        Assert.Equal("0.00|4|4", await session.RowsAsync(info));
        await session.RunAsync("INSERT INTO t VALUES (0)");
        await session.RunAsync("DELETE FROM t WHERE n = 3");
        Assert.Equal("20.00|5|4", await session.RowsAsync(info));
        await VacuumAsync(session, "VACUUM DELETE ONLY t");
        Assert.Equal("0.00|4|4", await session.RowsAsync(info));
        await session.RunAsync("INSERT INTO t VALUES (0)");
        Assert.Equal("20.00|5|5", await session.RowsAsync(info));
        await VacuumAsync(session, "VACUUM FULL t TO 100 PERCENT");
        Assert.Equal("0.00|5|5", await session.RowsAsync(info));
        await VacuumAsync(session, "VACUUM t");
        Assert.Equal("Skipped(sorted>=95%)", ((string)(await session.ValueAsync("SELECT status FROM stl_vacuum WHERE table_id = 't'::regclass::oid::int ORDER BY eventtime DESC LIMIT 1"))!).TrimEnd());
        await session.RunAsync("CREATE TABLE rebuilt (LIKE t)");
        await session.RunAsync("INSERT INTO rebuilt SELECT * FROM t");
        Assert.Equal("0.00", await session.RowsAsync($"SELECT unsorted FROM svv_table_info WHERE \"schema\" = '{session.Schema}' AND \"table\" = 'rebuilt'"));
    }

    [Fact]
    public async Task An_append_in_sort_key_order_stays_sorted()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int, m varchar(9)) COMPOUND SORTKEY (n, m)");
        string unsorted = $"SELECT unsorted FROM svv_table_info WHERE \"schema\" = '{session.Schema}'";
        await session.RunAsync("INSERT INTO t VALUES (2, 'b'), (1, 'a')");
        await session.RunAsync("INSERT INTO t VALUES (3, 'a'), (2, 'c')");
        Assert.Equal("0.00", await session.RowsAsync(unsorted));
        await session.RunAsync("INSERT INTO t VALUES (3, 'Z')");
        Assert.Equal("20.00", await session.RowsAsync(unsorted));
        await session.RunAsync("INSERT INTO t VALUES (9, 'a')");
        Assert.Equal("33.33", await session.RowsAsync(unsorted));
    }

    [Fact]
    public async Task Tables_without_a_sort_key_are_neither_sorted_nor_unsorted()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int)");
        await session.RunAsync("INSERT INTO t VALUES (1)");
        Assert.Equal("AUTO(ALL)|AUTO(SORTKEY)|∅|Y, AUTO(ENCODE)", await session.RowsAsync($"SELECT diststyle, sortkey1, unsorted, encoded FROM svv_table_info WHERE \"schema\" = '{session.Schema}'"));
    }

    [Theory]
    [InlineData("VACUUM TO 50 PERCENT")]
    [InlineData("VACUUM BOOST")]
    [InlineData("VACUUM RECLUSTER")]
    [InlineData("VACUUM REINDEX t TO 50 PERCENT")]
    [InlineData("VACUUM REINDEX t BOOST")]
    [InlineData("VACUUM RECLUSTER t TO 50 PERCENT")]
    public async Task Variants_of_vacuum_are_restricted(string sql)
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int)");
        await session.FailsAsync(sql, "42601");
    }

    [Fact]
    public async Task Analyze_is_skipped_below_the_threshold()
    {
        await using var session = await warehouse.SessionAsync();
        var notices = new List<string>();
        session.Connection.Notice += (_, e) => notices.Add(e.Notice.MessageText);
        await session.RunAsync("CREATE TABLE t (n int)");
        await session.RunAsync("INSERT INTO t VALUES (1)");
        string off = $"SELECT stats_off FROM svv_table_info WHERE \"schema\" = '{session.Schema}'";
        Assert.Equal("100.00", await session.RowsAsync(off));
        await session.RunAsync("ANALYZE t (n)");
        Assert.Equal("0.00", await session.RowsAsync(off));
        Assert.Empty(notices);
        await session.RunAsync("ANALYZE VERBOSE t PREDICATE COLUMNS");
        Assert.Equal(["ANALYZE SKIP"], notices);
        await session.RunAsync("SET analyze_threshold_percent TO 0");
        await session.RunAsync("BEGIN");
        await session.RunAsync("ANALYZE t");
        await session.RunAsync("COMMIT");
        Assert.Equal("Full\nSkipped\nFull", (await session.RowsAsync("SELECT trim(status) FROM stl_analyze WHERE table_id = 't'::regclass::oid::int ORDER BY starttime")));
    }

    [Fact]
    public async Task Pg_table_def_shows_the_search_path_only()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (a int NOT NULL ENCODE az64, b varchar(5) ENCODE raw) DISTKEY (a) INTERLEAVED SORTKEY (b, a)");
        Assert.Equal("a|integer|az64|True|-2|True\nb|character varying(5)|none|False|1|False",
            await session.RowsAsync("SELECT \"column\", \"type\", \"encoding\", distkey, sortkey, \"notnull\" FROM pg_table_def WHERE tablename = 't'"));
        await session.RunAsync("SET search_path TO public");
        Assert.Equal("", await session.RowsAsync($"SELECT * FROM pg_table_def WHERE schemaname = '{session.Schema}'"));
        Assert.Equal("a|integer\nb|character varying", await session.RowsAsync($"SELECT column_name, data_type FROM svv_columns WHERE table_schema = '{session.Schema}' ORDER BY ordinal_position"));
        Assert.Equal("t|TABLE", await session.RowsAsync($"SELECT table_name, table_type FROM svv_redshift_tables WHERE schema_name = '{session.Schema}'"));
        Assert.Equal("t|BASE TABLE", await session.RowsAsync($"SELECT table_name, table_type FROM svv_tables WHERE table_schema = '{session.Schema}'"));
    }

    [Fact]
    public async Task Keys_grants_owners_and_comments_can_be_read_for_a_deep_copy()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (a int PRIMARY KEY)");
        await session.RunAsync("CREATE TABLE c (a int REFERENCES t (a))");
        Assert.Equal("FOREIGN KEY (a) REFERENCES t(a)", await session.ValueAsync("SELECT pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE conrelid = 'c'::regclass"));
        await session.RunAsync($"CREATE USER reader_{session.Schema} PASSWORD 'Abcd1234'");
        await session.RunAsync($"CREATE GROUP readers_{session.Schema} WITH USER reader_{session.Schema}");
        await session.RunAsync($"CREATE ROLE role_{session.Schema}");
        await session.RunAsync($"GRANT SELECT ON t TO GROUP readers_{session.Schema}");
        await session.RunAsync($"GRANT SELECT, INSERT ON TABLE t TO reader_{session.Schema} WITH GRANT OPTION");
        await session.RunAsync($"GRANT DELETE ON t TO ROLE role_{session.Schema}");
        await session.RunAsync("GRANT SELECT ON t TO PUBLIC");
        Assert.Equal(
            $"DELETE|role_{session.Schema}|role|False\nINSERT|reader_{session.Schema}|user|True\nSELECT|public|public|False\nSELECT|reader_{session.Schema}|user|True\nSELECT|readers_{session.Schema}|group|False",
            await session.RowsAsync($"SELECT privilege_type, identity_name, identity_type, admin_option FROM svv_relation_privileges WHERE namespace_name = '{session.Schema}' ORDER BY 1, 2"));
        await session.RunAsync("COMMENT ON TABLE t IS 'it''s a table'");
        await session.RunAsync("COMMENT ON COLUMN t.a IS 'a column'");
        Assert.Equal("it's a table|a column", await session.RowsAsync($"SELECT obj_description('{session.Schema}.t'::regclass), col_description('{session.Schema}.t'::regclass, 1)"));
        await session.RunAsync($"ALTER TABLE t OWNER TO reader_{session.Schema}");
        Assert.Equal($"reader_{session.Schema}", await session.ValueAsync($"SELECT tableowner FROM pg_tables WHERE schemaname = '{session.Schema}' AND tablename = 't'"));
    }

    [Fact]
    public async Task Users_may_do_what_they_were_granted()
    {
        await using var session = await warehouse.SessionAsync();
        string user = $"writer_{session.Schema}";
        await session.RunAsync($"CREATE USER {user} WITH PASSWORD 'Abcd1234'");
        await session.RunAsync("CREATE TABLE t (a int)");
        await using var other = await warehouse.OpenAsync(warehouse.ConnectionString(user, "Abcd1234"));
        await using var writer = new TestSession(other, session.Schema);
        await writer.FailsAsync($"SELECT * FROM {session.Schema}.t", "42501");
        await session.RunAsync($"GRANT USAGE ON SCHEMA {session.Schema} TO {user}");
        await session.RunAsync($"GRANT INSERT ON t TO {user}");
        await writer.RunAsync($"INSERT INTO {session.Schema}.t VALUES (1)");
        await writer.FailsAsync($"DELETE FROM {session.Schema}.t", "42501");
        await writer.FailsAsync("SELECT * FROM svv_table_info", "42501");
        Assert.Equal(user, await writer.ValueAsync("SELECT current_user"));
        await writer.FailsAsync("CREATE USER x PASSWORD 'Abcd1234'", "42501");
        await writer.FailsAsync("SET SESSION AUTHORIZATION etl", "42501");
    }

    [Fact]
    public async Task The_cluster_has_slices()
    {
        await using var session = await warehouse.SessionAsync();
        Assert.Equal(4L, await session.ValueAsync("SELECT count(*) FROM stv_slices"));
        Assert.Equal("Snapshot Isolation", await session.ValueAsync("SELECT isolation_level FROM stv_db_isolation_level WHERE db_name = 'dev'"));
    }

    /// <summary>Only one VACUUM runs at a time, and other tests run theirs: tries until it is this one's turn.</summary>
    private static async Task VacuumAsync(TestSession session, string sql)
    {
        while (true)
        {
            try
            {
                await session.RunAsync(sql);
                return;
            }
            catch (Npgsql.PostgresException error) when (error.SqlState == "55006")
            {
                await Task.Yield();
            }
        }
    }
}
