using System.Diagnostics;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

/// <summary>The system's scheduler: what it is given, and what comes of starting that.</summary>
public sealed class ScheduleTests(SandboxFixture fixture) : IDisposable
{
    private readonly string _bin = Directory.CreateTempSubdirectory("etlcron").FullName;

    private string Table => Path.Combine(_bin, "table");

    [Fact]
    public void An_entry_is_registered_listed_replaced_and_taken_out_and_other_lines_stay()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no crontab.");
        using ProjectFolder project = Project();
        File.WriteAllText(Table, "# mine\n5 4 * * * echo 100\\% sure\n");
        string output = Host(project, """
            Register-EtlSchedule nightly -Interval 5 -ThrottleLimit 3 | ForEach-Object { "$($_.Name) $($_.EveryMinutes)" }
            'a' | Register-EtlSchedule nightly -Interval 60 | ForEach-Object Job
            Register-EtlSchedule nightly | ForEach-Object { "$($_.Name) $($_.EveryMinutes)" }
            Get-EtlSchedule | ForEach-Object { "$($_.Name)|$($_.EveryMinutes)|$($_.Job)|$($_.ThrottleLimit)" }
            """).Output;
        Assert.Equal("nightly 5\na\nnightly 15\nnightly|15||1\nnightly-a|60|a|1\n", output);
        string[] lines = File.ReadAllLines(Table);
        Assert.Equal(6, lines.Length);
        Assert.Equal(["# mine", "5 4 * * * echo 100\\% sure"], lines[..2]);
        Assert.StartsWith("0 * * * * ", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("*/15 * * * * ", lines[5], StringComparison.Ordinal);
        Assert.Contains("project%20 it''s".Replace("%20", " 100\\%", StringComparison.Ordinal).Replace("''", "'\\''", StringComparison.Ordinal), lines[5], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(project.Folder, "schedule", "nightly-a.ps1")));

        Host(project, "Get-EtlSchedule nightly* | Unregister-EtlSchedule");
        Assert.Equal(["# mine", "5 4 * * * echo 100\\% sure"], File.ReadAllLines(Table));
        Assert.Empty(Directory.GetFiles(Path.Combine(project.Folder, "schedule"), "*.ps1"));
        (int exitCode, _, string errors) = Host(project, "Unregister-EtlSchedule nightly -ErrorVariable failed; $failed.FullyQualifiedErrorId; exit 3");
        Assert.Equal(3, exitCode);
        Assert.Contains("No schedule 'nightly' is registered", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cron_starts_runs_what_is_due_and_ends_with_1_when_a_job_failed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no crontab.");
        using ProjectFolder project = Project();
        Host(project, "Register-EtlSchedule nightly");
        string command = File.ReadAllLines(Table)[1]["*/15 * * * * ".Length..].Replace("\\%", "%", StringComparison.Ordinal);
        Assert.Equal(0, Cron(command).ExitCode);
        Assert.False(project.HasTable("a"));

        foreach (string job in new[] { "a", "b" })
        {
            File.SetLastWriteTimeUtc(Path.Combine(project.Folder, "jobs", job, "job.psd1"), DateTime.UtcNow.AddDays(-3));
        }

        Assert.Equal(1, Cron(command).ExitCode);
        Assert.True(project.HasTable("a"));
        string log = File.ReadAllText(Path.Combine(project.Folder, "schedule", "nightly.log"));
        Assert.Contains("a Initial Succeeded (1 rows)", log, StringComparison.Ordinal);
        Assert.Contains("ERROR   SqlInvalid: initial.sql, line 1", log, StringComparison.Ordinal);

        // Both have had their time.
        Assert.Equal(0, Cron(command).ExitCode);

        // What cannot be found out is a failure too, and it is in the log.
        project.Write("jobs/a/job.psd1", "@{ Modus = 'Append' }");
        Assert.Equal(1, Cron(command).ExitCode);
        Assert.Contains("'Modus' is not a key of job 'a'", File.ReadAllText(Path.Combine(project.Folder, "schedule", "nightly.log")), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_prints_the_entry_and_writes_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no crontab.");
        using ProjectFolder project = Project();
        string output = Host(project, "Register-EtlSchedule nightly -WhatIf | ForEach-Object Entry").Output;
        Assert.Contains("What if: Performing the operation \"Register\" on target \"*/15 * * * * ", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("\n*/15 * * * * ", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Table));
        Assert.False(Directory.Exists(Path.Combine(project.Folder, "schedule")));
    }

    [Fact]
    public void A_name_of_another_project_and_a_job_without_a_schedule_are_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no crontab.");
        using ProjectFolder project = Project(), other = Project();
        project.Job("c", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.c' }");
        Host(project, "Register-EtlSchedule nightly");
        Assert.Contains("is registered already, for the project", Host(other, "Register-EtlSchedule nightly").Errors, StringComparison.Ordinal);
        Assert.Contains("Job 'c' has no Schedule", Host(project, "Register-EtlSchedule nightly -Job c").Errors, StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(Table).Length);
    }

    [Fact]
    public void Without_a_crontab_program_it_is_said_what_to_install()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no crontab.");
        using ProjectFolder project = Project();
        File.Delete(Path.Combine(_bin, "crontab"));
        (_, _, string errors) = Host(project, "Register-EtlSchedule nightly", path: _bin);
        Assert.Contains("'crontab' could not be started", errors, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_bin, recursive: true);

    private ProjectFolder Project()
    {
        CrontabProgram.Write(_bin);
        var project = new ProjectFolder(fixture, "project 100% it's");
        project.Source("CREATE TABLE data (id INTEGER); INSERT INTO data VALUES (1)");
        project.Run("Invoke-RedshiftSql $sandbox.Warehouse 'CREATE SCHEMA §SCHEMA'").Clean();
        project.Job("a", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.a'; Schedule = 'Daily 00:00' }", "CREATE TABLE §SCHEMA.a (id INTEGER)", "SELECT id FROM data");
        project.Job("b", "@{ Mode = 'Overwrite'; Table = '§SCHEMA.b'; Schedule = 'Daily 00:00' }", "CREATE TABLE §SCHEMA.b (id INTEGER)", "SELECT id FROM nowhere");
        return project;
    }

    /// <summary>Runs a script as a user of the host does, in the project's folder.</summary>
    private (int ExitCode, string Output, string Errors) Host(ProjectFolder project, string script, string? path = null)
    {
        string file = Path.Combine(_bin, "script.ps1");
        File.WriteAllText(file, $"$null = $ExecutionContext.SessionState.Path.SetLocation([Management.Automation.WildcardPattern]::Escape('{project.Folder.Replace("'", "''", StringComparison.Ordinal)}'))\n{script}\n");
        return Start(Environment.ProcessPath is { } dotnet && Path.GetFileNameWithoutExtension(dotnet) == "dotnet" ? dotnet : "dotnet", path, Path.Combine(Path.GetDirectoryName(ModuleSession.ManifestPath)!, "bin", "host", "RedshiftEtl.Host.dll"), file);
    }

    private (int ExitCode, string Output, string Errors) Cron(string command) => Start("/bin/sh", null, "-c", command);

    private (int ExitCode, string Output, string Errors) Start(string program, string? path, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["PATH"] = path ?? $"{_bin}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["CRONTAB_FILE"] = Table;
        start.Environment["NO_COLOR"] = "1";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
