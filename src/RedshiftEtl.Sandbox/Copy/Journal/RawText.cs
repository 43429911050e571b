namespace RedshiftEtl.Sandbox.Copy.Journal;

/// <summary>Shows input bytes as the load error tables do: 1024 at most, multibyte characters and NUL as periods (redshift-facts.md 6).</summary>
internal static class RawText
{
    private const int MaxBytes = 1024;

    /// <summary>The text of the bytes.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, MaxBytes)];
        Span<char> text = stackalloc char[MaxBytes];
        int length = 0;
        foreach (byte b in bytes)
        {
            // The bytes that follow the first of a character add no period of their own.
            if ((b & 0xc0) != 0x80)
                text[length++] = b is 0 or > 0x7f ? '.' : (char)b;
        }
        return new string(text[..length]);
    }
}
