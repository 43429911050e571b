using RedshiftEtl.Sandbox.Copy.Values;

namespace RedshiftEtl.Sandbox.Copy.Statement;

/// <summary>How the data files are compressed; the keyword decides, not the extension (redshift-facts.md 1.4).</summary>
internal enum CopyCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>GZIP.</summary>
    Gzip,

    /// <summary>BZIP2.</summary>
    Bzip2,

    /// <summary>ZSTD.</summary>
    Zstd,
}

/// <summary>The character encoding of the data files.</summary>
internal enum CopyEncoding
{
    /// <summary>UTF-8.</summary>
    Utf8,

    /// <summary>UTF-16 with a byte order mark.</summary>
    Utf16,

    /// <summary>UTF-16, little endian, no mark needed.</summary>
    Utf16LittleEndian,

    /// <summary>UTF-16, big endian, no mark needed.</summary>
    Utf16BigEndian,
}

/// <summary>A parsed COPY statement: what redshift-facts.md 1.1 to 1.4 let it say.</summary>
internal sealed record CopyStatement
{
    /// <summary>The database's name folded to lower case, or null.</summary>
    public string? Database { get; set; }

    /// <summary>The schema's name folded to lower case, or null.</summary>
    public string? Schema { get; set; }

    /// <summary>The table's name folded to lower case.</summary>
    public string Table { get; set; } = "";

    /// <summary>The column list folded to lower case, or null if there is none.</summary>
    public IReadOnlyList<string>? Columns { get; set; }

    /// <summary>The whole s3:// address.</summary>
    public string Source { get; set; } = "";

    /// <summary>What the statement shows to get at the data.</summary>
    public CopyAuthorization? Authorization { get; set; }

    /// <summary>The region of the bucket, or null for the cluster's own.</summary>
    public string? Region { get; set; }

    /// <summary>Whether the source is a manifest.</summary>
    public bool Manifest { get; set; }

    /// <summary>CSV instead of delimited text.</summary>
    public bool Csv { get; set; }

    /// <summary>The delimiter; null for the format's default.</summary>
    public byte? Delimiter { get; set; }

    /// <summary>The quote character; null for the default.</summary>
    public byte? Quote { get; set; }

    /// <summary>Compression of the files.</summary>
    public CopyCompression Compression { get; set; }

    /// <summary>Encoding of the files.</summary>
    public CopyEncoding Encoding { get; set; }

    /// <summary>The string that stands for NULL; null when the statement has no NULL AS.</summary>
    public string? NullAs { get; set; }

    /// <summary>Empty character fields are NULL.</summary>
    public bool EmptyAsNull { get; set; }

    /// <summary>Blank character fields are NULL.</summary>
    public bool BlanksAsNull { get; set; }

    /// <summary>Trailing white space of VARCHAR is dropped.</summary>
    public bool TrimBlanks { get; set; }

    /// <summary>Strings that are too long are cut.</summary>
    public bool TruncateColumns { get; set; }

    /// <summary>Missing trailing columns are filled.</summary>
    public bool FillRecord { get; set; }

    /// <summary>Lines to skip at the beginning of each file.</summary>
    public long IgnoreHeader { get; set; }

    /// <summary>Empty lines are skipped.</summary>
    public bool IgnoreBlankLines { get; set; }

    /// <summary>The character that replaces invalid ones, or null.</summary>
    public byte? AcceptInvalidCharacters { get; set; }

    /// <summary>Unreadable dates are NULL.</summary>
    public bool AcceptAnyDate { get; set; }

    /// <summary>How DATE is read.</summary>
    public DateTimeReading DateFormat { get; set; } = DateTimeReading.Default;

    /// <summary>How TIMESTAMP and TIMESTAMPTZ are read.</summary>
    public DateTimeReading TimeFormat { get; set; } = DateTimeReading.Default;

    /// <summary>A backslash protects the next character of delimited text.</summary>
    public bool Escape { get; set; }

    /// <summary>Surrounding quotes of delimited text are dropped.</summary>
    public bool RemoveQuotes { get; set; }

    /// <summary>Surplus decimals are rounded instead of cut.</summary>
    public bool RoundDecimals { get; set; }

    /// <summary>The data has values for IDENTITY columns.</summary>
    public bool ExplicitIds { get; set; }

    /// <summary>ON (true), OFF (false) or not said (null).</summary>
    public bool? UpdateStatistics { get; set; }

    /// <summary>Errors at which the load fails: 0 and 1 both mean the first.</summary>
    public int MaxError { get; set; }

    /// <summary>No number of errors fails the load.</summary>
    public bool IgnoreAllErrors { get; set; }

    /// <summary>The data is read and checked, not loaded.</summary>
    public bool NoLoad { get; set; }
}
