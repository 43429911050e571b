using System.Net;
using System.Xml.Linq;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>Objects' tags: in a header as a query, in documents as XML.</summary>
internal static class Tagging
{
    private const int Most = 10;

    /// <summary>Reads the x-amz-tagging header.</summary>
    /// <exception cref="S3Exception">The tags are too many, too long, or twice there.</exception>
    public static IReadOnlyDictionary<string, string> FromHeader(string? header) =>
        Checked((header ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .Select(pair => (UriText.Decode(pair[0], plusIsSpace: true), pair.Length == 2 ? UriText.Decode(pair[1], plusIsSpace: true) : "")));

    /// <summary>Reads a Tagging document.</summary>
    /// <exception cref="S3Exception">The tags are too many, too long, or twice there.</exception>
    public static IReadOnlyDictionary<string, string> FromXml(XElement tagging) =>
        Checked(tagging.Children("TagSet").SelectMany(set => set.Children("Tag"))
            .Select(tag => (tag.Child("Key") ?? throw S3Exception.MalformedXml(), tag.Child("Value") ?? "")));

    /// <summary>Writes a Tagging document.</summary>
    public static XElement ToXml(IReadOnlyDictionary<string, string> tags) =>
        S3Xml.Element("Tagging", S3Xml.Element("TagSet", tags.Select(t => S3Xml.Element("Tag", S3Xml.Element("Key", t.Key), S3Xml.Element("Value", t.Value)))));

    private static Dictionary<string, string> Checked(IEnumerable<(string Key, string Value)> pairs)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in pairs)
        {
            if (key.Length is 0 or > 128) throw Invalid("The TagKey you have provided is invalid");
            if (value.Length > 256) throw Invalid("The TagValue you have provided is invalid");
            if (!tags.TryAdd(key, value)) throw Invalid("Cannot provide multiple Tags with the same key");
        }
        if (tags.Count > Most) throw new S3Exception(HttpStatusCode.BadRequest, "BadRequest", "Object tags cannot be greater than 10");
        return tags;
    }

    private static S3Exception Invalid(string message) => new(HttpStatusCode.BadRequest, "InvalidTag", message);
}
