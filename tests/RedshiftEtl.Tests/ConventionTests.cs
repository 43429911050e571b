using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class ConventionTests
{
    private static readonly string[] s_changing = ["Invoke", "Send", "Stop", "Export", "Remove", "Resume", "Set", "New", "Optimize", "Register", "Unregister"];

    [Fact]
    public void Verbs_are_approved_and_cmdlets_say_what_they_return_and_whether_they_change_something()
    {
        string[] verbs = new[] { typeof(VerbsCommon), typeof(VerbsData), typeof(VerbsLifecycle), typeof(VerbsDiagnostic), typeof(VerbsCommunications), typeof(VerbsSecurity), typeof(VerbsOther) }
            .SelectMany(type => type.GetFields()).Select(field => (string)field.GetValue(null)!).ToArray();
        Assert.All(Cmdlets(), cmdlet =>
        {
            Assert.Contains(cmdlet.Verb, verbs);
            Assert.NotEmpty(cmdlet.OutputType);
            Assert.Equal(s_changing.Contains(cmdlet.Verb), cmdlet.Parameters.ContainsKey("WhatIf"));
        });
    }

    [Fact]
    public void A_parameter_has_the_same_type_everywhere()
    {
        string[] several = ["Name", "Source", "Job"];
        var types = Cmdlets().SelectMany(cmdlet => cmdlet.Parameters.Values)
            .GroupBy(parameter => parameter.Name, parameter => parameter.ParameterType, StringComparer.OrdinalIgnoreCase);
        Assert.All(types.Where(group => !several.Contains(group.Key)), group => Assert.Single(group.Distinct()));
    }

    [Fact]
    public void Nouns_and_parameters_are_singular_switches_are_switches_and_passwords_credentials()
    {
        Assert.All(Cmdlets(), cmdlet =>
        {
            Assert.DoesNotMatch("[^s]s$", cmdlet.Noun);
            Assert.All(cmdlet.Parameters.Values.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name)), parameter =>
            {
                Assert.DoesNotMatch("[^su]s$", parameter.Name);
                Assert.NotEqual(typeof(bool), parameter.ParameterType);
                Assert.False(parameter.Name.Contains("Password", StringComparison.Ordinal) && parameter.ParameterType == typeof(string), parameter.Name);
            });
        });
    }

    [Fact]
    public void The_manifest_exports_what_is_there_and_the_import_is_silent()
    {
        using ModuleSession session = new();
        Outcome outcome = session.Run("Import-Module $PWD/RedshiftEtl.psd1 -Force".Replace("$PWD", Path.GetDirectoryName(ModuleSession.ManifestPath), StringComparison.Ordinal)).Clean();
        Assert.Empty(outcome.Output);
        Assert.Empty(outcome.Warnings);
        string[] exported = session.Run($"(Test-ModuleManifest '{ModuleSession.ManifestPath}').ExportedCmdlets.Keys").Clean().Output.Select(item => item.ToString()).Order().ToArray();
        Assert.Equal(exported, Cmdlets().Select(cmdlet => cmdlet.Name).Order());
    }

    [Theory]
    [InlineData("Invoke-EtlJob or", "orders")]
    [InlineData("Get-EtlJob -Tag n", "nightly")]
    [InlineData("Test-EtlJob -Source s", "shop")]
    [InlineData("Invoke-RedshiftSql d", "dw")]
    [InlineData("Test-EtlConnection l", "lake")]
    [InlineData("Invoke-EtlJob orders -Mode O", "Overwrite")]
    [InlineData("Export-EtlSource shop -Compression Z", "Zstd")]
    [InlineData("Unregister-EtlSchedule ni", "nightly-orders")]
    [InlineData("Get-EtlPlan orders -Parameter s", "@{ since = '2026-01-01' }")]
    public void Names_and_enums_complete_from_the_files_alone(string typed, string completion)
    {
        string folder = Directory.CreateTempSubdirectory("etlcomplete").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "jobs", "orders"));
            // Nothing answers there, and no secret is set: a completion that asked for either would be empty.
            File.WriteAllText(Path.Combine(folder, "connections.psd1"), """
                @{ shop = @{ Type = 'SQLite'; DataSource = 'shop.sqlite' }; lake = @{ Type = 'S3'; Bucket = 'b' }
                   dw = @{ Type = 'Redshift'; Host = 'nowhere.invalid'; Database = 'd'; Username = 'u'; Password = @{ Env = 'NOT_SET' } } }
                """);
            File.WriteAllText(Path.Combine(folder, "jobs", "orders", "job.psd1"), "@{ Mode = 'Append'; Table = 't'; Tag = 'nightly'; Parameter = @{ since = '2026-01-01'; days = @{ DaysAgo = 7 } } }");
            Directory.CreateDirectory(Path.Combine(folder, "schedule"));
            File.WriteAllText(Path.Combine(folder, "schedule", "nightly-orders.ps1"), "");
            using ModuleSession session = new(("folder", folder));
            session.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($folder)").Clean();
            string[] found = session.Run($"[Management.Automation.CommandCompletion]::CompleteInput(@'\n{typed}\n'@, {typed.Length}, $null).CompletionMatches | ForEach-Object CompletionText").Clean().Output.Select(item => item.ToString()).ToArray();
            Assert.Contains(completion, found);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_object_has_a_view_of_at_most_80_columns()
    {
        var views = System.Xml.Linq.XDocument.Load(Path.Combine(Path.GetDirectoryName(ModuleSession.ManifestPath)!, "bin", "RedshiftEtl.Format.ps1xml")).Descendants("View").ToArray();
        string[] shown = views.SelectMany(view => view.Descendants("TypeName")).Select(type => type.Value).ToArray();
        Assert.All(Cmdlets().SelectMany(cmdlet => cmdlet.OutputType).Select(type => type.Name).Where(type => type.StartsWith("RedshiftEtl", StringComparison.Ordinal)).Distinct(), type => Assert.Contains(type, shown));
        Assert.All(views, view => Assert.InRange(view.Descendants("TableColumnHeader").Sum(column => 1 + ((int?)column.Element("Width") ?? 8)) - 1, -1, 80));
    }

    private static List<CmdletInfo> Cmdlets()
    {
        using var session = new ModuleSession();
        return session.Run("Get-Command -Module RedshiftEtl -CommandType Cmdlet").Clean().Output.Select(item => (CmdletInfo)item.BaseObject).ToList();
    }
}
