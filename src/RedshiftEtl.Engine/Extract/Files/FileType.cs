using System.Globalization;

namespace RedshiftEtl.Engine.Extract.Files;

/// <summary>What the fields of a column are read as.</summary>
internal enum FileKind
{
    /// <summary>As they are.</summary>
    Text,

    /// <summary>t, true, yes, 1 and their opposites.</summary>
    Boolean,

    /// <summary>Whole numbers.</summary>
    Integer,

    /// <summary>Numbers with a fixed number of decimals.</summary>
    Decimal,

    /// <summary>Floating point numbers.</summary>
    Double,

    /// <summary>Dates.</summary>
    Date,

    /// <summary>Times of day.</summary>
    Time,

    /// <summary>Dates with a time.</summary>
    Timestamp,

    /// <summary>Dates with a time and an offset, UTC if they have none.</summary>
    TimestampTz,
}

/// <summary>A type of a file's column.</summary>
/// <param name="Kind">What its fields are read as.</param>
/// <param name="RedshiftType">The Redshift type.</param>
/// <param name="Precision">Digits of a DECIMAL.</param>
/// <param name="Scale">Decimals of a DECIMAL.</param>
internal sealed record FileType(FileKind Kind, string RedshiftType, int Precision = 0, int Scale = 0)
{
    private static readonly Dictionary<string, FileKind> s_kinds = new(StringComparer.Ordinal)
    {
        ["BOOLEAN"] = FileKind.Boolean,
        ["SMALLINT"] = FileKind.Integer,
        ["INTEGER"] = FileKind.Integer,
        ["INT"] = FileKind.Integer,
        ["BIGINT"] = FileKind.Integer,
        ["DECIMAL"] = FileKind.Decimal,
        ["NUMERIC"] = FileKind.Decimal,
        ["REAL"] = FileKind.Double,
        ["DOUBLE PRECISION"] = FileKind.Double,
        ["DATE"] = FileKind.Date,
        ["TIME"] = FileKind.Time,
        ["TIMESTAMP"] = FileKind.Timestamp,
        ["TIMESTAMPTZ"] = FileKind.TimestampTz,
        ["CHAR"] = FileKind.Text,
        ["VARCHAR"] = FileKind.Text,
        ["SUPER"] = FileKind.Text,
    };

    /// <summary>The types' names.</summary>
    public static IEnumerable<string> Names => s_kinds.Keys;

    /// <summary>A type by its name with facets, such as <c>decimal(12,2)</c>; null if there is none.</summary>
    public static FileType? Find(string text)
    {
        string type = text.ToUpperInvariant().Replace(" (", "(", StringComparison.Ordinal);
        int open = type.IndexOf('(', StringComparison.Ordinal);
        if (!s_kinds.TryGetValue(open < 0 ? type : type[..open], out FileKind kind) || (open >= 0 && !type.EndsWith(')')))
        {
            return null;
        }

        int[] facets = open < 0 ? [] : type[(open + 1)..^1].Split(',')
            .Select(facet => int.TryParse(facet.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1).ToArray();
        if (kind == FileKind.Decimal)
        {
            // Redshift's own default (fact sheet 7.2).
            (int precision, int scale) = (facets.ElementAtOrDefault(0) is var first && first != 0 ? first : 18, facets.ElementAtOrDefault(1));
            return precision is >= 1 and <= 38 && scale >= 0 && scale <= precision && facets.Length <= 2
                ? new FileType(kind, string.Create(CultureInfo.InvariantCulture, $"DECIMAL({precision},{scale})"), precision, scale) : null;
        }

        return facets.Length == 0 || (kind == FileKind.Text && facets is [> 0 and <= RedshiftLimits.TextBytes])
            ? new FileType(kind, type == "INT" ? "INTEGER" : type == "VARCHAR" ? "VARCHAR(65535)" : type) : null;
    }
}
