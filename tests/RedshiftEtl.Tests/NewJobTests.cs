using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class NewJobTests(SandboxFixture fixture)
{
    [Fact]
    public void Jobs_of_all_tables_run_as_they_were_written()
    {
        using ProjectFolder project = Shop();
        Assert.Equal(["odd name|Overwrite", "orders|Overwrite", "seen|Overwrite"], project.Run("New-EtlJob src '*' -Schema §SCHEMA").Clean().Output.Select(job => Show(job, "Name", "Mode")));
        project.Run("$null = Get-EtlJob | Invoke-EtlJob").Clean();
        Assert.Equal(["1|1|ä, \"b\"|1.50|2026-01-01 00:00:00|00ff", "2|1|∅|∅|2026-01-02 00:00:00|∅"], Orders(project));
        Assert.Equal(["1|x|True", "2|y|∅"], project.Rows("SELECT * FROM §SCHEMA.`\"odd name`\" ORDER BY 1"));
        Assert.Equal(["id|PRIMARY KEY|1"], [.. project.Run("Get-RedshiftTable §SCHEMA.orders -Warehouse dw").Clean().Output.Select(table => $"{string.Join(",", (IReadOnlyList<string>)table.Properties["PrimaryKey"].Value)}|PRIMARY KEY|{table.Properties["LoadsInWeek"].Value}")]);

        // Once more: everything is replaced, nothing doubled.
        project.Source("UPDATE orders SET name = 'new' WHERE id = 2; DELETE FROM `odd name` WHERE k1 = 1");
        project.Run("$null = Get-EtlJob | Invoke-EtlJob").Clean();
        Assert.Equal(["1|1|ä, \"b\"|1.50|2026-01-01 00:00:00|00ff", "2|1|new|∅|2026-01-02 00:00:00|∅"], Orders(project));
        Assert.Equal(["2|y|∅"], project.Rows("SELECT * FROM §SCHEMA.`\"odd name`\" ORDER BY 1"));
    }

    [Theory]
    [InlineData("", "Merge")]
    [InlineData("-Mode Overwrite", "Overwrite")]
    [InlineData("-Mode Append", "Append")]
    public void With_a_watermark_ongoing_loads_go_on_from_it(string mode, string expected)
    {
        using ProjectFolder project = Shop();
        Assert.Equal(expected, project.Run($"New-EtlJob src orders -Schema §SCHEMA -Watermark UPDATED_AT {mode}").Only("Mode"));
        project.Run("$null = Invoke-EtlJob orders").Clean();
        project.Source("INSERT INTO orders VALUES (3, 1, 'third', 2, '2026-01-03 00:00:00', NULL)");
        Assert.Equal("1", project.Run("Invoke-EtlJob orders").Only("RowsLoaded"));
        Assert.Equal(["1", "2", "3"], project.Rows("SELECT id FROM §SCHEMA.orders ORDER BY id"));
        Assert.Contains("SORTKEY (\"updated_at\")", File.ReadAllText(Path.Combine(project.Folder, "jobs", "orders", "create.sql")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_becomes_a_job()
    {
        using ProjectFolder project = Shop();
        project.Write("names.sql", "SELECT id AS \"Key\", upper(name) AS name, updated_at FROM orders; -- all of them");
        Assert.Equal("names|Merge|" + project.Schema + ".names", project.Run("New-EtlJob src -SqlFile names.sql -Schema §SCHEMA -Key key -Watermark updated_at").Only("Name", "Mode", "Table"));
        project.Run("$null = Invoke-EtlJob names; $null = Invoke-EtlJob names -WarningAction SilentlyContinue").Clean();
        Assert.Equal(["1|ä, \"B\"", "2|∅"], project.Rows("SELECT key, name FROM §SCHEMA.names ORDER BY 1"));
    }

    [Fact]
    public void Files_become_a_job()
    {
        using ProjectFolder project = fixture.Project();
        project.Write("connections.psd1", project.ConnectionText.Replace("src  = @{ Type = 'SQLite'; DataSource = 'source.sqlite' }", "src = @{ Type = 'File'; Path = 'in' }", StringComparison.Ordinal));
        project.Write("in/it's; orders-1.csv", "id,name\n1,a\n");
        project.Write("in/it's; orders-2.csv", "id,name\n2,ä\n");
        project.Run("New-EtlJob src \"it's; orders-*.csv\" -Name orders -Table §SCHEMA.orders").Clean();
        project.Run("$null = Invoke-EtlJob orders; $null = Invoke-EtlJob orders").Clean();
        Assert.Equal(["1|a", "2|ä"], project.Rows("SELECT * FROM §SCHEMA.orders ORDER BY id"));
    }

    [Fact]
    public void Nothing_is_overwritten_without_Force_and_WhatIf_writes_nothing()
    {
        using ProjectFolder project = Shop();
        project.Run("New-EtlJob src orders -Schema §SCHEMA -WhatIf").Clean();
        Assert.False(Directory.Exists(Path.Combine(project.Folder, "jobs")));
        project.Run("New-EtlJob src orders -Schema §SCHEMA").Clean();
        project.Write("jobs/orders/create.sql", "mine");
        ErrorRecord error = project.Run("New-EtlJob src orders -Schema §SCHEMA").Fault("JobExists");
        Assert.Contains("create.sql", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(project.Folder, "jobs", "orders", "create.sql")));
        project.Run("New-EtlJob src orders -Schema §SCHEMA -Force").Clean();
        Assert.NotEqual("mine", File.ReadAllText(Path.Combine(project.Folder, "jobs", "orders", "create.sql")));
    }

    [Theory]
    [InlineData("New-EtlJob src seen -Mode Merge", "has no primary key")]
    [InlineData("New-EtlJob src orders -Mode Append", "without a watermark")]
    [InlineData("New-EtlJob src orders -Watermark updatedat", "Did you mean 'updated_at'?")]
    [InlineData("New-EtlJob src orders -Key idd", "Did you mean 'id'?")]
    [InlineData("New-EtlJob src 'no*'", "No table of 'src' fits 'no*'")]
    [InlineData("New-EtlJob src 'o*' -Name one", "-SourceTable has wildcards")]
    public void What_does_not_go_together_is_refused(string command, string said)
    {
        using ProjectFolder project = Shop();
        Assert.Contains(said, project.Run(command).Fault("ArgumentInvalid").ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(project.Folder, "jobs")));
    }

    private static string[] Orders(ProjectFolder project) =>
        project.Rows("SELECT id, `\"line no`\", name, price, to_char(updated_at, 'YYYY-MM-DD HH24:MI:SS') AS t, lower(to_hex(`\"select`\")) AS b FROM §SCHEMA.orders ORDER BY id");

    private static string Show(PSObject item, params string[] names) => Outcome.Show(names.Select(name => item.Properties[name].Value));

    private ProjectFolder Shop()
    {
        ProjectFolder project = fixture.Project();
        project.Source("""
            CREATE TABLE orders (id INTEGER PRIMARY KEY, "Line No" INT NOT NULL, name TEXT, price DECIMAL(10,2), updated_at TIMESTAMP, "select" BLOB);
            INSERT INTO orders VALUES (1, 1, 'ä, "b"', 1.5, '2026-01-01 00:00:00', x'00ff'), (2, 1, NULL, NULL, '2026-01-02 00:00:00', NULL);
            CREATE TABLE "odd name" (k1 INT, k2 TEXT, v BOOLEAN, PRIMARY KEY (k1, k2)); INSERT INTO "odd name" VALUES (1, 'x', 1), (2, 'y', NULL);
            CREATE VIEW seen AS SELECT id, name FROM orders;
            """);
        return project;
    }
}
