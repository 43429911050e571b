namespace RedshiftEtl.Engine.Extract;

/// <summary>How parts are written and how COPY reads them: the encoders and the COPY clause both take it from here, so they cannot drift.
/// Comma, double quote, doubled quotes inside, LF at the end of every row, no header, UTF-8 without a byte order mark.</summary>
/// <param name="NullMarker">What stands, unquoted, for NULL. An empty string is written as <c>""</c>, everything else by itself, quoted where it must be.
/// A text value equal to the marker cannot be told from NULL under every reading of fact sheet 1.5 rule 4, so an extract that meets one fails.</param>
public sealed record CsvDialect(string NullMarker)
{
    /// <summary>The field separator.</summary>
    public const byte Delimiter = (byte)',';

    /// <summary>The quote.</summary>
    public const byte Quote = (byte)'"';

    /// <summary>The end of a row.</summary>
    public const byte RowEnd = (byte)'\n';

    /// <summary>The dialect used unless another marker is asked for. No backslash in the marker: how COPY reads one there is not documented (fact sheet 1.5).</summary>
    public static CsvDialect Default { get; } = new("~NULL~");
}
