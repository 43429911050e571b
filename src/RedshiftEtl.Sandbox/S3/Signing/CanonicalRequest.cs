using System.Text;

namespace RedshiftEtl.Sandbox.S3.Signing;

/// <summary>The text of a request that signature version 4 signs.</summary>
internal static class CanonicalRequest
{
    /// <summary>The text.</summary>
    /// <param name="request">The request.</param>
    /// <param name="signedHeaders">Names of the signed headers, lower-case, sorted.</param>
    /// <param name="payloadHash">The last line: the body's hash, or the word that stands for it.</param>
    public static string Text(S3Request request, IReadOnlyList<string> signedHeaders, string payloadHash)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append('\n');
        text.Append(UriText.Encode(UriText.Decode(request.RawPath, plusIsSpace: false), keepSlash: true)).Append('\n');
        text.AppendJoin('&', request.Query
            .Where(q => q.Name != "X-Amz-Signature")
            .Select(q => (Name: UriText.Encode(q.Name, keepSlash: false), Value: UriText.Encode(q.Value, keepSlash: false)))
            .OrderBy(q => q.Name, StringComparer.Ordinal).ThenBy(q => q.Value, StringComparer.Ordinal)
            .Select(q => $"{q.Name}={q.Value}")).Append('\n');
        foreach (string name in signedHeaders)
            text.Append(name).Append(':').AppendJoin(',', request.Http.Request.Headers[name].Select(v => Collapse(v ?? ""))).Append('\n');
        text.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(payloadHash);
        return text.ToString();
    }

    private static string Collapse(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
