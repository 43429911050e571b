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

/// <summary>The type table of SQLite (fact sheet 7.4): a declared type → how values are written and which Redshift type holds them.</summary>
internal static class SqliteTypes
{
    /// <summary>The row for a declared type; an expression has none.</summary>
    public static (SqliteKind Kind, string RedshiftType) Map(string declared)
    {
        string type = declared.ToUpperInvariant();
        (int? precision, int? scale) = Arguments(type);
        return type switch
        {
            "" => (SqliteKind.ByValue, "VARCHAR(65535)"),
            _ when Is("BOOL") => (SqliteKind.Boolean, "BOOLEAN"),
            _ when Is("DATETIME") || Is("TIMESTAMP") => (SqliteKind.Timestamp, "TIMESTAMP"),
            _ when Is("DATE") => (SqliteKind.Date, "DATE"),
            _ when Is("DEC") || Is("NUMERIC") => precision is null
                ? (SqliteKind.ByValue, "DOUBLE PRECISION")
                : (SqliteKind.Decimal, $"DECIMAL({(precision == 19 ? 20 : Math.Min(precision.Value, 38))},{Math.Min(scale ?? 0, 37)})"),
            _ when type.Contains("INT", StringComparison.Ordinal) => (SqliteKind.ByValue, "BIGINT"),
            _ when Is("REAL") || Is("FLOA") || Is("DOUB") => (SqliteKind.ByValue, "DOUBLE PRECISION"),
            _ when Is("BLOB") => (SqliteKind.ByValue, "VARBYTE(16777216)"),
            _ when type.Contains("CHAR", StringComparison.Ordinal) && precision is > 0 => (SqliteKind.ByValue, $"VARCHAR({Math.Min(precision.Value * 4L, 65_535)})"),
            _ => (SqliteKind.ByValue, "VARCHAR(65535)"),
        };

        bool Is(string prefix) => type.StartsWith(prefix, StringComparison.Ordinal);
    }

    /// <summary>Whether the Redshift type holds text, so that an empty text is a value of it and not NULL.</summary>
    public static bool IsText(string redshiftType) => redshiftType.StartsWith("VARCHAR", StringComparison.Ordinal);

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
