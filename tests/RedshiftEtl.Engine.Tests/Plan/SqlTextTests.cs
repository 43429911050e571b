using CsCheck;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Tests.Plan;

public class SqlTextTests
{
    private static readonly string[] s_pieces =
        ["'", "\"", "--", "/*", "*/", "$", "$$", "$a$", "@", "@p", ";", "\\", "\n", "[", "]", "`", "E'", "select", " ", "é"];

    private static string[] Names(string sql, SqlDialect dialect) =>
        SqlText.Of(sql, dialect).References.Select(reference => reference.Name).ToArray();

    [Theory]
    [InlineData("SELECT * FROM t WHERE a = @since AND b < @until", "since until")]
    [InlineData("SELECT '@no', \"@no\", @yes -- @no\n/* @no /* @no */ @no */ , @and", "yes and")]
    [InlineData("SELECT $$ @no $$, $x$ @no $$ @no $x$, @yes", "yes")]
    [InlineData("SELECT 'it''s @no' || @yes", "yes")]
    [InlineData("SELECT E'it\\'s @no' || @yes", "yes")]
    [InlineData("SELECT tags @> '{a}' AND box @ circle, @yes", "yes")]
    [InlineData("SELECT @@version, @yes", "yes")]
    public void PostgreSql_parameters_stand_outside_of_strings_names_and_comments(string sql, string expected) =>
        Assert.Equal(expected.Split(' '), Names(sql, SqlDialect.PostgreSql));

    [Theory]
    [InlineData("SELECT [a @no], `b @no`, @yes", "yes")]
    [InlineData("SELECT '\\', @yes, '\\'", "yes")]
    public void Sqlite_quotes_names_in_brackets_and_backticks_and_knows_no_backslash(string sql, string expected) =>
        Assert.Equal(expected.Split(' '), Names(sql, SqlDialect.Sqlite));

    [Theory]
    [InlineData("SELECT `a``@no`, 'x\\'@no', \"x\\\"@no\", @yes # @no\n-- @no\n, 1--@and", "yes and")]
    [InlineData("SELECT @@version, @yes /* /* @no */, @and --", "yes and")]
    public void MySql_has_its_own_comments_and_escapes_in_both_quotes(string sql, string expected) =>
        Assert.Equal(expected.Split(' '), Names(sql, SqlDialect.MySql));

    [Theory]
    [InlineData("SELECT [a]]@no], N'it''s @no\\', \"@no\", @yes FROM #t -- @no\n/* /* @no */ @no */ WHERE x = @and", "yes and")]
    public void SqlServer_doubles_brackets_and_nests_comments(string sql, string expected) =>
        Assert.Equal(expected.Split(' '), Names(sql, SqlDialect.SqlServer));

    [Fact]
    public void Redshift_escapes_with_a_backslash_in_ordinary_strings() =>
        Assert.Equal(["yes"], Names("SELECT 'it\\'s @no', @yes", SqlDialect.Redshift));

    [Fact]
    public void Statements_end_at_semicolons_outside_of_strings_and_empty_ones_do_not_count()
    {
        var sql = SqlText.Of("-- first\nDELETE FROM a; ;\n INSERT INTO b VALUES (';');\n-- the end\n", SqlDialect.Redshift);
        Assert.Equal(["-- first\nDELETE FROM a", "INSERT INTO b VALUES (';')"], sql.Statements.Select(statement => statement.Text));
        Assert.Equal(3, sql.LocationOf(sql.Statements[1].Start).Line);
    }

    [Fact]
    public void A_text_of_comments_alone_has_no_statement() =>
        Assert.Empty(SqlText.Of(" /* nothing */ ; -- here", SqlDialect.PostgreSql).Statements);

    [Fact]
    public void Substitution_replaces_parameters_and_nothing_else()
    {
        var sql = SqlText.Of("a = @x AND b = '@x' AND c = @xy AND d = @x", SqlDialect.PostgreSql);
        Assert.Equal("a = <x> AND b = '@x' AND c = <xy> AND d = <x>", sql.Substitute(name => $"<{name}>"));
    }

    [Fact]
    public void Any_text_is_scanned_to_its_end_and_statements_are_parts_of_it()
    {
        Gen<string> pieces = Gen.Int[0, s_pieces.Length - 1].Select(i => s_pieces[i]);
        Gen.Select(pieces.Array[0, 30], Gen.OneOf(Gen.Const(SqlDialect.PostgreSql), Gen.Const(SqlDialect.Redshift), Gen.Const(SqlDialect.Sqlite))).Sample((parts, dialect) =>
        {
            string text = string.Concat(parts);
            var sql = SqlText.Of(text, dialect);
            return sql.Statements.All(statement => string.CompareOrdinal(text, statement.Start, statement.Text, 0, statement.Text.Length) == 0)
                && sql.References.All(reference => text[reference.Start] == '@' && text.Substring(reference.Start + 1, reference.Length - 1) == reference.Name)
                && sql.Substitute(name => $"@{name}") == text;
        });
    }

    [Fact]
    public void A_missing_file_an_empty_one_and_one_that_is_not_UTF8_are_told_apart()
    {
        string folder = Directory.CreateTempSubdirectory("etl").FullName;
        try
        {
            string empty = Path.Combine(folder, "empty.sql");
            File.WriteAllText(empty, "-- nothing\n");
            string latin = Path.Combine(folder, "latin.sql");
            File.WriteAllBytes(latin, [(byte)'S', 0xE9, (byte)'T']);
            Assert.Contains("does not exist", Unreadable(Path.Combine(folder, "none.sql")), StringComparison.Ordinal);
            Assert.Contains("no statement", Unreadable(empty), StringComparison.Ordinal);
            Assert.Contains("not UTF-8", Unreadable(latin), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_SQL()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "SELECT 1", new System.Text.UTF8Encoding(true));
            Assert.Equal("SELECT 1", SqlText.Read(file, SqlDialect.Sqlite).Statements[0].Text);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Unreadable(string file)
    {
        var error = Assert.Throws<EtlException>(() => SqlText.Read(file, SqlDialect.PostgreSql));
        Assert.Same(Fault.SqlFileUnreadable, error.Fault);
        Assert.Equal(file, error.Target);
        return error.Message;
    }
}
