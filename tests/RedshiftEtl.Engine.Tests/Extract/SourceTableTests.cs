using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Tests.Extract;

public sealed class SourceTableTests(PostgresServer server) : IDisposable
{
    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    [Fact]
    public async Task Names_that_need_quotes_are_read_in_PostgreSQL()
    {
        await server.ExecuteAsync("CREATE SCHEMA \"Odd.one\"; CREATE TABLE \"Odd.one\".\"Or\"\"ders\" (\"Select\" int, b text); INSERT INTO \"Odd.one\".\"Or\"\"ders\" VALUES (1, 'x'), (2, 'y')");
        var table = new SourceTable("\"Odd.one\".\"Or\"\"ders\"", ["Select"], "b = @b -- only those");
        PostgreSqlConnection source = await server.Connection;
        EtlExport export = await _exports.RunAsync(source, table.ToSql(source).Text, parameters: EtlParameter.Create("b", "y"));
        Assert.Equal(["2"], Assert.Single(Exports.Read(export)).ToArray<object?>());
    }

    [Fact]
    public async Task A_column_that_SQLite_does_not_have_is_an_error_and_no_text()
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE `a]b``c` (`x y` INTEGER); INSERT INTO `a]b``c` VALUES (7)");
        EtlExport export = await _exports.RunAsync(source, new SourceTable("[a]]b`c]", ["x y"], "1 = 1").ToSql(source).Text);
        Assert.Equal(["7"], Exports.Read(export)[0].ToArray<object?>());
        await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, new SourceTable("`a]b``c`", ["nosuch"], null).ToSql(source).Text));
    }

    [Fact]
    public async Task A_condition_is_one_and_not_a_second_statement()
    {
        SqliteConnection source = _exports.Sqlite("CREATE TABLE t (a INTEGER)");
        var error = await Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(source, new SourceTable("t", [], "1 = 1); DELETE FROM t WHERE (1 = 1").ToSql(source).Text));
        Assert.Same(Fault.SqlInvalid, error.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("\"a")]
    [InlineData("\"a\"b")]
    public void What_is_no_name_is_refused(string name) => Assert.Same(
        Fault.ArgumentInvalid, Assert.Throws<EtlException>(() => new SourceTable(name, [], null).ToSql(new SqliteConnection { Name = "x", DataSource = "y" })).Fault);
}
