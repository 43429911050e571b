using System.IO.Compression;
using System.Xml.Linq;

namespace RedshiftEtl.Host.Tests;

public sealed class HostTests : IDisposable
{
    private readonly HostProcess _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_script_finds_the_module_its_folder_and_its_arguments()
    {
        string script = _host.Script("""
            param([string] $Name, [switch] $Loud, [int] $Number)
            "$Name $Loud $($Number + 1) $([IO.Path]::GetFileName($PSCommandPath)) $($args.Count)"
            (Get-Command Invoke-EtlJob).ModuleName
            """);
        HostResult result = await HostProcess.RunAsync(script, "-Name", "it's a \"name\"", "-Loud", "-Number:41", "left", "over");
        Assert.Equal("it's a \"name\" True 42 script.ps1 2\nRedshiftEtl\n", result.Output);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("throw 'no'", 1)]
    [InlineData("Get-EtlJob -Project /nosuch; 'after'", 1)]
    [InlineData("try { Get-EtlJob -Project /nosuch -ErrorAction Stop } catch { exit 7 }", 7)]
    [InlineData("try { throw 'no' } catch { 'handled' }", 0)]
    [InlineData("Get-EtlConnection -Project /nosuch -ErrorAction SilentlyContinue", 1)]
    [InlineData("if (", 1)]
    [InlineData("#Requires -Version 99.0", 1)]
    [InlineData("Get-EtlJob -Project /nosuch -ErrorAction Continue; exit 0", 0)]
    [InlineData("& dotnet --nosuch 2>$null; exit 0", 0)]
    [InlineData("& dotnet /nosuch.dll; 'the program failed, the script did not'", 0)]
    [InlineData("[Console]::Error.WriteLine('a note'); $Host.UI.WriteErrorLine('another')", 0)]
    [InlineData("try { throw 'no' } catch { $_ }", 0)]
    [InlineData("$Host.UI.PromptForChoice('c', 'm', @([Management.Automation.Host.ChoiceDescription]::new('&Yes')), 0)", 1)]
    public async Task The_exit_code_is_the_scripts_own_and_never_0_after_an_unhandled_error(string text, int expected) =>
        Assert.Equal(expected, (await HostProcess.RunAsync(_host.Script(text))).ExitCode);

    [Fact]
    public async Task Streams_go_where_pwsh_sends_them()
    {
        HostResult result = await HostProcess.RunAsync(_host.Script("""
            $VerbosePreference = 'Continue'
            'output'
            & { [CmdletBinding()] param() $PSCmdlet.WriteVerbose('told'); $PSCmdlet.WriteWarning('careful') }
            $Host.UI.WriteLine('to the host')
            Get-EtlJob -Project /nosuch -ErrorAction Continue
            """));
        Assert.Contains("output\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("VERBOSE: told", result.Output, StringComparison.Ordinal);
        Assert.Contains("WARNING: careful", result.Output, StringComparison.Ordinal);
        Assert.Contains("to the host", result.Output, StringComparison.Ordinal);
        Assert.Contains("connections.psd1", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', result.Output + result.Errors);
    }

    [Fact]
    public async Task What_a_program_writes_to_its_error_stream_is_shown_there_as_it_stands()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Written for sh.");
        HostResult result = await HostProcess.RunAsync(_host.Script("& sh -c 'echo out; echo note >&2; exit 3'; \"code $LASTEXITCODE\""));
        Assert.Equal(new HostResult(0, "out\ncode 3\n", "note\n"), result);
    }

    [Theory]
    [InlineData("Write-Output 'x'", true)]
    [InlineData("nosuch-program", false)]
    public async Task Who_misses_PowerShells_own_cmdlets_is_told_why(string text, bool expected)
    {
        HostResult result = await HostProcess.RunAsync(_host.Script(text));
        Assert.Equal(expected, result.Errors.Contains("docs/RedshiftEtl.Host.md", StringComparison.Ordinal));
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task A_script_in_a_folder_with_brackets_runs()
    {
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(_host.Script(""))!, "a[1]"));
        string script = _host.Script("[IO.Path]::GetFileName($PSScriptRoot)", "a[1]/script.ps1");
        Assert.Equal(new HostResult(0, "a[1]\n", ""), await HostProcess.RunAsync(script));
    }

    [Fact]
    public async Task Objects_are_shown_by_the_modules_views()
    {
        HostResult result = await HostProcess.RunAsync("-Command", $"Get-EtlConnection -Project '{Path.Combine(HostProcess.Checkout, "examples", "quickstart")}'");
        Assert.Matches(@"Name +Type +Target *\n-+ +-+ +-+ *\nshop +SQLite +\S+shop\.sqlite", result.Output);
        Assert.All(result.Output.Split('\n'), line => Assert.True(line.Length <= 120));
    }

    [Theory]
    [InlineData("nosuch.ps1", "nosuch.ps1")]
    [InlineData("-Nonsense", "-Nonsense")]
    public async Task A_wrong_command_line_is_said_and_exits_with_64(string argument, string expected)
    {
        HostResult result = await HostProcess.RunAsync(argument);
        Assert.Equal(64, result.ExitCode);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 130)]
    [InlineData(false, 143)]
    public async Task A_signal_stops_the_script_and_its_clean_up_runs(bool isInterrupt, int expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        string marker = Path.Combine(Path.GetDirectoryName(_host.Script(""))!, "cleaned");
        string script = _host.Script($"try {{ 'started'; while ($true) {{ }} }} finally {{ [IO.File]::WriteAllText('{marker}', 'x') }}", "loop.ps1");
        (string first, HostResult result) = await HostProcess.SignalAsync(isInterrupt, script);
        Assert.Equal("started", first);
        Assert.Equal(expected, result.ExitCode);
        Assert.True(File.Exists(marker));
    }

    [Fact]
    public async Task The_packaged_module_sandbox_and_host_work_where_they_are_installed()
    {
        string folder = Path.GetDirectoryName(_host.Script(""))!;
        string modules = Path.Combine(folder, "modules");
        string output = Path.Combine(HostProcess.Checkout, "out");
        HostResult packaged = await HostProcess.RunAsync(Path.Combine(HostProcess.Checkout, "build.ps1"), "-Task", "Package");
        Assert.True(packaged.ExitCode == 0, packaged.Output + packaged.Errors);
        Copy(Path.Combine(output, "RedshiftEtl"), Path.Combine(modules, "RedshiftEtl"));
        Copy(Path.Combine(output, "RedshiftEtl.Host", "tools"), Path.Combine(folder, "host"));
        string script = _host.Script("""
            (Get-Module RedshiftEtl).ModuleBase
            (Get-Help Invoke-EtlJob).Synopsis
            $sandbox = Start-EtlSandbox
            try { (Test-EtlConnection $sandbox.Warehouse, $sandbox.Stage).Succeeded } finally { Stop-EtlSandbox $sandbox }
            """);
        HostResult without = await HostProcess.RunInAsync(Path.Combine(folder, "host"), modules, script);
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("Install-PSResource RedshiftEtl.Sandbox -Version ", without.Errors, StringComparison.Ordinal);

        Copy(Path.Combine(output, "RedshiftEtl.Sandbox"), Path.Combine(modules, "RedshiftEtl.Sandbox", "0.1.0"));
        HostResult result = await HostProcess.RunInAsync(Path.Combine(folder, "host"), modules, script);
        Assert.Equal($"{Path.Combine(modules, "RedshiftEtl")}\nRuns jobs: extract, stage, load, record.\nTrue\nTrue\n", result.Output);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        CheckPackage("RedshiftEtl", "RedshiftEtl.psd1", "bin/RedshiftEtl.dll", "bin/engine/RedshiftEtl.Engine.dll", "en-US/RedshiftEtl.dll-Help.xml", "docs/Tutorial.md");
        CheckPackage("RedshiftEtl.Sandbox", "RedshiftEtl.Sandbox.psd1", "sandbox/RedshiftEtl.Sandbox.dll");
        CheckPackage("RedshiftEtl.Host", "tools/RedshiftEtl.Host.dll", "README.md");
    }

    /// <summary>What the packages for NuGet feeds have in them.</summary>
    private static void CheckPackage(string id, params string[] files)
    {
        using ZipArchive package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(Path.Combine(HostProcess.Checkout, "out"), $"{id}.?.*.nupkg")));
        Assert.All(package.Entries, entry => Assert.Equal(new DateTime(2026, 1, 1), entry.LastWriteTime.DateTime));
        string[] expected = [.. files, $"{id}.nuspec", "[Content_Types].xml", "_rels/.rels", "LICENSE", "THIRD-PARTY-NOTICES.txt"];
        Assert.Empty(expected.Except(package.Entries.Select(entry => entry.FullName)));
        using var text = new StreamReader(package.GetEntry($"{id}.nuspec")!.Open());
        XElement metadata = XDocument.Parse(text.ReadToEnd()).Root!.Elements().Single();
        Assert.Equal(id, metadata.Elements().Single(element => element.Name.LocalName == "id").Value);
        Assert.Contains("The main job, end to end.", metadata.Elements().Single(element => element.Name.LocalName == "releaseNotes").Value, StringComparison.Ordinal);
        Assert.Contains("Redshift", metadata.Elements().Single(element => element.Name.LocalName == "tags").Value, StringComparison.Ordinal);
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
