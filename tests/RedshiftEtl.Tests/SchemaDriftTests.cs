using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class SchemaDriftTests(SandboxFixture fixture)
{
    [Fact]
    public void A_new_column_fails_before_anything_is_read_with_the_statement_that_adds_it()
    {
        using ProjectFolder project = Rows("", "id, name, extra");
        ErrorRecord error = project.Run("Invoke-EtlJob rows").Fault("ColumnMismatch");
        Assert.Contains("1 column(s) that the table lacks: extra BIGINT (the table has id, name)", error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"ALTER TABLE \"{project.Schema}\".\"rows\" ADD COLUMN \"extra\" BIGINT", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(project.StagedObjects());
    }

    [Fact]
    public void A_column_that_is_gone_fails_unless_it_has_a_default()
    {
        using ProjectFolder project = Rows("", "id");
        ErrorRecord error = project.Run("Invoke-EtlJob rows").Fault("ColumnMismatch");
        Assert.Contains("lacks 1 column(s) of the table that have no default, and their values would be NULL: name", error.ToString(), StringComparison.Ordinal);
        project.Write("jobs/rows/create.sql", "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.rows (id BIGINT, name VARCHAR(5) DEFAULT 'none')");
        project.Run("Invoke-EtlJob rows").Clean();
        Assert.Equal(["1|none", "2|none"], project.Rows("SELECT * FROM §SCHEMA.rows ORDER BY id"));
    }

    [Fact]
    public void Add_adds_columns_in_the_transaction_and_leaves_old_rows_NULL()
    {
        using ProjectFolder project = Rows("SchemaDrift = 'Add'", "id, name");
        project.Run("Invoke-EtlJob rows").Clean();
        project.Write("jobs/rows/ongoing.sql", "SELECT id, extra AS \"New \"\"One\", 'x' AS other FROM data WHERE id = 2");
        Assert.Contains("ADD COLUMN \"new \"\"one\" BIGINT;", project.Run("\"$(Invoke-EtlJob rows -WhatIf)\"").Clean().Output[0].ToString(), StringComparison.Ordinal);
        Outcome outcome = project.Run("Invoke-EtlJob rows -WarningVariable said -WarningAction SilentlyContinue; \"$said\"").Clean();
        Assert.Contains("The extract lacks columns", outcome.Output[1].ToString(), StringComparison.Ordinal);
        Assert.Equal(["1|a|∅|∅", "2|b|∅|∅", "2|∅|20|x"], project.Rows("SELECT * FROM §SCHEMA.rows ORDER BY id, name"));
    }

    [Fact]
    public void A_load_that_fails_adds_nothing()
    {
        using ProjectFolder project = Rows("SchemaDrift = 'Add'", "id, name");
        project.Run("Invoke-EtlJob rows").Clean();
        project.Write("jobs/rows/ongoing.sql", "SELECT id, 'too long for it' AS name, extra FROM data");
        project.Run("Invoke-EtlJob rows").Fault("CopyRejected");
        Assert.Equal(["1|a", "2|b"], project.Rows("SELECT * FROM §SCHEMA.rows ORDER BY id"));
    }

    [Theory]
    [InlineData("Append")]
    [InlineData("Overwrite")]
    [InlineData("Merge")]
    public void Ignore_loads_the_columns_that_both_have(string mode)
    {
        using ProjectFolder project = Rows($"SchemaDrift = 'Ignore'{(mode == "Merge" ? "; Key = 'id'" : "")}", "extra, id", mode);
        project.Write("jobs/rows/delete.sql", "DELETE FROM §SCHEMA.rows");
        Outcome outcome = project.Run("Invoke-EtlJob rows -WarningVariable said -WarningAction SilentlyContinue; \"$said\"").Clean();
        Assert.Contains("are not loaded: extra", outcome.Output[1].ToString(), StringComparison.Ordinal);
        project.Run("Invoke-EtlJob rows -WarningAction SilentlyContinue").Clean();
        Assert.Equal(mode == "Append" ? ["1|∅", "1|∅", "2|∅", "2|∅"] : ["1|∅", "2|∅"], project.Rows("SELECT * FROM §SCHEMA.rows ORDER BY id"));
    }

    [Fact]
    public void The_command_may_say_otherwise_for_once()
    {
        using ProjectFolder project = Rows("", "id, name, extra");
        project.Run("Invoke-EtlJob rows -SchemaDrift Ignore -WarningAction SilentlyContinue").Clean();
        Assert.Equal(["1|a", "2|b"], project.Rows("SELECT * FROM §SCHEMA.rows ORDER BY id"));

    }

    private ProjectFolder Rows(string keys, string columns, string mode = "Append")
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT, name TEXT, extra INT); INSERT INTO data VALUES (1, 'a', 10), (2, 'b', 20)");
        project.Job("rows", $$"""@{ Mode = '{{mode}}'; Table = '§SCHEMA.rows'; {{keys}} }""",
            "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.rows (id BIGINT, name VARCHAR(5))", $"SELECT {columns} FROM data", $"SELECT {columns} FROM data");
        return project;
    }
}
