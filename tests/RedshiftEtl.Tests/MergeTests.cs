using System.Globalization;
using System.Management.Automation;
using CsCheck;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class MergeTests(SandboxFixture fixture)
{
    private static readonly string[] s_names = ["p", "q", "", "é\"\n,", "~NULL"];

    private const string All = "SELECT id, line, name FROM §SCHEMA.rows ORDER BY id, line";

    [Theory]
    [InlineData("DeleteInsert")]
    [InlineData("Native")]
    public void Rows_are_replaced_by_a_composite_key_and_new_ones_added(string method)
    {
        using ProjectFolder project = Rows($"Key = 'id', 'LINE'; MergeMethod = '{method}'");
        Assert.Equal("3|3|0|0", project.Run("Invoke-EtlJob rows").Only("RowsLoaded", "RowsInserted", "RowsReplaced", "RowsDeleted"));
        project.Source("DELETE FROM data; INSERT INTO data VALUES (1, 2, 'changed', 'U', 4), (3, 1, NULL, 'I', 5)");
        Assert.Equal("2|1|1|0", project.Run("Invoke-EtlJob rows").Only("RowsLoaded", "RowsInserted", "RowsReplaced", "RowsDeleted"));
        Assert.Equal(["1|1|a", "1|2|changed", "2|1|c", "3|1|∅"], project.Rows(All));
        Assert.Equal("1|1", project.Run("(Get-EtlRun rows | Where-Object Table -eq '§SCHEMA.rows')[0]").Only("RowsInserted", "RowsReplaced"));

        // Once more the same: nothing is doubled.
        Assert.Equal("2|0|2|0", project.Run("Invoke-EtlJob rows").Only("RowsLoaded", "RowsInserted", "RowsReplaced", "RowsDeleted"));
        Assert.Equal(["1|1|a", "1|2|changed", "2|1|c", "3|1|∅"], project.Rows(All));
    }

    [Theory]
    [InlineData("DeleteInsert")]
    [InlineData("Native")]
    public void Of_several_changes_the_latest_counts_and_a_deletion_removes_the_key(string method)
    {
        using ProjectFolder project = Changes($"MergeMethod = '{method}'");
        project.Source("DELETE FROM data; INSERT INTO data VALUES (1, 1, 'x', 'U', 10), (1, 1, 'y', 'U', 12), (1, 1, 'w', 'U', NULL), (2, 1, 'c', 'D', 13), (4, 1, 'new', 'I', 14), (4, 1, NULL, 'D', 15)");
        Assert.Equal("6|0|1|1", project.Run("Invoke-EtlJob rows").Only("RowsLoaded", "RowsInserted", "RowsReplaced", "RowsDeleted"));
        Assert.Equal(["1|1|y", "1|2|b"], project.Rows(All));
    }

    [Fact]
    public void An_initial_merge_replaces_all_and_goes_by_the_latest_too()
    {
        using ProjectFolder project = Changes("");
        project.Source("INSERT INTO data VALUES (1, 1, 'newer', 'U', 20), (9, 9, 'gone', 'D', 21)");
        Assert.Equal("5|3|0|3", project.Run("Invoke-EtlJob rows -Load Initial").Only("RowsLoaded", "RowsInserted", "RowsReplaced", "RowsDeleted"));
        Assert.Equal(["1|1|newer", "1|2|b", "2|1|c"], project.Rows(All));
    }

    [Theory]
    [InlineData("Key = 'id', 'line'", "INSERT INTO data VALUES (1, 1, 'again', 'U', 9)", "1 key(s) (id, line) have several rows in the extract: (1, 1) 2 times")]
    [InlineData("Key = 'id', 'line'", "INSERT INTO data VALUES (NULL, 1, 'x', 'U', 9)", "1 row(s) of the extract have no value in the key (id, line)")]
    [InlineData("Key = 'id', 'line'; KeepLatest = 'seq'", "INSERT INTO data VALUES (1, 1, 'again', 'U', 1)", "also by the latest seq: (1, 1) 2 times")]
    [InlineData("Key = 'ids'", "", "Key column 'ids' of job 'rows' is not in the extract, which has id, line, name, op, seq. Did you mean 'id'?")]
    [InlineData("Key = 'id'; KeepLatest = 'sequence'", "", "KeepLatest column 'sequence'")]
    public void A_key_that_is_not_one_rows_is_refused_with_numbers_and_nothing_changes(string keys, string sql, string said)
    {
        using ProjectFolder project = Changes("");
        project.Write("jobs/rows/job.psd1", $"@{{ Mode = 'Merge'; {keys}; DeletedWhen = \"op = 'D' AND seq > 0\"; Table = '§SCHEMA.rows' }}");
        project.Source($"{sql}; SELECT 1");
        Assert.Contains(said, project.Run("Invoke-EtlJob rows").Fault("MergeKeyInvalid").ToString(), StringComparison.Ordinal);
        Assert.Contains(said.StartsWith("1 row", StringComparison.Ordinal) ? "no value" : said, project.Run("Invoke-EtlJob rows -Load Initial").Fault("MergeKeyInvalid").ToString(), StringComparison.Ordinal);
        Assert.Equal(["1|1|a", "1|2|b", "2|1|c"], project.Rows(All));
    }

    [Theory]
    [InlineData("@{ Mode = 'Merge'; Table = 't' }", "Key of job 'rows' is missing")]
    [InlineData("@{ Mode = 'Merge'; Key = 'a', 'A'; Table = 't' }", "names 'a' twice")]
    [InlineData("@{ Mode = 'Append'; Key = 'a'; Table = 't' }", "Key of job 'rows' goes with Mode = 'Merge'")]
    [InlineData("@{ Mode = 'Merge'; Key = 'a'; DeletedWhen = '1 = 1; DROP TABLE t'; Table = 't' }", "DeletedWhen of job 'rows' must be one condition")]
    [InlineData("@{ Mode = 'Merge'; Key = 'a'; MergeMethod = 'Fast'; Table = 't' }", "MergeMethod")]
    public void Nonsense_in_the_job_is_refused(string definition, string said)
    {
        using ProjectFolder project = Rows("Key = 'id'");
        project.Write("jobs/rows/job.psd1", definition);
        Assert.Contains(said, project.Run("Invoke-EtlJob rows").Fault("DefinitionInvalid").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_condition_that_the_server_refuses_is_said_before_anything_is_read()
    {
        using ProjectFolder project = Changes("");
        project.Write("jobs/rows/job.psd1", "@{ Mode = 'Merge'; Key = 'id', 'line'; KeepLatest = 'seq'; DeletedWhen = 'op = ''D'' AND line'; Table = '§SCHEMA.rows' }");
        ErrorRecord error = project.Run("Invoke-EtlJob rows").Fault("SqlInvalid");
        Assert.Contains("DeletedWhen of job 'rows' (op = 'D' AND line)", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["0"], project.Rows("SELECT rows_read FROM etl.run WHERE target = '§SCHEMA.rows' AND status = 'Failed'"));
    }

    [Fact]
    public void Tables_with_identity_and_defaults_keep_them_and_hostile_names_work()
    {
        using ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (\"Order Id\" INT, \"select\" TEXT, \"a\"\"b\" TEXT); INSERT INTO data VALUES (1, 'x', 'D'), (2, 'y', 'I')");
        project.Job("rows", """@{ Mode = 'Merge'; Key = 'order id'; DeletedWhen = '"a""b" = ''D'''; Table = '§SCHEMA."my.Table"' }""",
            "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.\"my.Table\" (n BIGINT IDENTITY(5, 1), \"order id\" INT NOT NULL, \"select\" VARCHAR(9), state VARCHAR(9) DEFAULT 'new' NOT NULL)",
            "SELECT * FROM data", "SELECT * FROM data");
        project.Run("Invoke-EtlJob rows").Clean();
        project.Source("UPDATE data SET \"a\"\"b\" = 'U', \"select\" = 'z'");
        Assert.Equal("2|1|1|0", project.Run("Invoke-EtlJob rows").Only("RowsLoaded", "RowsInserted", "RowsReplaced", "RowsDeleted"));
        Assert.Equal(["1|z|new|True", "2|z|new|True"], project.Rows("SELECT \"\"order id\"\", \"\"select\"\", state, n >= 5 AS numbered FROM §SCHEMA.\"\"my.table\"\" ORDER BY 1".Replace("\"\"", "`\"")));
    }

    [Fact]
    public void The_steps_merge_by_key_too()
    {
        using ProjectFolder project = Rows("Key = 'id', 'line'");
        project.Run("Invoke-EtlJob rows").Clean();
        project.Source("UPDATE data SET name = 'step' WHERE line = 2");
        string steps = "Export-EtlSource src -SqlFile jobs/rows/ongoing.sql | Send-EtlStage -Stage lake | Invoke-RedshiftCopy dw §SCHEMA.rows";
        Assert.Equal("3", project.Run($"{steps} -Key id, line").Only("RowsLoaded"));
        Assert.Equal(["1|1|a", "1|2|step", "2|1|c"], project.Rows(All));
        project.Run($"{steps} -KeepLatest id").Fault("ArgumentInvalid");
        project.Run($"{steps} -Key id -DeleteSqlFile jobs/rows/ongoing.sql").Fault("ArgumentInvalid");
    }

    [Fact]
    public void The_plan_shows_the_statements()
    {
        using ProjectFolder project = Changes("MergeMethod = 'Native'");
        string plan = project.Run("\"$(Invoke-EtlJob rows -WhatIf)\"").Clean().Output[0].ToString();
        Assert.Contains("MERGE INTO", plan, StringComparison.Ordinal);
        Assert.Contains("CREATE TEMP TABLE \"etl_stage_", plan, StringComparison.Ordinal);
        Assert.Contains("GROUP BY \"id\", \"line\" HAVING COUNT(*) > 1", plan, StringComparison.Ordinal);
    }

    /// <summary>Batches of changes, merged one after the other, leave what a dictionary by key leaves.</summary>
    [Theory]
    [InlineData("DeleteInsert")]
    [InlineData("Native")]
    public void Batches_of_changes_leave_what_a_dictionary_leaves(string method)
    {
        using ProjectFolder project = Changes($"MergeMethod = '{method}'");
        project.Run("Invoke-EtlJob rows -Load Initial").Clean();
        var expected = new SortedDictionary<(int Id, int Line), string> { [(1, 1)] = "a", [(1, 2)] = "b", [(2, 1)] = "c" };
        int sequence = 100;
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 2], Gen.Int[0, 4].Select(i => s_names[i]), Gen.Int[0, 2].Select(i => i == 2 ? "D" : "U")).List[1, 12].Sample(batch =>
        {
            string rows = "";
            foreach ((int id, int line, string name, string op) in batch)
            {
                rows += string.Create(CultureInfo.InvariantCulture, $"INSERT INTO data VALUES ({id}, {line}, '{name}', '{op}', {++sequence});");
                if (op == "D")
                {
                    expected.Remove((id, line));
                }
                else
                {
                    expected[(id, line)] = name;
                }
            }

            project.Source($"DELETE FROM data; {rows}");
            project.Run("Invoke-EtlJob rows -WarningAction SilentlyContinue").Clean();
            Assert.Equal(expected.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Key.Id}|{row.Key.Line}|{row.Value}")), project.Rows(All));
        }, iter: 12, threads: 1);
    }

    /// <summary>A change log of which op and seq are not in the table, three rows loaded.</summary>
    private ProjectFolder Changes(string more)
    {
        ProjectFolder project = Rows($"Key = 'id', 'line'; KeepLatest = 'seq'; DeletedWhen = \"OP = 'D'\"; {more}", "id, line, name, op, seq");
        project.Run("$null = Invoke-EtlJob rows").Clean();
        return project;
    }

    private ProjectFolder Rows(string keys, string columns = "id, line, name")
    {
        ProjectFolder project = fixture.Project();
        project.Source("CREATE TABLE data (id INT, line INT, name TEXT, op TEXT, seq INT); INSERT INTO data VALUES (1, 1, 'a', 'I', 1), (1, 2, 'b', 'I', 2), (2, 1, 'c', 'I', 3)");
        project.Job("rows", $$"""@{ Mode = 'Merge'; {{keys}}; Table = '§SCHEMA.rows' }""",
            "CREATE SCHEMA §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, line INT, name VARCHAR(20))", $"SELECT {columns} FROM data", $"SELECT {columns} FROM data");
        return project;
    }
}
