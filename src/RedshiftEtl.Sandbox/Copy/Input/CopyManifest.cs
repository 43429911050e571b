using System.Text.Json;

namespace RedshiftEtl.Sandbox.Copy.Input;

/// <summary>An entry of a manifest.</summary>
/// <param name="Address">The object, by its full key.</param>
/// <param name="Mandatory">Whether COPY fails when the object is missing; false unless written.</param>
internal sealed record ManifestEntry(S3Address Address, bool Mandatory);

/// <summary>Reads a manifest (redshift-facts.md 1.2): plain UTF-8 JSON; keys that COPY doesn't need, such as meta, are passed over.</summary>
internal static class CopyManifest
{
    /// <summary>The entries in their order; one listed twice is there twice.</summary>
    /// <exception cref="FormatException">Not a manifest; the message says why.</exception>
    public static IReadOnlyList<ManifestEntry> Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("entries", out JsonElement entries)
                || entries.ValueKind != JsonValueKind.Array)
                throw new FormatException("'entries' is missing or not an array");
            return entries.EnumerateArray().Select(ReadEntry).ToList();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static ManifestEntry ReadEntry(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("url", out JsonElement url) || url.ValueKind != JsonValueKind.String)
            throw new FormatException("an entry has no 'url'");
        if (!S3Address.TryParse(url.GetString()!, out S3Address address) || address.Key.Length == 0)
            throw new FormatException($"'{url.GetString()}' is not the full path of an S3 object");
        bool mandatory = entry.TryGetProperty("mandatory", out JsonElement flag)
            && flag.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw new FormatException("'mandatory' must be true or false"),
            };
        return new ManifestEntry(address, mandatory);
    }
}
