using System.Globalization;
using System.Xml.Linq;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>ListObjectsV2 and ListObjects.</summary>
internal sealed class Listing(ObjectStore store)
{
    private const int MostKeys = 1000;

    /// <summary>ListObjectsV2.</summary>
    public Task ListV2Async(S3Request request)
    {
        string? token = request.Parameter("continuation-token");
        string? startAfter = request.Parameter("start-after");
        Page page = Read(request, token is null ? startAfter ?? "" : DecodeToken(token));
        Func<string, string> encode = Encoding(request);
        return S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("ListBucketResult",
            S3Xml.Element("Name", request.Bucket), S3Xml.Element("Prefix", encode(page.Prefix)),
            startAfter is null ? null : S3Xml.Element("StartAfter", encode(startAfter)),
            token is null ? null : S3Xml.Element("ContinuationToken", token),
            page.Next is null ? null : S3Xml.Element("NextContinuationToken", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(page.Next))),
            S3Xml.Element("KeyCount", page.Objects.Count + page.Prefixes.Count), S3Xml.Element("MaxKeys", page.Max),
            Delimiter(page, encode), EncodingType(request), S3Xml.Element("IsTruncated", page.Next is not null),
            Contents(page, encode, withOwner: request.Parameter("fetch-owner") == "true"), Prefixes(page, encode)));
    }

    /// <summary>ListObjects, the first version.</summary>
    public Task ListV1Async(S3Request request)
    {
        string marker = request.Parameter("marker") ?? "";
        Page page = Read(request, marker);
        Func<string, string> encode = Encoding(request);
        return S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("ListBucketResult",
            S3Xml.Element("Name", request.Bucket), S3Xml.Element("Prefix", encode(page.Prefix)), S3Xml.Element("Marker", encode(marker)),
            // Without a delimiter the client takes the last key.
            page.Next is null || page.Delimiter == "" ? null : S3Xml.Element("NextMarker", encode(page.Next)),
            S3Xml.Element("MaxKeys", page.Max), Delimiter(page, encode), EncodingType(request), S3Xml.Element("IsTruncated", page.Next is not null),
            Contents(page, encode, withOwner: true), Prefixes(page, encode)));
    }

    /// <summary>How a list writes keys: as they are, or percent-encoded when the request asks for it.</summary>
    /// <exception cref="S3Exception">Another encoding.</exception>
    public static Func<string, string> Encoding(S3Request request) => request.Parameter("encoding-type") switch
    {
        null => key => key,
        "url" => key => UriText.Encode(key, keepSlash: true),
        { } other => throw S3Exception.InvalidArgument("Invalid Encoding Method specified in Request", "encoding-type", other),
    };

    /// <summary>The element that names the encoding, or null.</summary>
    public static XElement? EncodingType(S3Request request) => request.Has("encoding-type") ? S3Xml.Element("EncodingType", "url") : null;

    /// <summary>A number in a query.</summary>
    /// <exception cref="S3Exception">It isn't one, or is out of range.</exception>
    public static int Number(S3Request request, string name, int most)
    {
        string? text = request.Parameter(name);
        if (string.IsNullOrEmpty(text)) return most;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            throw S3Exception.InvalidArgument($"Provided {name} not an integer or within integer range", name, text);
        if (number < 0) throw S3Exception.InvalidArgument($"Argument {name} must be an integer between 0 and 2147483647", name, text);
        return Math.Min(number, most);
    }

    private Page Read(S3Request request, string after)
    {
        var page = new Page(request.Parameter("prefix") ?? "", request.Parameter("delimiter") ?? "", Number(request, "max-keys", MostKeys));
        if (page.Max == 0) return page;
        string last = after;
        foreach (StoredObject stored in store.List(request.Bucket, page.Prefix))
        {
            if (KeyOrder.Instance.Compare(stored.Key, after) <= 0) continue;
            string? common = page.CommonPrefix(stored.Key);
            // A page that ended with this prefix has told of all its keys.
            if (common is not null && common == after) continue;
            if (common is not null && page.Prefixes is [.., var previous] && previous == common) continue;
            if (page.Objects.Count + page.Prefixes.Count == page.Max)
            {
                page.Next = last;
                break;
            }
            if (common is null) page.Objects.Add(stored);
            else page.Prefixes.Add(common);
            last = common ?? stored.Key;
        }
        return page;
    }

    private static string DecodeToken(string token)
    {
        byte[] decoded = new byte[token.Length];
        return Convert.TryFromBase64String(token, decoded, out int length)
            ? System.Text.Encoding.UTF8.GetString(decoded, 0, length)
            : throw S3Exception.InvalidArgument("The continuation token provided is incorrect", "continuation-token", token);
    }

    private static XElement? Delimiter(Page page, Func<string, string> encode) => page.Delimiter == "" ? null : S3Xml.Element("Delimiter", encode(page.Delimiter));

    private static IEnumerable<XElement> Prefixes(Page page, Func<string, string> encode) =>
        page.Prefixes.Select(p => S3Xml.Element("CommonPrefixes", S3Xml.Element("Prefix", encode(p))));

    private static IEnumerable<XElement> Contents(Page page, Func<string, string> encode, bool withOwner) =>
        page.Objects.Select(o => S3Xml.Element("Contents",
            S3Xml.Element("Key", encode(o.Key)), S3Xml.Element("LastModified", S3Xml.Time(o.LastModified)), S3Xml.Element("ETag", o.ETag),
            o.Attributes.Checksum is { } checksum
                ? new[] { S3Xml.Element("ChecksumAlgorithm", checksum.Algorithm.ToUpperInvariant()), S3Xml.Element("ChecksumType", checksum.Type) } : null,
            S3Xml.Element("Size", o.Length), withOwner ? S3Xml.Owner() : null, S3Xml.Element("StorageClass", ObjectHeaders.StorageClassOf(o.Attributes))));

    /// <summary>One answer's worth of keys.</summary>
    private sealed class Page(string prefix, string delimiter, int max)
    {
        public string Prefix { get; } = prefix;

        public string Delimiter { get; } = delimiter;

        public int Max { get; } = max;

        public List<StoredObject> Objects { get; } = [];

        public List<string> Prefixes { get; } = [];

        /// <summary>The last key or prefix told of, if there are more.</summary>
        public string? Next { get; set; }

        /// <summary>The key up to the first delimiter behind the prefix, if it has one.</summary>
        public string? CommonPrefix(string key)
        {
            if (Delimiter == "") return null;
            int at = key.IndexOf(Delimiter, Prefix.Length, StringComparison.Ordinal);
            return at < 0 ? null : key[..(at + Delimiter.Length)];
        }
    }
}
