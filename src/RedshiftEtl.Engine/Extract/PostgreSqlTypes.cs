using System.Globalization;

namespace RedshiftEtl.Engine.Extract;

/// <summary>The type table of PostgreSQL (fact sheet 7.4 and 1.7): a source type → how the server is asked to write it → which Redshift type holds it.</summary>
internal static class PostgreSqlTypes
{
    /// <summary>The Redshift type for a type with its facets, e.g. <c>numeric(10,2)</c>.</summary>
    public static string RedshiftType(string sourceType)
    {
        (string name, int? first, int? second) = Split(sourceType);
        return name switch
        {
            "boolean" => "BOOLEAN",
            "smallint" => "SMALLINT",
            "integer" => "INTEGER",
            "bigint" => "BIGINT",
            "oid" or "xid" => "BIGINT",
            "numeric" when first is null => "DECIMAL(38,10)",
            "numeric" => $"DECIMAL({(first == 19 ? 20 : Math.Min(first.Value, 38))},{Math.Clamp(second ?? 0, 0, 37)})",
            "money" => "DECIMAL(20,2)",
            "real" => "REAL",
            "double precision" => "DOUBLE PRECISION",
            "date" => "DATE",
            "time" or "time without time zone" => "TIME",
            "time with time zone" => "TIMETZ",
            "timestamp" or "timestamp without time zone" => "TIMESTAMP",
            "timestamp with time zone" => "TIMESTAMPTZ",
            "bytea" => "VARBYTE(16777216)",
            "json" or "jsonb" => "SUPER",
            "uuid" => "CHAR(36)",
            "character" or "character varying" when first is not null => $"VARCHAR({Math.Min(first.Value * 4L, 65_535)})",
            _ when name.EndsWith("[]", StringComparison.Ordinal) => "SUPER",
            _ => "VARCHAR(65535)",
        };
    }

    /// <summary>The SQL expression that makes the server write a column as COPY reads it. Values that Redshift cannot hold make it fail, with <paramref name="marker"/> in the error.</summary>
    /// <param name="sourceType">The type with its facets.</param>
    /// <param name="column">The column, quoted.</param>
    /// <param name="marker">A text literal, quoted, that names the column.</param>
    /// <param name="hasInfiniteNumeric">Whether the server's numeric knows infinity (from PostgreSQL 14).</param>
    public static string Expression(string sourceType, string column, string marker, bool hasInfiniteNumeric)
    {
        string name = Split(sourceType).Name;
        return name switch
        {
            "bytea" => $"encode({column}, 'hex')",
            "money" => $"{column}::numeric",
            "date" => Unless($"{column} >= '0001-01-01' AND {column} < '10000-01-01'", "date"),
            "timestamp" or "timestamp without time zone" => Unless($"{column} >= '0001-01-01' AND {column} < '10000-01-01'", "timestamp"),
            "timestamp with time zone" => Unless($"{column} >= '0001-01-01+00' AND {column} < '10000-01-01+00'", "timestamptz"),
            "time" or "time without time zone" => Unless($"{column} < '24:00'", "time"),
            "real" => Unless($"{column} BETWEEN '-3.4028235e38' AND '3.4028235e38'", "real"),
            "double precision" => Unless($"{column} BETWEEN '-1.7976931348623157e308' AND '1.7976931348623157e308'", "double precision"),
            "numeric" => Unless($"{column} <> 'NaN'{(hasInfiniteNumeric ? $" AND {column} > '-Infinity' AND {column} < 'Infinity'" : "")}", "numeric"),
            _ when name.EndsWith("[]", StringComparison.Ordinal) => $"to_json({column})",
            _ => column,
        };

        // A NULL takes the ELSE branch too and stays NULL; a refused value becomes a text that is not of its type.
        string Unless(string isFine, string type) => $"CASE WHEN {isFine} THEN {column} ELSE ({column}::text || {marker})::{type} END";
    }

    private static (string Name, int? First, int? Second) Split(string type)
    {
        int open = type.IndexOf('(', StringComparison.Ordinal);
        int close = type.IndexOf(')', StringComparison.Ordinal);
        if (open < 0 || close < open)
        {
            return (type, null, null);
        }

        string[] parts = type[(open + 1)..close].Split(',');
        return ((type[..open] + type[(close + 1)..]).Trim(), Number(0), Number(1));

        int? Number(int i) => i < parts.Length && int.TryParse(parts[i], NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
