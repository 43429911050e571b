using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace RedshiftEtl.Sandbox.S3;

/// <summary>S3's XML documents.</summary>
internal static class S3Xml
{
    private const int LargestDocument = 4 * 1024 * 1024;
    private static readonly XNamespace s_namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    /// <summary>An element in S3's namespace.</summary>
    public static XElement Element(string name, params object?[] content) => new(s_namespace + name, content);

    /// <summary>A time as S3 writes it in XML.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The account as the owner of everything.</summary>
    public static XElement Owner(string element = "Owner") =>
        Element(element, Element("ID", new string('0', 63) + "1"), Element("DisplayName", "sandbox"));

    /// <summary>Answers with a document.</summary>
    public static async Task WriteAsync(HttpResponse response, XElement root, int status = StatusCodes.Status200OK)
    {
        response.StatusCode = status;
        response.ContentType = "application/xml";
        using var text = new MemoryStream();
        // A key may have characters that XML hasn't; S3 escapes them all the same.
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), CheckCharacters = false, NewLineHandling = NewLineHandling.Entitize };
        using (XmlWriter writer = XmlWriter.Create(text, settings)) root.Save(writer);
        response.ContentLength = text.Length;
        await response.Body.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), response.HttpContext.RequestAborted);
    }

    /// <summary>Reads a request's document.</summary>
    /// <param name="file">The file that has it.</param>
    /// <param name="root">The root element's name.</param>
    /// <exception cref="S3Exception">It isn't such a document.</exception>
    public static XElement Read(string file, string root)
    {
        if (new FileInfo(file).Length > LargestDocument) throw S3Exception.MalformedXml();
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CheckCharacters = false };
        try
        {
            using XmlReader reader = XmlReader.Create(file, settings);
            XElement read = XElement.Load(reader, LoadOptions.PreserveWhitespace);
            return read.Name.LocalName == root ? read : throw S3Exception.MalformedXml();
        }
        catch (XmlException)
        {
            throw S3Exception.MalformedXml();
        }
    }

    /// <summary>The child elements of that name, in whatever namespace the client chose.</summary>
    public static IEnumerable<XElement> Children(this XElement parent, string name) => parent.Elements().Where(e => e.Name.LocalName == name);

    /// <summary>The text of the first child of that name, or null.</summary>
    public static string? Child(this XElement parent, string name) => parent.Children(name).FirstOrDefault()?.Value;
}
