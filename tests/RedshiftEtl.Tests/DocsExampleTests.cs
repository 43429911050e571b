using System.Text.RegularExpressions;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

/// <summary>Every example of every cmdlet's page, typed in order into a session in a project like the one that the pages speak of. What an example says fails («# fails: Fault») has to.</summary>
public sealed partial class DocsExampleTests : IClassFixture<DocsExampleTests.Warehouse>
{
    private readonly Warehouse _warehouse;

    public DocsExampleTests(Warehouse warehouse) => _warehouse = warehouse;

    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Docs, "*-*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    private static string Docs { get; } = Path.Combine(Path.GetDirectoryName(ModuleSession.ManifestPath)!, "docs");

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_example_of_the_page_runs(string page)
    {
        ProjectFolder project = _warehouse.Project(page, 1);
        string text = File.ReadAllText(Path.Combine(Docs, $"{page}.md"));
        int start = text.IndexOf("\n## Examples", StringComparison.Ordinal);
        string examples = text[start..text.IndexOf("\n## ", start + 5, StringComparison.Ordinal)];
        MatchCollection found = Example().Matches(examples);
        Assert.True(found.Count >= 3, "A page has three examples or more.");
        foreach (Match example in found)
        {
            // Of this page each example stands for itself: a run is resumed once.
            if (page == "Resume-EtlRun" && example != found[0])
            {
                project.Dispose();
                project = _warehouse.Project(page, 2);
            }

            string code = example.Groups[2].Value;
            Outcome outcome = project.Session.Run(code);
            string[] faults = outcome.Errors.Append(outcome.Terminating).OfType<System.Management.Automation.ErrorRecord>().Select(error => $"{error.FullyQualifiedErrorId.Split(',')[0]}: {error}").ToArray();
            string[] expected = Fails().Matches(code).Select(match => match.Groups[1].Value).ToArray();
            Assert.True(
                faults.Length == expected.Length && faults.Zip(expected).All(pair => pair.First.StartsWith(pair.Second + ":", StringComparison.Ordinal)),
                $"{example.Groups[1].Value}\n{code}\n{string.Join('\n', faults)}");
        }

        project.Dispose();
    }

    [GeneratedRegex(@"### (Example \d+: [^\n]*)\n.*?```powershell\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"# fails: (\w+)")]
    private static partial Regex Fails();

    /// <summary>A sandbox of its own, since the pages' schemas have names that others use too; and a crontab of its own.</summary>
    public sealed class Warehouse : IDisposable
    {
        private static readonly string[] s_schemas = ["sales", "crm", "finance", "etl"];

        private readonly SandboxFixture _sandbox = new("Start-EtlSandbox");
        private readonly string _bin = Directory.CreateTempSubdirectory("etlcron").FullName;
        private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

        public Warehouse()
        {
            CrontabProgram.Write(_bin);
            // Only its path is asked for; what a schedule starts is tried elsewhere.
            File.WriteAllText(Path.Combine(_bin, "pwsh"), "");
            Environment.SetEnvironmentVariable("CRONTAB_FILE", Path.Combine(_bin, "table"));
            Environment.SetEnvironmentVariable("PATH", $"{_bin}{Path.PathSeparator}{_path}");
        }

        /// <summary>The pages' project: a CRM with customers and orders, a stage, a warehouse, two jobs that have run once, and what else a page takes for granted.</summary>
        public ProjectFolder Project(string page, int example)
        {
            var project = new ProjectFolder(_sandbox);
            if (!OperatingSystem.IsWindows())
            {
                // A sandbox whose data stay in the project runs PostgreSQL under another account.
                const UnixFileMode Open = (UnixFileMode)0b111_101_101;
                File.SetUnixFileMode(project.Folder, Open);
                File.SetUnixFileMode(Path.GetDirectoryName(project.Folder)!, Open);
            }

            File.Delete(Path.Combine(_bin, "table"));
            project.Write("connections.psd1", project.ConnectionText.Replace("src  = @{ Type = 'SQLite'; DataSource = 'source.sqlite' }", "crm = @{ Type = 'SQLite'; DataSource = 'crm.db' }", StringComparison.Ordinal));
            project.Run(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Hosting", "Utilities.ps1"))).Clean();
            project.Run("""
                [RedshiftEtl.Sandbox.SqliteScript]::Run("$folder/crm.db", "
                  CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(40), city VARCHAR(40));
                  INSERT INTO customer VALUES (1, 'Ann', 'Bern'), (2, 'Bob', 'Biel'), (3, 'Cid', NULL);
                  CREATE TABLE orders (id INTEGER PRIMARY KEY, total DECIMAL(10,2), note VARCHAR(20), ordered_at DATETIME, updated_at DATETIME);
                  INSERT INTO orders VALUES (1, 10.5, 'a', '2026-01-02 10:00:00', '2026-01-02 10:00:00'), (2, 99, 'b', '2026-02-02 10:00:00', '2026-02-03 10:00:00')")
                """).Clean();
            project.Run($"Invoke-RedshiftSql dw \"{string.Join("; ", s_schemas.Select(schema => $"DROP SCHEMA IF EXISTS {schema} CASCADE"))}; CREATE SCHEMA sales; CREATE SCHEMA crm; CREATE SCHEMA finance\"").Clean();
            const string Orders = "CREATE TABLE sales.orders (id INTEGER, total DECIMAL(10,2), note VARCHAR(20), ordered_at TIMESTAMP, updated_at TIMESTAMP)";
            const string Delete = "DELETE FROM sales.orders WHERE ordered_at >= @since";
            project.Write("orders.sql", "SELECT * FROM orders WHERE ordered_at >= @since");
            project.Write("orders.delete.sql", Delete);
            project.Write("customers.sql", "SELECT id, name, city FROM customer");
            project.Write("customers.create.sql", "CREATE TABLE sales.customers (id INTEGER, name VARCHAR(160), city VARCHAR(160))");
            project.Write("customers.delete.sql", "DELETE FROM sales.customers");
            project.Write("revenue.sql", "SELECT DATE(ordered_at) AS day, 1 AS shop, SUM(total) AS revenue FROM orders GROUP BY 1, 2");
            project.Write("grants.sql", "GRANT USAGE ON SCHEMA sales TO PUBLIC; GRANT SELECT ON sales.orders TO PUBLIC");
            project.Job("orders", "@{ Mode = 'Overwrite'; Source = 'crm'; Table = 'sales.orders'; Parameter = @{ since = @{ DaysAgo = 7 } }; Watermark = 'updated_at'; Schedule = 'Daily 02:30'; Tag = 'nightly' }",
                Orders, "SELECT * FROM orders", "SELECT * FROM orders WHERE ordered_at >= @since OR updated_at > @watermark", $"{Delete} OR updated_at > @watermark");
            project.Job("customers", "@{ Mode = 'Overwrite'; Source = 'crm'; Table = 'sales.customers'; Schedule = 'Daily 02:30' }",
                "CREATE TABLE sales.customers (id INTEGER, name VARCHAR(160), city VARCHAR(160))", "SELECT * FROM customer", "SELECT * FROM customer", "DELETE FROM sales.customers");
            project.Run("Get-EtlJob | Invoke-EtlJob").Clean();
            switch (page)
            {
                case "New-EtlJob":
                    Directory.Delete(Path.Combine(project.Folder, "jobs"), recursive: true);
                    break;
                case "Get-EtlSchedule" or "Unregister-EtlSchedule":
                    project.Run("$null = Register-EtlSchedule nightly; [IO.File]::WriteAllText((Get-EtlSchedule nightly).LogPath, 'ERROR one')").Clean();
                    break;
                case "Resume-EtlRun":
                    project.Run($"[RedshiftEtl.Sandbox.SqliteScript]::Run(\"$folder/crm.db\", \"INSERT INTO orders VALUES (3, 1, '{new string('n', 30)}', '2026-03-01 10:00:00', '2026-03-01 10:00:00')\")").Clean();
                    if (example > 1)
                    {
                        project.Run("Invoke-EtlJob orders").Fault("CopyRejected");
                        project.Run("Invoke-RedshiftSql dw 'ALTER TABLE sales.orders ALTER COLUMN note TYPE VARCHAR(2000)'").Clean();
                    }

                    break;
            }

            return project;
        }

        public void Dispose()
        {
            Environment.SetEnvironmentVariable("PATH", _path);
            Environment.SetEnvironmentVariable("CRONTAB_FILE", null);
            Directory.Delete(_bin, recursive: true);
            _sandbox.Dispose();
        }
    }
}
