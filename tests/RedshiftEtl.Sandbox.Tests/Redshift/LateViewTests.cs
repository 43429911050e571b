namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>redshift-facts 4: late-binding views resolve by name at run time and survive; bound ones hold on to their tables.</summary>
public sealed class LateViewTests(Warehouse warehouse)
{
    [Fact]
    public async Task A_late_binding_view_survives_its_table_and_reads_the_next_of_that_name()
    {
        await using var session = await warehouse.SessionAsync();
        string schema = await SchemaAsync(session);
        await session.RunAsync($"CREATE TABLE {schema}.t (n int, s varchar(10))");
        await session.RunAsync($"INSERT INTO {schema}.t VALUES (1, 'a')");
        await session.RunAsync($"CREATE VIEW {schema}.v AS SELECT n, s FROM {schema}.t WHERE n > 0 WITH NO SCHEMA BINDING");
        Assert.Equal("1|a", await session.RowsAsync($"SELECT * FROM {schema}.v"));
        await session.RunAsync($"DROP TABLE {schema}.t");
        Assert.Contains($"\"{schema}.t\" does not exist", (await session.FailsAsync($"SELECT count(*) FROM {schema}.v", "42P01")).MessageText, StringComparison.Ordinal);
        await session.RunAsync($"CREATE TABLE {schema}.t (n int, s varchar(10))");
        await session.RunAsync($"INSERT INTO {schema}.t VALUES (2, 'b')");
        Assert.Equal("2|b", await session.RowsAsync($"SELECT * FROM {schema}.v"));
    }

    [Fact]
    public async Task A_swap_by_rename_moves_a_late_binding_view_to_the_new_table_and_a_bound_one_stays_with_the_old()
    {
        await using var session = await warehouse.SessionAsync();
        string schema = await SchemaAsync(session);
        await session.RunAsync($"CREATE TABLE {schema}.t AS SELECT 1 AS n");
        await session.RunAsync($"CREATE TABLE {schema}.copy AS SELECT 2 AS n");
        await session.RunAsync($"CREATE VIEW {schema}.late AS SELECT n FROM {schema}.t WITH NO SCHEMA BINDING");
        await session.RunAsync($"CREATE VIEW {schema}.bound AS SELECT n FROM {schema}.t");
        await session.RunAsync($"ALTER TABLE {schema}.t RENAME TO old");
        await session.RunAsync($"ALTER TABLE {schema}.copy RENAME TO t");
        Assert.Equal("2|1", await session.RowsAsync($"SELECT (SELECT n FROM {schema}.late), (SELECT n FROM {schema}.bound)"));
    }

    [Fact]
    public async Task It_may_be_made_before_its_tables_and_read_another_one()
    {
        await using var session = await warehouse.SessionAsync();
        string schema = await SchemaAsync(session);
        await session.RunAsync($"CREATE VIEW {schema}.outer_one AS SELECT n + 1 AS n FROM {schema}.inner_one WITH NO SCHEMA BINDING");
        await session.RunAsync($"CREATE VIEW {schema}.inner_one AS SELECT n FROM {schema}.t WITH NO SCHEMA BINDING");
        await session.FailsAsync($"SELECT * FROM {schema}.inner_one", "42P01");
        await session.RunAsync($"CREATE TABLE {schema}.t AS SELECT 41 AS n");
        Assert.Equal("42", await session.RowsAsync($"SELECT n FROM {schema}.outer_one"));
        await session.RunAsync($"ALTER TABLE {schema}.t RENAME COLUMN n TO m");
        await session.FailsAsync($"SELECT * FROM {schema}.inner_one", "42703");
    }

    [Fact]
    public async Task Grants_and_replacing_and_dropping_work_as_for_other_views()
    {
        await using var session = await warehouse.SessionAsync();
        string schema = await SchemaAsync(session);
        await session.RunAsync($"CREATE TABLE {schema}.t AS SELECT 1 AS n");
        await session.RunAsync($"CREATE VIEW {schema}.v AS SELECT n FROM {schema}.t WITH NO SCHEMA BINDING");
        await session.RunAsync($"GRANT SELECT ON {schema}.v TO PUBLIC");
        await session.FailsAsync($"CREATE VIEW {schema}.v AS SELECT 2 AS n WITH NO SCHEMA BINDING", "42P07");
        await session.RunAsync($"DROP TABLE {schema}.t");
        await session.RunAsync($"CREATE TABLE {schema}.t AS SELECT 3 AS n");
        Assert.Equal("True", await session.RowsAsync($"SELECT has_table_privilege('{schema}.v', 'select')"));
        await session.RunAsync($"CREATE OR REPLACE VIEW {schema}.v (x, y) AS SELECT n, n * 2 FROM {schema}.t WITH NO SCHEMA BINDING");
        Assert.Equal("3|6", await session.RowsAsync($"SELECT x, y FROM {schema}.v"));
        await session.FailsAsync($"DROP SCHEMA {schema}", "2BP01");
        await session.RunAsync($"DROP VIEW {schema}.v");
        await session.FailsAsync($"DROP VIEW {schema}.v", "42P01");
        await session.RunAsync($"DROP VIEW IF EXISTS {schema}.v");
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_the_view_as_it_was()
    {
        await using var session = await warehouse.SessionAsync();
        string schema = await SchemaAsync(session);
        await session.RunAsync($"CREATE TABLE {schema}.t AS SELECT 1 AS n");
        await session.RunAsync($"CREATE VIEW {schema}.v AS SELECT n FROM {schema}.t WITH NO SCHEMA BINDING");
        await session.RunAsync("BEGIN");
        await session.RunAsync($"DROP TABLE {schema}.t");
        await session.RunAsync("ROLLBACK");
        Assert.Equal("1", await session.RowsAsync($"SELECT n FROM {schema}.v"));
    }

    [Theory]
    [InlineData("SELECT * FROM t")]
    [InlineData("SELECT * FROM {0}.t JOIN u ON true")]
    [InlineData("SELECT * FROM {0}.t, u")]
    [InlineData("SELECT * FROM (SELECT n FROM t) x")]
    public async Task Names_without_a_schema_are_refused(string query)
    {
        await using var session = await warehouse.SessionAsync();
        string schema = await SchemaAsync(session);
        var error = await session.FailsAsync($"CREATE VIEW {schema}.v AS {string.Format(System.Globalization.CultureInfo.InvariantCulture, query, schema)} WITH NO SCHEMA BINDING", "42P01");
        Assert.Contains("should be qualified", error.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Common_table_expressions_calls_and_EXTRACT_are_no_tables()
    {
        await using var session = await warehouse.SessionAsync();
        string schema = await SchemaAsync(session);
        await session.RunAsync($"CREATE TABLE {schema}.t AS SELECT DATE '2026-02-01' AS d");
        await session.RunAsync($"CREATE VIEW {schema}.v AS WITH c AS (SELECT d FROM {schema}.t) SELECT EXTRACT(year FROM d) AS y, DATEADD(day, 1, d) AS e FROM c WITH NO SCHEMA BINDING");
        Assert.Equal("2026", await session.RowsAsync($"SELECT y FROM {schema}.v WHERE e > '2026-02-01'"));
    }

    [Fact]
    public async Task Its_columns_are_listed()
    {
        await using var session = await warehouse.SessionAsync();
        string schema = await SchemaAsync(session);
        await session.RunAsync($"CREATE TABLE {schema}.t (n int, s varchar(10))");
        await session.RunAsync($"CREATE VIEW {schema}.v AS SELECT n, s FROM {schema}.t WITH NO SCHEMA BINDING");
        Assert.Equal("n|integer|1\ns|varchar|2", await session.RowsAsync(
            $"SELECT col_name, col_type, col_num FROM pg_get_late_binding_view_cols() cols(view_schema name, view_name name, col_name name, col_type varchar, col_num int) WHERE view_schema = '{schema}' ORDER BY col_num"));
    }

    private static async Task<string> SchemaAsync(TestSession session)
    {
        string schema = "late_" + Guid.NewGuid().ToString("N")[..10];
        await session.RunAsync($"CREATE SCHEMA {schema}");
        return schema;
    }
}
