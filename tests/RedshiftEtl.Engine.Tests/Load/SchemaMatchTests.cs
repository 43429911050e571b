using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;

namespace RedshiftEtl.Engine.Tests.Load;

/// <summary>Redshift fact sheet 7.1 and 7.2: what fits where, and what ALTER TABLE can mend.</summary>
public class SchemaMatchTests
{
    [Theory]
    [InlineData("integer", "INTEGER", "bigint", false)]
    [InlineData("bigint", "BIGINT", "integer", true)]
    [InlineData("integer", "INTEGER", "smallint", true)]
    [InlineData("integer", "INTEGER", "numeric(10,0)", false)]
    [InlineData("integer", "INTEGER", "numeric(10,2)", true)]
    [InlineData("bigint", "BIGINT", "double precision", true)]
    [InlineData("integer", "INTEGER", "double precision", false)]
    [InlineData("integer", "INTEGER", "real", true)]
    [InlineData("numeric(10,2)", "DECIMAL(10,2)", "numeric(10,2)", false)]
    [InlineData("numeric(10,4)", "DECIMAL(10,4)", "numeric(18,2)", true)]
    [InlineData("numeric(12,2)", "DECIMAL(12,2)", "numeric(11,2)", true)]
    [InlineData("numeric", "DECIMAL(38,10)", "numeric(10,2)", false)]
    [InlineData("numeric(9,0)", "DECIMAL(9,0)", "integer", false)]
    [InlineData("numeric(10,0)", "DECIMAL(10,0)", "integer", true)]
    [InlineData("numeric(9,1)", "DECIMAL(9,1)", "integer", true)]
    [InlineData("numeric(18,2)", "DECIMAL(18,2)", "double precision", true)]
    [InlineData("numeric(15,2)", "DECIMAL(15,2)", "double precision", false)]
    [InlineData("double precision", "DOUBLE PRECISION", "real", true)]
    [InlineData("double precision", "DOUBLE PRECISION", "numeric(10,2)", false)]
    [InlineData("character varying(50)", "VARCHAR(200)", "character varying(50)", false)]
    [InlineData("character varying(51)", "VARCHAR(204)", "character varying(50)", true)]
    [InlineData("varchar(max)", "VARCHAR(65535)", "character varying(50)", true)]
    [InlineData("text", "VARCHAR(65535)", "character varying(50)", false)]
    [InlineData("uuid", "CHAR(36)", "character varying(35)", true)]
    [InlineData("uuid", "CHAR(36)", "character(36)", false)]
    [InlineData("timestamp without time zone", "TIMESTAMP", "date", true)]
    [InlineData("date", "DATE", "timestamp without time zone", false)]
    [InlineData("varbinary(9)", "VARBYTE(9)", "binary varying(8)", true)]
    [InlineData("jsonb", "SUPER", "character varying(10)", false)]
    [InlineData("boolean", "BOOLEAN", "boolean", false)]
    public void A_type_is_too_narrow_when_what_is_declared_may_not_fit(string source, string redshift, string table, bool isTooNarrow)
    {
        Assert.Equal(isTooNarrow, RedshiftType.IsTooNarrow(new EtlColumn("c", source, redshift), new TargetColumn("c", table, false, false)));
        Assert.False(RedshiftType.IsTooNarrow(new EtlColumn("c", source, redshift) { IsDeclared = false }, new TargetColumn("c", table, false, false)));
    }

    [Fact]
    public void A_short_VARCHAR_is_widened_and_a_number_names_the_statements_that_would_replace_it()
    {
        EtlColumn[] extract = [new("ID", "bigint", "BIGINT"), new("Name", "character varying(50)", "VARCHAR(200)")];
        TargetTable table = new(TableName.Parse("s.t"), [new("id", "bigint", true, false), new("name", "character varying(10)", false, false)]);
        EtlException error = Refused(SchemaDrift.Fail, table, extract);
        Assert.Contains("1 column(s) of the table are too narrow for the extract's: name is character varying(10), VARCHAR(200) comes", error.Message, StringComparison.Ordinal);
        Assert.Contains("ALTER TABLE \"s\".\"t\" ALTER COLUMN \"name\" TYPE VARCHAR(200)", error.Advice, StringComparison.Ordinal);
        Refused(SchemaDrift.Add, table, extract);
        Assert.Equal(["ALTER TABLE \"s\".\"t\" ALTER COLUMN \"name\" TYPE VARCHAR(200)"], SchemaMatch.Of(Request(SchemaDrift.AddAndWiden), table, extract).Widenings);
        Assert.Equal(["id", "name"], SchemaMatch.Of(Request(SchemaDrift.Ignore), table, extract).Columns);

        TargetTable narrow = table with { Columns = [new("id", "integer", true, false), table.Columns[1]] };
        EtlException stuck = Refused(SchemaDrift.AddAndWiden, narrow, extract);
        Assert.Contains("ADD COLUMN \"id_wider\" BIGINT; UPDATE \"s\".\"t\" SET \"id_wider\" = \"id\"; ALTER TABLE \"s\".\"t\" DROP COLUMN \"id\"; ALTER TABLE \"s\".\"t\" RENAME COLUMN \"id_wider\" TO \"id\"", stuck.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("name is", stuck.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_differences_are_said_at_once()
    {
        TargetTable table = new(TableName.Parse("t"), [new("id", "integer", false, false), new("old", "integer", false, false), new("loaded", "date", false, true)]);
        EtlException error = Refused(SchemaDrift.Fail, table, [new("id", "bigint", "BIGINT"), new("new", "int", "INTEGER")]);
        Assert.Contains("lacks: new INTEGER", error.Message, StringComparison.Ordinal);
        Assert.Contains("would be NULL: old.", error.Message, StringComparison.Ordinal);
        Assert.Contains("id is integer, BIGINT comes", error.Message, StringComparison.Ordinal);
    }

    private static EtlException Refused(SchemaDrift policy, TargetTable table, EtlColumn[] extract)
    {
        EtlException error = Assert.Throws<EtlException>(() => SchemaMatch.Of(Request(policy), table, extract));
        Assert.Same(Fault.ColumnMismatch, error.Fault);
        return error;
    }

    private static LoadRequest Request(SchemaDrift policy) => new()
    {
        RunId = "r", Job = "j", Load = LoadKind.Ongoing, Mode = LoadMode.Append, Drift = policy, Table = TableName.Parse("s.t"), Source = "src",
        Warehouse = new RedshiftConnection { Name = "dw", Host = "h", Database = "d", Username = "u" },
    };
}
