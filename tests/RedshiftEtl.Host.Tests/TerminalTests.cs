using System.Text.RegularExpressions;

namespace RedshiftEtl.Host.Tests;

public sealed partial class TerminalTests : IDisposable
{
    private static readonly Dictionary<string, string> s_plain = [];

    private readonly HostProcess _host = new();

    public TerminalTests() => Assert.SkipUnless(TerminalProcess.IsAvailable, "There is no /usr/bin/script to make a terminal.");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Progress_is_drawn_with_children_below_parents_and_leaves_only_the_output()
    {
        using TerminalProcess terminal = TerminalProcess.Start(s_plain, _host.Script("""
            & {
                [CmdletBinding()] param()
                $job = [Management.Automation.ProgressRecord]::new(1, 'Job orders', 'loading')
                $job.PercentComplete = 45
                $step = [Management.Automation.ProgressRecord]::new(2, 'Extract', '1,000 rows')
                $step.ParentActivityId = 1
                $PSCmdlet.WriteProgress($job)
                $PSCmdlet.WriteProgress($step)
                'in between'
                $job.RecordType = 'Completed'
                $PSCmdlet.WriteProgress($job)
                'the end'
            }
            """));
        (int exitCode, string screen) = await terminal.EndAsync();
        Assert.Contains("Job orders [#########...........]  45 %  loading\n  Extract  1,000 rows", screen, StringComparison.Ordinal);
        Assert.Equal("in between\nthe end\n", Visible(screen));
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Nothing_is_drawn_where_nobody_looks()
    {
        HostResult result = await HostProcess.RunAsync(_host.Script("""
            & { [CmdletBinding()] param() $PSCmdlet.WriteProgress([Management.Automation.ProgressRecord]::new(1, 'Job orders', 'loading')) }
            """));
        Assert.Equal(new HostResult(0, "", ""), result);
    }

    [Theory]
    [InlineData("", "\x1b[33;1mWARNING: careful")]
    [InlineData("1", "\nWARNING: careful")]
    public async Task Colours_are_for_terminals_unless_NO_COLOR_says_otherwise(string noColour, string expected)
    {
        var environment = new Dictionary<string, string> { ["NO_COLOR"] = noColour };
        using TerminalProcess terminal = TerminalProcess.Start(environment, _host.Script("''; & { [CmdletBinding()] param() $PSCmdlet.WriteWarning('careful') }"));
        Assert.Contains(expected, (await terminal.EndAsync()).Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_parameter_is_asked_for()
    {
        using TerminalProcess terminal = TerminalProcess.Start(s_plain, _host.Script("param([Parameter(Mandatory)] [int] $Days) \"$($Days + 1) days\""));
        await terminal.TypeAsync("Days: ", "many\n");
        await terminal.TypeAsync("'many' cannot be used as a Int32", "6\n");
        (int exitCode, string screen) = await terminal.EndAsync();
        Assert.EndsWith("7 days\n", screen, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [Theory]
    [InlineData("n\n", "asked\n")]
    [InlineData("y\n", "asked\ndone\n")]
    public async Task A_confirmation_is_asked_for(string answer, string expected)
    {
        using TerminalProcess terminal = TerminalProcess.Start(s_plain, _host.Script("""
            & { [CmdletBinding(SupportsShouldProcess)] param() $answer = $PSCmdlet.ShouldContinue('Reload?', 'orders'); 'asked'; if ($answer) { 'done' } }
            """));
        await terminal.TypeAsync("(default is \"Y\"): ", answer);
        (int exitCode, string screen) = await terminal.EndAsync();
        Assert.EndsWith(answer + expected, screen, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task A_password_is_asked_for_and_never_shown()
    {
        using TerminalProcess terminal = TerminalProcess.Start(s_plain, _host.Script("""
            $login = $Host.UI.PromptForCredential('Login', 'to dw', 'etl', '')
            $login.UserName + $login.GetNetworkCredential().Password.Length
            """));
        await terminal.TypeAsync("Password for user etl: ", "opens3same\x7f\n");
        (_, string screen) = await terminal.EndAsync();
        Assert.EndsWith("etl9\n", Visible(screen), StringComparison.Ordinal);
        Assert.DoesNotContain("opens3sam", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_leaves_a_question_and_runs_the_clean_up()
    {
        using TerminalProcess terminal = TerminalProcess.Start(s_plain, _host.Script("try { 'name?'; $Host.UI.ReadLine() } finally { [Console]::WriteLine('cleaned') }"));
        await terminal.TypeAsync("name?", "\x03");
        (int exitCode, string screen) = await terminal.EndAsync();
        Assert.EndsWith("cleaned\n", screen, StringComparison.Ordinal);
        Assert.Equal(130, exitCode);
    }

    [Fact]
    public async Task A_second_Ctrl_C_ends_a_clean_up_that_hangs()
    {
        using TerminalProcess terminal = TerminalProcess.Start(s_plain, _host.Script("""
            try { 'started'; while ($true) { } } finally { [Console]::WriteLine('cleaning'); [Threading.Thread]::Sleep(-1) }
            """));
        await terminal.TypeAsync("started", "\x03");
        await terminal.TypeAsync("cleaning", "\x03");
        Assert.Equal(130, (await terminal.EndAsync()).ExitCode);
    }

    /// <summary>What a screen would show in the end, for the few sequences that the host uses: clearing a line, and the line above it, downwards.</summary>
    private static string Visible(string screen)
    {
        string text = Modes().Replace(screen, "");
        while (ClearBelow().Match(text) is { Success: true } clear)
        {
            int start = clear.Index;
            int above = clear.Groups["up"].Success ? int.Parse(clear.Groups["up"].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
            for (int line = 0; line <= above; line++)
            {
                start = start == 0 ? 0 : text.LastIndexOf('\n', start - 1);
            }

            text = text[..(start + 1)] + text[(clear.Index + clear.Length)..];
        }

        return text;
    }

    [GeneratedRegex(@"\x1b\[\?\d+[hl]|\x1b=|\x1b>")]
    private static partial Regex Modes();

    [GeneratedRegex(@"\r(?:\x1b\[(?<up>\d+)A)?\x1b\[0J")]
    private static partial Regex ClearBelow();
}
