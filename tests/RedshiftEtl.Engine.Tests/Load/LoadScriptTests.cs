using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Tests.Load;

public class LoadScriptTests
{
    private static LoadRequest Request(LoadMode mode, LoadKind load, string? create = null, string? delete = null, params EtlParameter[] parameters) => new()
    {
        RunId = "r",
        Job = "orders",
        Load = load,
        Mode = mode,
        Warehouse = new RedshiftConnection { Name = "dw", Host = "h", Database = "d", Username = "u" },
        Table = TableName.Parse("sales.orders"),
        Source = "crm",
        Create = create is null ? null : SqlText.Of(create, SqlDialect.Redshift),
        Delete = delete is null ? null : SqlText.Of(delete, SqlDialect.Redshift, "/jobs/orders/delete.sql"),
        Parameters = parameters,
    };

    [Fact]
    public void An_ongoing_overwrite_deletes_with_bound_parameters()
    {
        LoadStatement delete = Assert.Single(LoadScript.Prepare(
            Request(LoadMode.Overwrite, LoadKind.Ongoing, null, "DELETE FROM sales.orders WHERE d >= @since OR x >= @since;", new EtlParameter("since", "it's")), true));
        Assert.Equal("DELETE FROM sales.orders WHERE d >= $1 OR x >= $1", delete.Sql);
        Assert.Equal("DELETE FROM sales.orders WHERE d >= 'it''s' OR x >= 'it''s'", delete.Shown);
        Assert.Equal("it's", Assert.Single(delete.Values).Value);
    }

    [Fact]
    public void DDL_cannot_bind_so_it_gets_literals()
    {
        LoadStatement create = LoadScript.Prepare(
            Request(LoadMode.Append, LoadKind.Initial, "CREATE TABLE t (a VARCHAR(9) DEFAULT @who)", null, new EtlParameter("who", @"o\'x")), false)[0];
        Assert.Equal(@"CREATE TABLE t (a VARCHAR(9) DEFAULT 'o\\''x')", create.Sql);
        Assert.Empty(create.Values);
    }

    [Fact]
    public void An_initial_overwrite_deletes_all_rows_and_never_truncates() =>
        Assert.Equal("DELETE FROM \"sales\".\"orders\"", Assert.Single(LoadScript.Prepare(Request(LoadMode.Overwrite, LoadKind.Initial), true)).Sql);

    [Fact]
    public void An_initial_append_looks_for_rows_unless_forced()
    {
        LoadRequest request = Request(LoadMode.Append, LoadKind.Initial);
        Assert.Equal(LoadStep.CheckEmpty, Assert.Single(LoadScript.Prepare(request, true)).Step);
        Assert.Empty(LoadScript.Prepare(request with { IsForced = true }, true));
    }

    [Theory]
    [InlineData("TRUNCATE sales.orders")]
    [InlineData("DELETE FROM sales.orders; commit")]
    [InlineData("-- all\n/* of it */ Vacuum sales.orders")]
    public void Statements_that_end_the_transaction_are_refused_with_their_line(string delete)
    {
        var error = Assert.Throws<EtlException>(() => LoadScript.Prepare(Request(LoadMode.Overwrite, LoadKind.Ongoing, null, delete), true));
        Assert.Same(Fault.StatementRefused, error.Fault);
        Assert.Contains("delete.sql, line", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_overwrite_without_a_delete_is_refused() =>
        Assert.Same(Fault.ArgumentInvalid, Assert.Throws<EtlException>(() => LoadScript.Prepare(Request(LoadMode.Overwrite, LoadKind.Ongoing), true)).Fault);

    [Fact]
    public void A_missing_table_without_create_SQL_is_refused() =>
        Assert.Same(Fault.TableNotFound, Assert.Throws<EtlException>(() => LoadScript.Prepare(Request(LoadMode.Append, LoadKind.Ongoing), false)).Fault);

    [Fact]
    public void COPY_is_as_the_fact_sheet_recommends_and_shows_no_key()
    {
        var keys = CopyAuthorization.Keys("AKIA", "s3cr3t-marker", "token-marker");
        EtlColumn[] extract = [new("id", "int", "INTEGER"), new("odd \"name\"", "text", "VARCHAR(65535)")];
        LoadStatement copy = LoadScript.Fill(Request(LoadMode.Append, LoadKind.Ongoing), TargetTable.Expect(TableName.Parse("sales.orders"), extract), extract, (table, columns) => (
            CopyStatement.Build(table, columns, "s3://b/it's/manifest.json", keys.Sql, Compression.Zstd, CsvDialect.Default, "eu-west-1"),
            CopyStatement.Build(table, columns, "s3://b/it's/manifest.json", keys.Shown, Compression.Zstd, CsvDialect.Default, "eu-west-1")))[0];
        Assert.Equal(
            "COPY \"sales\".\"orders\" (\"id\", \"odd \"\"name\"\"\")\nFROM 's3://b/it''s/manifest.json'\n"
            + "ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY 's3cr3t-marker' SESSION_TOKEN 'token-marker'\nREGION 'eu-west-1'\nMANIFEST ZSTD\n"
            + "FORMAT AS CSV DELIMITER ',' QUOTE '\"' NULL AS '~NULL~'\nDATEFORMAT 'auto' TIMEFORMAT 'auto' ROUNDEC COMPUPDATE OFF STATUPDATE OFF MAXERROR 0",
            copy.Sql);
        Assert.DoesNotContain("marker'", copy.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default", "IAM_ROLE default")]
    [InlineData("arn:aws:iam::1:role/r", "IAM_ROLE 'arn:aws:iam::1:role/r'")]
    public void The_default_role_is_a_bare_word(string role, string clause) => Assert.Equal(clause, CopyAuthorization.Role(role).Sql);
}
