using System.Text;
using System.Text.RegularExpressions;

namespace RedshiftEtl.Host.Tests;

/// <summary>docs/Tutorial.md, followed literally in an empty folder: every block of code is run in one session, and what the page says comes out has to.</summary>
public partial class TutorialTests
{
    [Fact]
    public async Task The_tutorial_can_be_followed_step_by_step()
    {
        string folder = Directory.CreateTempSubdirectory("etltutorial").FullName;
        try
        {
            Match[] blocks = Block().Matches(await File.ReadAllTextAsync(Path.Combine(HostProcess.Checkout, "docs", "Tutorial.md"), TestContext.Current.CancellationToken)).Where(block => block.Groups[2].Value != "skip").ToArray();
            var script = new StringBuilder($"$null = $ExecutionContext.SessionState.Path.SetLocation('{folder}')\n");
            for (int i = 0; i < blocks.Length; i++)
            {
                if (blocks[i].Groups[1].Value == "powershell")
                {
                    // Each block by itself, as at a prompt: a table of one is not continued by the next.
                    string code = $". {{\n{blocks[i].Groups[3].Value}}} | Out-Default\n";
                    script.Append(blocks[i].Groups[2].Value == "fails" ? $"'@@{i}'\ntry {{ $ErrorActionPreference = 'Stop'; {code} }} catch {{ $_.Exception.Message }}\n" : $"'@@{i}'\n$ErrorActionPreference = 'Stop'\n{code}");
                }
            }

            using var host = new HostProcess();
            HostResult result = await HostProcess.RunAsync(host.Script(script.ToString(), "tutorial.ps1"));
            Assert.True(result.ExitCode == 0, $"{result.Output}\n{result.Errors}");
            for (int i = 1; i < blocks.Length; i++)
            {
                if (blocks[i].Groups[1].Value == "text")
                {
                    string output = Squeeze(result.Output[result.Output.IndexOf($"@@{i - 1}\n", StringComparison.Ordinal)..].Split("\n@@")[0]);
                    Assert.All(blocks[i].Groups[3].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries), line =>
                        Assert.Matches(Regex.Escape(Squeeze(line)).Replace("…", ".*", StringComparison.Ordinal), output));
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Blanks and line ends as the width of the window has them do not count.</summary>
    private static string Squeeze(string text) => Blanks().Replace(text, " ").Trim();

    [GeneratedRegex("```(powershell|text)(?: (skip|fails))?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
