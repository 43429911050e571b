using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class ExampleTests
{
    [Fact]
    public void The_example_that_tests_a_job_folder_passes_and_sees_a_wrong_row()
    {
        string folder = Directory.CreateTempSubdirectory("RedshiftEtl-example-").FullName;
        try
        {
            string example = Path.Combine(Path.GetDirectoryName(ModuleSession.ManifestPath)!, "examples", "test-a-job");
            Directory.CreateDirectory(Path.Combine(folder, "jobs", "orders"));
            foreach (string name in new[] { "connections.psd1", "shop.sql", "next-day.sql", "test.ps1", "jobs/orders/job.psd1", "jobs/orders/create.sql", "jobs/orders/delete.sql", "jobs/orders/initial.sql", "jobs/orders/ongoing.sql" })
            {
                File.Copy(Path.Combine(example, name), Path.Combine(folder, name));
            }

            using ModuleSession session = new();
            string script = Path.Combine(folder, "test.ps1");
            Outcome passed = session.Run($"(& '{script}') -join ';'").Clean();
            Assert.Equal("ok: Initial, 3 rows;ok: Ongoing, 4 rows", passed.Only().ToString());

            File.WriteAllText(script, File.ReadAllText(script).Replace("'3|8.00|<>'", "'3|9.00|<>'", StringComparison.Ordinal));
            Outcome refused = session.Run($"try {{ $null = & '{script}' }} catch {{ $_.Exception.Message }}").Clean();
            Assert.StartsWith("After the Ongoing load, expected:", refused.Only().ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_example_that_has_its_jobs_written_merges_what_has_changed()
    {
        using ModuleSession session = new();
        string script = Path.Combine(Path.GetDirectoryName(ModuleSession.ManifestPath)!, "examples", "new-job", "new-job.ps1");
        string[] output = session.Run($"& '{script}'").Clean().Output.Select(item => item.ToString()).ToArray();
        Assert.Contains("customers Initial Succeeded (2 rows)", output);
        Assert.Contains("orders: 1 new, 1 replaced", output);
        Assert.Contains("1-1 tea 3.00", output);
        Assert.Contains("2-1 pot 19.90", output);
    }
}
