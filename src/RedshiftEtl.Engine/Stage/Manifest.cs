using System.Text.Encodings.Web;
using System.Text.Json;

namespace RedshiftEtl.Engine.Stage;

/// <summary>The manifest, the one object that COPY names (fact sheet 1.2).</summary>
internal static class Manifest
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Its text in UTF-8: every part with its length, mandatory, because COPY skips what is missing otherwise.</summary>
    public static byte[] Write(IEnumerable<EtlPart> parts) => JsonSerializer.SerializeToUtf8Bytes(
        new { entries = parts.Select(part => new { url = part.Location, mandatory = true, meta = new { content_length = part.Bytes } }) }, s_options);
}
