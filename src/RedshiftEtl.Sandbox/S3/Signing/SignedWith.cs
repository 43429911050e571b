using System.Globalization;
using System.Net;

namespace RedshiftEtl.Sandbox.S3.Signing;

/// <summary>What a request says about its signature.</summary>
/// <param name="Credential">Access key and scope, separated by slashes.</param>
/// <param name="SignedHeaders">Names of the signed headers, lower-case, in the order signed.</param>
/// <param name="Signature">The signature, lower-case hex.</param>
/// <param name="Time">When it was signed, as x-amz-date has it.</param>
/// <param name="Expires">For how many seconds a presigned URL holds; null for a signature in a header.</param>
internal sealed record SignedWith(IReadOnlyList<string> Credential, IReadOnlyList<string> SignedHeaders, string Signature, string Time, int? Expires)
{
    /// <summary>The access key's id.</summary>
    public string AccessKey => string.Join('/', Credential.Take(Credential.Count - 4)); // a key may have slashes

    /// <summary>The scope's day, yyyyMMdd.</summary>
    public string Day => Credential[^4];

    /// <summary>The scope's region.</summary>
    public string Region => Credential[^3];

    /// <summary>The scope's service.</summary>
    public string Service => Credential[^2];

    /// <summary>The scope's last word.</summary>
    public string Terminator => Credential[^1];

    /// <summary>The scope as it is signed.</summary>
    public string Scope => string.Join('/', Credential.Skip(Credential.Count - 4));

    /// <summary>Reads an Authorization header.</summary>
    /// <exception cref="S3Exception">It lacks a part.</exception>
    public static SignedWith FromHeader(string authorization, string? date)
    {
        var parts = authorization[SigningKey.Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).Where(part => part.Length == 2)
            .GroupBy(part => part[0], StringComparer.Ordinal).ToDictionary(part => part.Key, part => part.First()[1], StringComparer.Ordinal);
        string Part(string name) => parts.TryGetValue(name, out string? value) ? value
            : throw new S3Exception(HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed", $"The authorization header is malformed; missing {name}.");
        return new SignedWith(Split(Part("Credential"), "AuthorizationHeaderMalformed"), Headers(Part("SignedHeaders")), Part("Signature"), date ?? "", null);
    }

    /// <summary>Reads a presigned URL's query.</summary>
    /// <exception cref="S3Exception">It lacks a parameter.</exception>
    public static SignedWith FromQuery(S3Request request)
    {
        const string error = "AuthorizationQueryParametersError";
        string Part(string name) => request.Parameter(name)
            ?? throw new S3Exception(HttpStatusCode.BadRequest, error,
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        if (Part("X-Amz-Algorithm") != SigningKey.Algorithm)
            throw new S3Exception(HttpStatusCode.BadRequest, error, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
        if (!int.TryParse(Part("X-Amz-Expires"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int expires))
            throw new S3Exception(HttpStatusCode.BadRequest, error, "X-Amz-Expires should be a number");
        return new SignedWith(Split(Part("X-Amz-Credential"), error), Headers(Part("X-Amz-SignedHeaders")), Part("X-Amz-Signature"), Part("X-Amz-Date"), expires);
    }

    private static string[] Split(string credential, string error)
    {
        string[] parts = credential.Split('/');
        return parts.Length >= 5 ? parts
            : throw new S3Exception(HttpStatusCode.BadRequest, error,
                "The Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
    }

    private static string[] Headers(string list) => [.. list.Split(';').Select(name => name.ToLowerInvariant())];
}
