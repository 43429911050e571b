using System.Text;

namespace RedshiftEtl.Engine.Extract.Files;

/// <summary>Encodings of files by their names.</summary>
internal static class FileEncoding
{
    /// <summary>What bytes that are no text become while a file is decoded: a code that Unicode keeps out of texts, so that the field can be found again.</summary>
    public const char Broken = '\uFDD0';

    /// <summary>The encoding; null if there is none of the name.</summary>
    public static Encoding? Find(string name)
    {
        var broken = new DecoderReplacementFallback(Broken.ToString());
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, broken)
                ?? Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, broken);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
