using System.Text;

namespace RedshiftEtl.Sandbox.S3;

/// <summary>Percent-encoding as S3's signatures and its encoding-type=url have it: UTF-8, upper-case hex, only unreserved characters bare.</summary>
internal static class UriText
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Encodes text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="keepSlash">Whether "/" stays, as in paths.</param>
    public static string Encode(string text, bool keepSlash)
    {
        var encoded = new StringBuilder(text.Length + 16);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~' || (c == '/' && keepSlash)) encoded.Append(c);
            else encoded.Append('%').Append(Convert.ToHexString([b]));
        }
        return encoded.ToString();
    }

    /// <summary>Decodes text as it stands in a request.</summary>
    /// <param name="text">Text with percent escapes.</param>
    /// <param name="plusIsSpace">Whether "+" stands for a space, as in queries.</param>
    /// <exception cref="S3Exception">The escapes aren't UTF-8.</exception>
    public static string Decode(string text, bool plusIsSpace)
    {
        if (!text.Contains('%', StringComparison.Ordinal) && !(plusIsSpace && text.Contains('+', StringComparison.Ordinal))) return text;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            if (b == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                b = Convert.FromHexString([(char)bytes[i + 1], (char)bytes[i + 2]])[0];
                i += 2;
            }
            else if (b == '+' && plusIsSpace)
            {
                b = (byte)' ';
            }
            bytes[length++] = b;
        }
        try
        {
            return s_strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new S3Exception(System.Net.HttpStatusCode.BadRequest, "InvalidURI", "Couldn't parse the specified URI.");
        }
    }
}
