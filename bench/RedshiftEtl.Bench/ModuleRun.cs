using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace RedshiftEtl.Bench;

/// <summary>What a user waits for at a prompt: the import, the list of 500 jobs, a completion among them. Each in processes of its own, as at the first time.</summary>
internal static class ModuleRun
{
    private const int Jobs = 500;

    /// <summary>Runs a child for each round and returns the medians in Markdown.</summary>
    public static string Run(int rounds)
    {
        string[][] lines = [.. Enumerable.Range(0, rounds).Select(_ => Shell.Run("dotnet", typeof(ModuleRun).Assembly.Location, "module", Manifest()).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        string[] names = ["Import-Module", $"Get-EtlJob -SkipHistory of {Jobs} jobs, the first time", "the same, the second time", "completion of a job's name among them"];
        return "| | ms |\n|---|---:|\n" + string.Concat(names.Select((name, i) => string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {lines.Select(line => double.Parse(line[i], CultureInfo.InvariantCulture)).Order().ElementAt(rounds / 2):F0} |\n")));
    }

    /// <summary>Measures once and prints milliseconds, a line for each.</summary>
    public static void Measure(string manifest)
    {
        string folder = Directory.CreateTempSubdirectory("etljobs").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "connections.psd1"), "@{ src = @{ Type = 'SQLite'; DataSource = 'x' } }");
            for (int i = 0; i < Jobs; i++)
            {
                string job = Directory.CreateDirectory(Path.Combine(folder, "jobs", $"job{i}")).FullName;
                File.WriteAllText(Path.Combine(job, "job.psd1"), $"@{{ Mode = 'Overwrite'; Table = 's.t{i}'; Parameter = @{{ since = @{{ DaysAgo = 7 }} }}; Schedule = 'Daily 02:30'; Tag = 'nightly' }}");
                File.WriteAllText(Path.Combine(job, "ongoing.sql"), "SELECT 1 AS one");
            }

            using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
            runspace.Open();
            Time(runspace, "$null = Get-Command Get-Module");
            Console.WriteLine(Time(runspace, $"Import-Module '{manifest}'"));
            string list = $"$null = Get-EtlJob -SkipHistory -Project '{folder}'";
            Console.WriteLine(Time(runspace, list));
            Console.WriteLine(Time(runspace, list));
            string typed = $"Invoke-EtlJob -Project '{folder}' -Name job12";
            string complete = $"$null = [Management.Automation.CommandCompletion]::CompleteInput(\"{typed}\", {typed.Length}, $null).CompletionMatches.Count";
            Time(runspace, complete);
            Console.WriteLine(Time(runspace, complete));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Time(Runspace runspace, string script)
    {
        using var shell = PowerShell.Create(runspace);
        shell.AddScript(script);
        var clock = Stopwatch.StartNew();
        shell.Invoke();
        clock.Stop();
        return shell.HadErrors
            ? throw new InvalidOperationException(shell.Streams.Error[0].ToString())
            : clock.Elapsed.TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture);
    }

    private static string Manifest()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "RedshiftEtl.psd1")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? throw new InvalidOperationException("Not in a checkout."), "RedshiftEtl.psd1");
    }
}
