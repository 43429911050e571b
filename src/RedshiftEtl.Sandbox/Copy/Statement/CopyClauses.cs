using RedshiftEtl.Sandbox.Copy.Values;

namespace RedshiftEtl.Sandbox.Copy.Statement;

/// <summary>One reader for each clause that may follow the source (redshift-facts.md 1.1, 1.3, 1.4).</summary>
internal static class CopyClauses
{
    private static readonly Dictionary<string, Action<CopyParser, CopyStatement>> s_readers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["IAM_ROLE"] = (p, s) => Authorize(s, p.TryTake("DEFAULT") ? CopyAuthorization.DefaultRole : CopyAuthorization.FromRoles(p.TakeString())),
        ["ACCESS_KEY_ID"] = ReadKeys,
        ["WITH"] = (p, s) => { p.Expect("CREDENTIALS"); ReadCredentials(p, s); },
        ["CREDENTIALS"] = ReadCredentials,
        ["REGION"] = (p, s) => { p.TryTake("AS"); s.Region = p.TakeString(); },
        ["MANIFEST"] = (_, s) => s.Manifest = true,
        ["ENCRYPTED"] = (_, _) => throw CopyErrors.Lacking("client-side encryption (ENCRYPTED)"),
        ["MASTER_SYMMETRIC_KEY"] = (_, _) => throw CopyErrors.Lacking("client-side encryption (MASTER_SYMMETRIC_KEY)"),
        ["FORMAT"] = ReadFormat,
        ["CSV"] = (_, s) => s.Csv = true,
        ["QUOTE"] = (p, s) => { p.TryTake("AS"); s.Quote = OneByte(p, "QUOTE"); },
        ["DELIMITER"] = (p, s) => { p.TryTake("AS"); s.Delimiter = OneByte(p, "DELIMITER"); },
        ["FIXEDWIDTH"] = (_, _) => throw CopyErrors.Lacking("FIXEDWIDTH"),
        ["JSON"] = (_, _) => throw CopyErrors.Lacking("FORMAT JSON"),
        ["AVRO"] = (_, _) => throw CopyErrors.Lacking("FORMAT AVRO"),
        ["PARQUET"] = (_, _) => throw CopyErrors.Lacking("FORMAT PARQUET"),
        ["ORC"] = (_, _) => throw CopyErrors.Lacking("FORMAT ORC"),
        ["SHAPEFILE"] = (_, _) => throw CopyErrors.Lacking("FORMAT SHAPEFILE"),
        ["GZIP"] = (_, s) => Compress(s, CopyCompression.Gzip),
        ["BZIP2"] = (_, s) => Compress(s, CopyCompression.Bzip2),
        ["ZSTD"] = (_, s) => Compress(s, CopyCompression.Zstd),
        ["LZOP"] = (_, _) => throw CopyErrors.Lacking("LZOP"),
        ["ACCEPTANYDATE"] = (_, s) => s.AcceptAnyDate = true,
        ["ACCEPTINVCHARS"] = ReadReplacement,
        ["BLANKSASNULL"] = (_, s) => s.BlanksAsNull = true,
        ["EMPTYASNULL"] = (_, s) => s.EmptyAsNull = true,
        ["DATEFORMAT"] = (p, s) => { p.TryTake("AS"); s.DateFormat = DateTimeReading.ForDate(p.TakeString()); },
        ["TIMEFORMAT"] = (p, s) => { p.TryTake("AS"); s.TimeFormat = DateTimeReading.ForTime(p.TakeString()); },
        ["ENCODING"] = ReadEncoding,
        ["ESCAPE"] = (_, s) => s.Escape = true,
        ["EXPLICIT_IDS"] = (_, s) => s.ExplicitIds = true,
        ["FILLRECORD"] = (_, s) => s.FillRecord = true,
        ["IGNOREBLANKLINES"] = (_, s) => s.IgnoreBlankLines = true,
        ["IGNOREHEADER"] = (p, s) => { p.TryTake("AS"); s.IgnoreHeader = p.TakeNumber(0, int.MaxValue, "IGNOREHEADER"); },
        ["NULL"] = (p, s) => { p.TryTake("AS"); s.NullAs = CopyLiteral.Option(p.TakeRaw()); },
        ["REMOVEQUOTES"] = (_, s) => s.RemoveQuotes = true,
        ["ROUNDEC"] = (_, s) => s.RoundDecimals = true,
        ["TRIMBLANKS"] = (_, s) => s.TrimBlanks = true,
        ["TRUNCATECOLUMNS"] = (_, s) => s.TruncateColumns = true,
        ["COMPROWS"] = (p, _) => p.TakeNumber(1000, int.MaxValue, "COMPROWS"),
        ["COMPUPDATE"] = (p, _) => { if (!p.TryTake("PRESET")) Switch(p); },
        ["STATUPDATE"] = (p, s) => s.UpdateStatistics = Switch(p),
        ["MAXERROR"] = (p, s) => { p.TryTake("AS"); s.MaxError = (int)p.TakeNumber(0, 100_000, "MAXERROR"); },
        ["IGNOREALLERRORS"] = (_, s) => s.IgnoreAllErrors = true,
        ["NOLOAD"] = (_, s) => s.NoLoad = true,
        ["READRATIO"] = (_, _) => throw CopyErrors.Lacking("sources other than S3 (READRATIO)"),
        ["SSH"] = (_, _) => throw CopyErrors.Lacking("sources other than S3 (SSH)"),
        ["JOB"] = (_, _) => throw CopyErrors.Lacking("JOB"),
    };

    /// <summary>Reads clauses up to the end of the statement.</summary>
    public static void ReadAll(CopyParser parser, CopyStatement statement)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (parser.Current.Kind != CopyTokenKind.End)
        {
            CopyToken clause = parser.Current;
            if (clause.Kind != CopyTokenKind.Word || !s_readers.TryGetValue(clause.Text, out var read))
                throw parser.Unexpected();
            if (!seen.Add(clause.Text))
                throw CopyErrors.Syntax("conflicting or redundant options", clause.Offset);
            parser.Take();
            read(parser, statement);
        }
        if (seen.Contains("MAXERROR") && statement.IgnoreAllErrors)
            throw CopyErrors.Syntax("MAXERROR and IGNOREALLERRORS options cannot be used together");
    }

    private static void Authorize(CopyStatement statement, CopyAuthorization authorization)
    {
        if (statement.Authorization is not null)
            throw CopyErrors.Syntax("Only one of IAM_ROLE, ACCESS_KEY_ID and SECRET_ACCESS_KEY, or CREDENTIALS may be specified");
        statement.Authorization = authorization;
    }

    private static void ReadKeys(CopyParser parser, CopyStatement statement)
    {
        string id = parser.TakeString();
        parser.Expect("SECRET_ACCESS_KEY");
        string secret = parser.TakeString();
        string? token = parser.TryTake("SESSION_TOKEN") ? parser.TakeString() : null;
        Authorize(statement, new CopyAuthorization(null, id, secret, token));
    }

    private static void ReadCredentials(CopyParser parser, CopyStatement statement)
    {
        parser.TryTake("AS");
        Authorize(statement, CopyAuthorization.FromString(parser.TakeString()));
    }

    private static void ReadFormat(CopyParser parser, CopyStatement statement)
    {
        parser.TryTake("AS");
        if (parser.TryTake("CSV"))
            statement.Csv = true;
        else if (!IsFormat(parser.Current))
            throw parser.Unexpected();
    }

    private static bool IsFormat(CopyToken token) =>
        token.Kind == CopyTokenKind.Word
        && token.Text.ToUpperInvariant() is "DELIMITER" or "FIXEDWIDTH" or "JSON" or "AVRO" or "PARQUET" or "ORC" or "SHAPEFILE";

    private static void Compress(CopyStatement statement, CopyCompression compression)
    {
        if (statement.Compression != CopyCompression.None)
            throw CopyErrors.Syntax("Only one of GZIP, BZIP2, LZOP and ZSTD may be specified");
        statement.Compression = compression;
    }

    private static byte OneByte(CopyParser parser, string option)
    {
        int offset = parser.Current.Offset;
        string text = CopyLiteral.Option(parser.TakeRaw());
        return text.Length == 1 && text[0] <= 0x7f
            ? (byte)text[0]
            : throw CopyErrors.Syntax($"COPY {option} must be a single ASCII character", offset);
    }

    private static void ReadReplacement(CopyParser parser, CopyStatement statement)
    {
        bool required = parser.TryTake("AS");
        statement.AcceptInvalidCharacters = required || parser.Current.Kind == CopyTokenKind.Literal ? OneByte(parser, "ACCEPTINVCHARS") : (byte)'?';
        if (statement.AcceptInvalidCharacters == 0)
            throw CopyErrors.Syntax("COPY ACCEPTINVCHARS replacement must not be NUL");
    }

    private static void ReadEncoding(CopyParser parser, CopyStatement statement)
    {
        parser.TryTake("AS");
        CopyToken token = parser.Current;
        statement.Encoding = token.Kind is CopyTokenKind.Word or CopyTokenKind.Literal
            ? token.Text.ToUpperInvariant() switch
            {
                "UTF8" => CopyEncoding.Utf8,
                "UTF16" => CopyEncoding.Utf16,
                "UTF16LE" => CopyEncoding.Utf16LittleEndian,
                "UTF16BE" => CopyEncoding.Utf16BigEndian,
                _ => throw parser.Unexpected(),
            }
            : throw parser.Unexpected();
        parser.Take();
    }

    private static bool Switch(CopyParser parser)
    {
        if (parser.TryTake("OFF") || parser.TryTake("FALSE"))
            return false;
        if (!parser.TryTake("ON"))
            parser.TryTake("TRUE");
        return true;
    }
}
