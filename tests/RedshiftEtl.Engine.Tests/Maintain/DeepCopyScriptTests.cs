using RedshiftEtl.Engine.Maintain;

namespace RedshiftEtl.Engine.Tests.Maintain;

/// <summary>The statements as text, for what the sandbox cannot hold.</summary>
public sealed class DeepCopyScriptTests
{
    private static readonly TableDefinition s_table = new()
    {
        Id = 7,
        Schema = "s",
        Name = new string('n', 127),
        Owner = "me",
        Columns = [new TableColumn("a", "integer", "az64", true, false)],
        DistStyle = "EVEN",
        Sort = TableSort.None,
        SortKey = [],
        IsEncodeAuto = false,
        IsBackedUp = true,
        Constraints = [new TableConstraint("pk", 'p', ["a"], null, null, [], "it's the key")],
        Grants = [],
    };

    [Fact]
    public void A_name_of_127_bytes_a_table_without_any_sort_key_and_a_key_with_a_comment()
    {
        string name = $"\"s\".\"{new string('n', 127)}\"";
        string[] statements = DeepCopyScript.Build(s_table, [], "copy", "old", new Dictionary<string, long>(), "me").Select(statement => statement.Sql).ToArray();
        Assert.Equal(
            [
                "BEGIN", $"LOCK TABLE {name}", "CREATE TABLE \"s\".\"copy\" (\n    \"a\" integer ENCODE az64 NOT NULL\n)\nDISTSTYLE EVEN", "ALTER TABLE \"s\".\"copy\" ALTER SORTKEY NONE",
                $"INSERT INTO \"s\".\"copy\" (\"a\") SELECT \"a\" FROM {name}", statements[5],
                $"ALTER TABLE {name} RENAME TO \"old\"", $"ALTER TABLE \"s\".\"copy\" RENAME TO \"{new string('n', 127)}\"", "DROP TABLE \"s\".\"old\"",
                $"ALTER TABLE {name} ADD CONSTRAINT \"pk\" PRIMARY KEY (\"a\")", $"COMMENT ON CONSTRAINT \"pk\" ON {name} IS 'it''s the key'", "COMMIT",
            ],
            statements);
    }

    [Fact]
    public void A_wide_table_is_compared_in_several_queries_that_leave_no_column_out()
    {
        TableColumn[] columns = Enumerable.Range(0, 1600).Select(i => new TableColumn($"c{i}", "integer", "raw", false, false)).ToArray();
        DeepCopyStatement[] queries = DeepCopyComparison.Build(columns, "t", "u").ToArray();
        Assert.Equal(16, queries.Length);
        Assert.Equal(columns.Select(column => column.Name), queries.SelectMany(query => query.Compared).Distinct());
        Assert.All(queries, query => Assert.True(query.Compared.Count < 1600));
    }

    [Theory]
    [InlineData("\"identity\"(100123, 0, '1,1'::text)", false, 1, 1)]
    [InlineData("\"identity\"(100123, 0, '-5,-2'::character varying)", false, -5, -2)]
    [InlineData("default_identity(1, 0, '10,5'::text)", true, 10, 5)]
    [InlineData("\"default_identity\"(1, 0, '10, 5'::text)", true, 10, 5)]
    public void An_identity_is_read_from_its_default(string source, bool isByDefault, long seed, long step) =>
        Assert.Equal(new TableIdentity(isByDefault, seed, step), TableDefinitionReader.Identity(source));

    [Theory]
    [InlineData("'identity(1,1)'::character varying")]
    [InlineData("getdate()")]
    public void Other_defaults_are_no_identity(string source) => Assert.Null(TableDefinitionReader.Identity(source));

    [Theory]
    [InlineData(1, 1, null, "integer", 1L)]
    [InlineData(1, 1, 10L, "integer", 11L)]
    [InlineData(5, 3, 9L, "bigint", 11L)]
    [InlineData(5, 3, 8L, "bigint", 11L)]
    [InlineData(100, 1, 7L, "bigint", 100L)]
    [InlineData(10, -2, 6L, "integer", 4L)]
    [InlineData(10, -2, 99L, "integer", 10L)]
    [InlineData(1, 1, 2147483647L, "integer", null)]
    [InlineData(1, 1, 2147483647L, "bigint", 2147483648L)]
    [InlineData(1, 1, long.MaxValue, "bigint", null)]
    public void The_seed_goes_on_behind_the_last_number(long seed, long step, long? last, string type, long? expected) =>
        Assert.Equal(expected, DeepCopyPlanner.NextSeed(new TableIdentity(true, seed, step), last, type));

    [Theory]
    [InlineData("$user, public", "\"$user\", \"public\"")]
    [InlineData("\"$user\", public", "\"$user\", \"public\"")]
    [InlineData("'$user', \"a, b\"", "\"$user\", \"a, b\"")]
    [InlineData("\"say \"\"hi\"\"\", x", "\"say \"\"hi\"\"\", \"x\"")]
    [InlineData("\"\"\"x\"", "\"\"\"x\"")]
    [InlineData("", "''")]
    public void A_search_path_is_set_again_as_it_was(string shown, string expected) => Assert.Equal(expected, DeepCopyPlanner.SearchPath(shown));

    [Fact]
    public void Show_table_tells_collations_and_backup()
    {
        TableDefinitionText? text = TableDefinitionText.Parse(
            "CREATE TABLE s.\"t (x)\" (\n a integer DEFAULT f(1, 2) ENCODE az64,\n \"b \"\"COLLATE x\" varchar(3) DEFAULT 'COLLATE y, (' ENCODE lzo COLLATE case_insensitive NOT NULL,\n PRIMARY KEY (a)\n)\nBACKUP NO\nDISTSTYLE EVEN;",
            ["a", "b \"COLLATE x"]);
        Assert.NotNull(text);
        Assert.Equal([new KeyValuePair<string, string>("b \"COLLATE x", "CASE_INSENSITIVE")], text.Collations);
        Assert.False(text.IsBackedUp);
        Assert.Null(TableDefinitionText.Parse("CREATE TABLE t (a integer)", ["a", "b"]));
    }
}
