using System.Text;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Makes texts such that Redshift can hold them.</summary>
internal static class TextRepair
{
    /// <summary>As much of a UTF-8 text as fits, cut between characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bytes">The bytes it may have.</param>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, int bytes)
    {
        if (text.Length <= bytes)
        {
            return text;
        }

        int end = bytes;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return text[..end];
    }

    /// <summary>The text with U+FFFD for whatever is no UTF-8, as Unicode recommends it.</summary>
    public static byte[] ReplaceBroken(ReadOnlySpan<byte> text) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));

    /// <summary>The text with U+FFFD for every NUL.</summary>
    public static byte[] ReplaceNul(ReadOnlySpan<byte> text) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).Replace('\0', '\uFFFD'));
}
