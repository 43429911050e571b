using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RedshiftEtl.Sandbox.S3.Signing;

namespace RedshiftEtl.Sandbox.S3;

/// <summary>A request as S3 reads it: which bucket and key, which subresource.</summary>
internal sealed class S3Request
{
    private const string VirtualHostSuffix = ".localhost";

    /// <summary>Reads the request's line and headers.</summary>
    /// <exception cref="S3Exception">The path or query can't be decoded.</exception>
    public S3Request(HttpContext http)
    {
        Http = http;
        Id = Convert.ToHexString(Guid.NewGuid().ToByteArray().AsSpan(0, 8));
        // As it came: the server's own reading would resolve dots and slashes, which are parts of keys.
        string target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith('/') && Uri.TryCreate(target, UriKind.Absolute, out _))
            target = target.IndexOf('/', target.IndexOf("//", StringComparison.Ordinal) + 2) is var path and > 0 ? target[path..] : "/";
        int question = target.IndexOf('?', StringComparison.Ordinal);
        RawPath = question < 0 ? target : target[..question];
        Query = question < 0 ? [] : [.. target[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Pair)];

        string host = http.Request.Host.Host;
        string resource = UriText.Decode(RawPath, plusIsSpace: false)[1..];
        if (host.EndsWith(VirtualHostSuffix, StringComparison.OrdinalIgnoreCase))
        {
            Bucket = host[..^VirtualHostSuffix.Length];
            Key = resource;
        }
        else
        {
            int slash = resource.IndexOf('/', StringComparison.Ordinal);
            Bucket = slash < 0 ? resource : resource[..slash];
            Key = slash < 0 ? "" : resource[(slash + 1)..];
        }
    }

    /// <summary>The HTTP exchange.</summary>
    public HttpContext Http { get; }

    /// <summary>Tells this request from others in errors.</summary>
    public string Id { get; }

    /// <summary>The path as it stands in the request line.</summary>
    public string RawPath { get; }

    /// <summary>The query's parameters, decoded, in their order.</summary>
    public IReadOnlyList<(string Name, string Value)> Query { get; }

    /// <summary>The bucket; empty for the service itself.</summary>
    public string Bucket { get; }

    /// <summary>The key; empty for the bucket itself.</summary>
    public string Key { get; }

    /// <summary>How the body is to be verified; known once the signature was checked.</summary>
    public PayloadSigning Payload { get; set; } = PayloadSigning.Unsigned;

    /// <summary>The HTTP method.</summary>
    public string Method => Http.Request.Method;

    /// <summary>A query parameter's value, or null.</summary>
    public string? Parameter(string name)
    {
        foreach ((string other, string value) in Query)
            if (other == name) return value;
        return null;
    }

    /// <summary>Whether the query has the parameter, with or without a value.</summary>
    public bool Has(string name) => Parameter(name) is not null;

    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => Http.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    private static (string Name, string Value) Pair(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? (UriText.Decode(text, plusIsSpace: true), "")
            : (UriText.Decode(text[..equals], plusIsSpace: true), UriText.Decode(text[(equals + 1)..], plusIsSpace: true));
    }
}
