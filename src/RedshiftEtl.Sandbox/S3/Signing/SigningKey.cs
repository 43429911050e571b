using System.Security.Cryptography;
using System.Text;

namespace RedshiftEtl.Sandbox.S3.Signing;

/// <summary>Signature version 4's arithmetic.</summary>
internal static class SigningKey
{
    /// <summary>The algorithm's name in headers and queries.</summary>
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>SHA-256 of nothing.</summary>
    public const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The key of one day, region and service.</summary>
    public static byte[] Derive(string secret, string day, string region, string service)
    {
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (string part in (ReadOnlySpan<string>)[day, region, service, "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return key;
    }

    /// <summary>The signature of a text, lower-case hex.</summary>
    public static string Sign(byte[] key, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    /// <summary>SHA-256 of a text's UTF-8, lower-case hex.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Compares signatures in a time that doesn't depend on where they differ.</summary>
    public static bool Same(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}

/// <summary>Signs a body's chunks, each with the signature before it.</summary>
/// <param name="key">The derived key.</param>
/// <param name="time">The request's x-amz-date.</param>
/// <param name="scope">The credential's scope.</param>
/// <param name="seed">The request's own signature.</param>
internal sealed class ChunkSigner(byte[] key, string time, string scope, string seed)
{
    private string _previous = seed;

    /// <summary>The signature that the next chunk must have.</summary>
    /// <param name="hash">The chunk's SHA-256, lower-case hex.</param>
    public string SignChunk(string hash) =>
        _previous = SigningKey.Sign(key, $"AWS4-HMAC-SHA256-PAYLOAD\n{time}\n{scope}\n{_previous}\n{SigningKey.EmptyHash}\n{hash}");

    /// <summary>The signature that the trailing headers must have.</summary>
    /// <param name="trailer">Each header as name:value and a line feed.</param>
    public string SignTrailer(string trailer) =>
        _previous = SigningKey.Sign(key, $"AWS4-HMAC-SHA256-TRAILER\n{time}\n{scope}\n{_previous}\n{SigningKey.Hash(trailer)}");
}
