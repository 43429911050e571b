namespace RedshiftEtl.Engine.Extract;

/// <summary>How parts are written and how COPY reads them: the encoders and the COPY clause both take it from here, so they cannot drift.
/// Comma, double quote, doubled quotes inside, LF at the end of every row, no header, UTF-8 without a byte order mark.</summary>
/// <param name="NullMarker">What stands, unquoted, for NULL. An empty text is an empty field, in quotes where we write it ourselves and without where PostgreSQL does: COPY takes both for an empty text (fact sheet 1.5 rule 1).
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

    /// <summary>Refuses a marker that could be a number, a date, a boolean or hexadecimal digits, or that CSV or COPY would read otherwise than it is written.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>.</exception>
    public void Check()
    {
        const string OfNumbers = "0123456789abcdefABCDEFtT+-.: ";
        bool isWritable = NullMarker.All(sign => sign is > ' ' and < (char)0x7F and not ('"' or ',' or '\\' or '\''));
        if (!isWritable || NullMarker.All(sign => OfNumbers.Contains(sign, StringComparison.Ordinal)))
        {
            throw new EtlException(Fault.ArgumentInvalid, $"The NULL marker '{NullMarker}' cannot be used.", NullMarker, null,
                "Use printable ASCII without blanks, quotes, commas and backslashes, that no number, date or boolean looks like; for example ~NULL~.");
        }
    }
}
