using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace RedshiftEtl.Tests.Hosting;

/// <summary>A sandbox of a test class's own, which breaks on demand: faults would strike other tests on the shared one.</summary>
public sealed class BreakingSandbox : IDisposable
{
    private readonly SandboxFixture _fixture = new();
    private readonly HttpClient _client;

    public BreakingSandbox()
    {
        dynamic admin = System.Management.Automation.PSObject.AsPSObject(_fixture.Sandbox).Properties["Admin"].Value;
        _client = new HttpClient { BaseAddress = new Uri((string)admin.Url) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)admin.Token);
    }

    /// <summary>A project on this sandbox.</summary>
    public ProjectFolder Project() => _fixture.Project();

    /// <summary>A session with $sandbox.</summary>
    public ModuleSession Open() => _fixture.Open();

    /// <summary>Forgets all faults and begins to count statements.</summary>
    public async Task ResetAsync() => (await _client.DeleteAsync(new Uri("/faults", UriKind.Relative), TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

    /// <summary>Adds a fault: the members that the admin endpoint takes.</summary>
    public async Task BreakAsync(object fault)
    {
        using HttpResponseMessage answer = await _client.PostAsJsonAsync(new Uri("/faults", UriKind.Relative), fault, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>How often faults have struck.</summary>
    public async Task<int> StruckAsync()
    {
        using JsonDocument faults = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/faults", UriKind.Relative), TestContext.Current.CancellationToken));
        return faults.RootElement.EnumerateArray().Sum(fault => fault.TryGetProperty("struck", out JsonElement struck) ? struck.GetInt32() : 0);
    }

    /// <summary>The statements since the last reset, in order.</summary>
    public Task<string[]> StatementsAsync() => SeenAsync("sql");

    /// <summary>The comments before the statements since the last reset, in order; "" for none.</summary>
    public Task<string[]> CommentsAsync() => SeenAsync("comment");

    private async Task<string[]> SeenAsync(string member)
    {
        using JsonDocument statements = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/statements", UriKind.Relative), TestContext.Current.CancellationToken));
        return statements.RootElement.EnumerateArray().Select(statement => statement.GetProperty(member).GetString()!).ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _fixture.Dispose();
    }
}
