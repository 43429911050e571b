using System.Net.Http.Headers;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class SandboxFaultTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Faults_given_at_the_start_strike_as_often_as_was_said_and_are_listed_and_reset_by_call()
    {
        using ModuleSession session = fixture.Open();
        Outcome outcome = session.Run("""
            $broken = Start-EtlSandbox -Fault @{ Kind = 'Statement'; Pattern = '^SELECT 42'; Action = 'Error'; SqlState = '42501'; Message = 'asked for'; Times = 1 },
                @{ Kind = 'S3'; Operation = 'PutObject'; Status = 403; Code = 'AccessDenied'; Times = 2 }
            Invoke-RedshiftSql $broken.Warehouse 'SELECT 42 AS x'
            (Invoke-RedshiftSql $broken.Warehouse 'SELECT 42 AS x').x
            $broken
            """);
        try
        {
            Assert.Contains("asked for", Assert.Single(outcome.Errors).ToString(), StringComparison.Ordinal);
            Assert.Equal("42", outcome.Output[0].ToString());
            dynamic admin = outcome.Output[1].Properties["Admin"].Value;
            using var client = new HttpClient { BaseAddress = new Uri((string)admin.Url) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)admin.Token);
            string listed = await client.GetStringAsync(new Uri("/faults", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Contains("\"struck\":1", listed, StringComparison.Ordinal);
            Assert.Contains("PutObject", listed, StringComparison.Ordinal);
            using HttpResponseMessage reset = await client.DeleteAsync(new Uri("/faults", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True(reset.IsSuccessStatusCode);
            Assert.Equal("[]", await client.GetStringAsync(new Uri("/faults", UriKind.Relative), TestContext.Current.CancellationToken));
        }
        finally
        {
            session.Run("$broken | Stop-EtlSandbox");
        }
    }

    [Theory]
    [InlineData("@{ Kind = 'Statement'; Patern = 'x' }", "'patern' is unknown; a fault has action,")]
    [InlineData("@{ Kind = 'Weather' }", "the value of kind makes no sense")]
    [InlineData("@{ Kind = 'Load' }", "a load fault needs atByte")]
    [InlineData("@{ Times = 1 }", "kind")]
    [InlineData("@{ Kind = 'Statement'; Pattern = '(' }", "'('")]
    public void A_fault_that_makes_no_sense_is_refused_before_anything_is_started(string fault, string said)
    {
        using ModuleSession session = fixture.Open();
        Outcome outcome = session.Run($"Start-EtlSandbox -Fault {fault}");
        Assert.Empty(outcome.Output);
        Assert.Contains(said, Assert.Single(outcome.Errors).ToString(), StringComparison.Ordinal);
    }
}
