using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Tests.Define;

public class TableNameTests
{
    [Theory]
    [InlineData("orders", null, "orders", "\"orders\"")]
    [InlineData("Sales.Orders", "sales", "orders", "\"sales\".\"orders\"")]
    [InlineData("\"My.Schema\".\"a \"\"b\"\"\"", "my.schema", "a \"b\"", "\"my.schema\".\"a \"\"b\"\"\"")]
    [InlineData("Zürich.ÄÖ", "zürich", "ÄÖ", "\"zürich\".\"ÄÖ\"")]
    public void Names_fold_ASCII_as_Redshift_does_and_are_quoted(string text, string? schema, string table, string sql)
    {
        TableName name = TableName.Parse(text);
        Assert.Equal((schema, table, sql), (name.Schema, name.Table, name.Sql));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("a.")]
    public void What_is_not_a_table_name_is_refused(string text) =>
        Assert.Same(Fault.ArgumentInvalid, Assert.Throws<EtlException>(() => TableName.Parse(text)).Fault);

    [Fact]
    public void A_name_over_127_bytes_is_refused_and_one_of_127_is_not()
    {
        Assert.Equal(127, TableName.Parse(new string('a', 127)).Table.Length);
        Assert.Throws<EtlException>(() => TableName.Parse(new string('é', 64)));
    }
}
