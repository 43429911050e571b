using System.Globalization;

namespace RedshiftEtl.Engine.Extract.Sqlite;

/// <summary>How a column's values are written.</summary>
internal enum SqliteKind
{
    /// <summary>By each value's own storage class.</summary>
    ByValue,

    /// <summary>0 and 1 as f and t.</summary>
    Boolean,

    /// <summary>Numbers without an exponent.</summary>
    Decimal,

    /// <summary>Text as it is; numbers are seconds since 1970 or Julian days.</summary>
    Date,

    /// <summary>Text as it is; numbers are seconds since 1970 or Julian days.</summary>
    Timestamp,
}

/// <summary>One row of the type table.</summary>
/// <param name="Declared">Which declared types it is for, for the docs.</param>
/// <param name="Fits">Whether it is for a declared type (in upper case), and whether that has facets.</param>
/// <param name="Kind">How the values are written.</param>
/// <param name="RedshiftType">The Redshift type; {0} and {1} are facets as <see cref="SqliteTypes"/> adapts them.</param>
/// <param name="Written">What stands in the CSV, for the docs.</param>
internal sealed record SqliteType(string Declared, Func<string, bool, bool> Fits, SqliteKind Kind, string RedshiftType, string Written);

/// <summary>The type table of SQLite (fact sheet 7.4): a declared type → how values are written and which Redshift type holds them.</summary>
internal static class SqliteTypes
{
    private const string Time = "text as it is; whole numbers as seconds since 1970, others as Julian days";
    private const string Shortest = "the shortest digits that read back the same";

    /// <summary>The rows; the first that fits counts.</summary>
    public static IReadOnlyList<SqliteType> Table { get; } =
    [
        new("begins with BOOL", (type, _) => Begins(type, "BOOL"), SqliteKind.Boolean, "BOOLEAN", "0 and 1 as f and t"),
        new("begins with DATETIME or TIMESTAMP", (type, _) => Begins(type, "DATETIME", "TIMESTAMP"), SqliteKind.Timestamp, "TIMESTAMP", Time),
        new("begins with DATE", (type, _) => Begins(type, "DATE"), SqliteKind.Date, "DATE", Time),
        new("begins with DEC or NUMERIC, with (p,s)", (type, hasFacets) => hasFacets && Begins(type, "DEC", "NUMERIC"), SqliteKind.Decimal, "DECIMAL({0},{1})", "digits without an exponent"),
        new("begins with DEC or NUMERIC, without", (type, _) => Begins(type, "DEC", "NUMERIC"), SqliteKind.ByValue, "DOUBLE PRECISION", Shortest),
        new("contains INT", (type, _) => type.Contains("INT", StringComparison.Ordinal), SqliteKind.ByValue, "BIGINT", "digits"),
        new("begins with REAL, FLOA or DOUB", (type, _) => Begins(type, "REAL", "FLOA", "DOUB"), SqliteKind.ByValue, "DOUBLE PRECISION", Shortest),
        new("begins with BLOB", (type, _) => Begins(type, "BLOB"), SqliteKind.ByValue, "VARBYTE(16777216)", "hexadecimal digits"),
        new("contains CHAR, with (n)", (type, hasFacets) => hasFacets && type.Contains("CHAR", StringComparison.Ordinal), SqliteKind.ByValue, "VARCHAR({0})", "text"),
        new("none (an expression), and all others", (_, _) => true, SqliteKind.ByValue, "VARCHAR(65535)", "by each value's own type"),
    ];

    /// <summary>The row for a declared type; an expression has none.</summary>
    public static (SqliteKind Kind, string RedshiftType) Map(string declared)
    {
        string type = declared.ToUpperInvariant();
        (int? precision, int? scale) = Arguments(type);
        SqliteType row = Table.First(row => row.Fits(type, precision is > 0));
        return (row.Kind, row.Kind == SqliteKind.Decimal
            ? string.Format(CultureInfo.InvariantCulture, row.RedshiftType, precision == 19 ? 20 : Math.Min(precision!.Value, 38), Math.Min(scale ?? 0, 37))
            : string.Format(CultureInfo.InvariantCulture, row.RedshiftType, Math.Min((precision ?? 0) * 4L, 65_535)));
    }

    /// <summary>Whether the Redshift type holds text, so that an empty text is a value of it and not NULL.</summary>
    public static bool IsText(string redshiftType) => redshiftType.StartsWith("VARCHAR", StringComparison.Ordinal);

    private static bool Begins(string type, params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (type.StartsWith(word, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static (int? Precision, int? Scale) Arguments(string type)
    {
        int open = type.IndexOf('(', StringComparison.Ordinal);
        int close = type.IndexOf(')', StringComparison.Ordinal);
        if (open < 0 || close < open)
        {
            return (null, null);
        }

        int?[] numbers = type[(open + 1)..close].Split(',')
            .Select(part => int.TryParse(part, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int number) ? number : (int?)null)
            .ToArray();
        return (numbers[0], numbers.Length > 1 ? numbers[1] : null);
    }
}
