using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox.Faults;

/// <summary>The sandbox's own HTTP endpoint on loopback: faults, statements seen, stop. JSON; a bearer token with every request.</summary>
internal sealed class AdminEndpoint : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private AdminEndpoint(LoopbackServer server) => _server = server;

    /// <summary>The endpoint's address.</summary>
    public Uri Url => _server.Url;

    /// <summary>Starts it.</summary>
    /// <param name="faults">What it shows and changes.</param>
    /// <param name="token">What a caller must know.</param>
    /// <param name="port">The port, or 0 for a free one.</param>
    /// <param name="stop">Called for POST /stop, after the answer was sent.</param>
    /// <param name="cancel">Cancels the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<AdminEndpoint> StartAsync(FaultRegistry faults, string token, int port, Action stop, CancellationToken cancel) =>
        new(await LoopbackServer.StartAsync(port, http => HandleAsync(http, faults, token, stop), cancel));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task HandleAsync(HttpContext http, FaultRegistry faults, string token, Action stop)
    {
        if (!AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization.ToString(), out AuthenticationHeaderValue? given)
            || !given.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given.Parameter ?? ""), Encoding.UTF8.GetBytes(token)))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await AnswerAsync(http, StatusCodes.Status401Unauthorized, new { error = "The bearer token is missing or wrong." });
            return;
        }
        switch (http.Request.Method, http.Request.Path.Value)
        {
            case ("GET", "/faults"):
                await AnswerAsync(http, StatusCodes.Status200OK, faults.List());
                break;
            case ("POST", "/faults"):
                await AddAsync(http, faults);
                break;
            case ("DELETE", "/faults"):
                faults.Reset();
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case ("GET", "/statements"):
                await AnswerAsync(http, StatusCodes.Status200OK, faults.Statements());
                break;
            case ("POST", "/stop"):
                http.Response.StatusCode = StatusCodes.Status202Accepted;
                http.Response.OnCompleted(() =>
                {
                    stop();
                    return Task.CompletedTask;
                });
                break;
            default:
                await AnswerAsync(http, StatusCodes.Status404NotFound, new { error = "There are GET, POST and DELETE /faults, GET /statements, POST /stop." });
                break;
        }
    }

    private static async Task AddAsync(HttpContext http, FaultRegistry faults)
    {
        try
        {
            using var body = new StreamReader(http.Request.Body, Encoding.UTF8);
            faults.Add(FaultRule.Read(await body.ReadToEndAsync(http.RequestAborted)));
            await AnswerAsync(http, StatusCodes.Status201Created, faults.List());
        }
        catch (ArgumentException e)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, new { error = e.Message });
        }
    }

    private static Task AnswerAsync(HttpContext http, int status, object body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.Body, body, FaultRule.Json, http.RequestAborted);
    }
}
