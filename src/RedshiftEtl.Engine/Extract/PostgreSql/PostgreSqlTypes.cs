using System.Globalization;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>How a column of one type is carried.</summary>
/// <param name="RedshiftType">The Redshift type that holds its values.</param>
/// <param name="Rule">What its fields are checked for.</param>
/// <param name="Expression">The SQL that makes the server write it as COPY reads it; {0} is the column. Null when the server's own text is that already.</param>
internal sealed record PostgreSqlMapping(string RedshiftType, FieldRule Rule, string? Expression = null);

/// <summary>One row of the type table.</summary>
/// <param name="Name">The type as format_type() says it, without facets.</param>
/// <param name="RedshiftType">The Redshift type; {0} and {1} are facets as <see cref="PostgreSqlTypes"/> adapts them.</param>
/// <param name="Rule">What its fields are checked for.</param>
/// <param name="Written">What stands in the CSV, for the docs.</param>
/// <param name="Expression">As in <see cref="PostgreSqlMapping"/>.</param>
internal sealed record PostgreSqlType(string Name, string RedshiftType, FieldRule Rule, string Written, string? Expression = null);

/// <summary>The type table of PostgreSQL (fact sheet 1.7 and 7.4): source type → what is written → Redshift type. The session's settings
/// (ISO dates, UTC, shortest exact floats) make the server's own text what COPY reads, so few types need an expression.</summary>
internal static class PostgreSqlTypes
{
    private const string AnyText = "VARCHAR(65535)";

    /// <summary>The rows. A type that has none is written as its text into VARCHAR(65535); an enum into VARCHAR(252), four bytes for each of the 63 its labels may have at most.</summary>
    public static IReadOnlyList<PostgreSqlType> Table { get; } =
    [
        new("boolean", "BOOLEAN", FieldRule.None, "t, f"),
        new("smallint", "SMALLINT", FieldRule.None, "digits"),
        new("integer", "INTEGER", FieldRule.None, "digits"),
        new("bigint", "BIGINT", FieldRule.None, "digits"),
        new("oid", "BIGINT", FieldRule.None, "digits"),
        new("xid", "BIGINT", FieldRule.None, "digits"),
        new("numeric", "DECIMAL({0},{1})", FieldRule.Number, "digits with a point"),
        new("money", "DECIMAL(20,2)", FieldRule.None, "digits with a point", "{0}::numeric"),
        new("real", "REAL", FieldRule.Number, "shortest digits that read back the same"),
        new("double precision", "DOUBLE PRECISION", FieldRule.Number, "shortest digits that read back the same"),
        new("date", "DATE", FieldRule.Date, "yyyy-MM-dd"),
        new("time without time zone", "TIME", FieldRule.Time, "HH:mm:ss.ffffff"),
        new("time with time zone", "TIMETZ", FieldRule.Time, "HH:mm:ss.ffffff with its offset"),
        new("timestamp without time zone", "TIMESTAMP", FieldRule.Date, "yyyy-MM-dd HH:mm:ss.ffffff"),
        new("timestamp with time zone", "TIMESTAMPTZ", FieldRule.Date, "yyyy-MM-dd HH:mm:ss.ffffff+00, in UTC"),
        new("bytea", "VARBYTE(16777216)", FieldRule.Binary, "hexadecimal digits", "encode({0}, 'hex')"),
        new("json", "SUPER", FieldRule.None, "JSON as it is stored"),
        new("jsonb", "SUPER", FieldRule.None, "JSON as the server writes it"),
        new("uuid", "CHAR(36)", FieldRule.None, "8-4-4-4-12 hexadecimal digits"),
        new("character", "VARCHAR({0})", FieldRule.Text, "text, padded with blanks as it is stored"),
        new("character varying", "VARCHAR({0})", FieldRule.Text, "text"),
        new("text", AnyText, FieldRule.Text, "text"),
        new("\"char\"", "VARCHAR(4)", FieldRule.Text, "text"),
        new("name", "VARCHAR(252)", FieldRule.Text, "text"),
        new("bit", "VARCHAR({0})", FieldRule.Text, "0 and 1"),
        new("bit varying", "VARCHAR({0})", FieldRule.Text, "0 and 1"),
        new("interval", "VARCHAR(64)", FieldRule.Text, "PostgreSQL's text, e.g. 1 day 02:03:04"),
        new("inet", "VARCHAR(43)", FieldRule.Text, "address and mask"),
        new("cidr", "VARCHAR(43)", FieldRule.Text, "address and mask"),
        new("macaddr", "VARCHAR(17)", FieldRule.Text, "hexadecimal digits with colons"),
        new("macaddr8", "VARCHAR(23)", FieldRule.Text, "hexadecimal digits with colons"),
    ];

    private static readonly Dictionary<string, PostgreSqlType> s_byName = Table.ToDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>The row for a type with its facets, e.g. <c>numeric(10,2)</c>, as it applies to them.</summary>
    /// <param name="type">The type as format_type() says it.</param>
    /// <param name="isEnum">Whether it is an enum.</param>
    public static PostgreSqlMapping Map(string type, bool isEnum)
    {
        (string name, int? first, int? second) = Split(type);
        if (name.EndsWith("[]", StringComparison.Ordinal))
        {
            // As JSON, which is what SUPER reads: an array's own text is neither.
            return new PostgreSqlMapping("SUPER", FieldRule.None, "to_json({0})");
        }

        if (!s_byName.TryGetValue(name, out PostgreSqlType? row))
        {
            return new PostgreSqlMapping(isEnum ? "VARCHAR(252)" : AnyText, FieldRule.Text);
        }

        string redshift = name switch
        {
            "numeric" => Decimal(row.RedshiftType, first, second),
            "character" or "character varying" => first is null ? AnyText : Format(row.RedshiftType, Math.Min(first.Value * 4L, RedshiftLimits.TextBytes), null),
            "bit" or "bit varying" => first is null ? AnyText : Format(row.RedshiftType, Math.Min(first.Value, RedshiftLimits.TextBytes), null),
            _ => row.RedshiftType,
        };
        return new PostgreSqlMapping(redshift, name == "numeric" && first is null ? FieldRule.Decimal : row.Rule, row.Expression);
    }

    /// <summary>The Redshift type that holds a numeric: 19 digits need precision 20, over 38 digits only text holds all
    /// (fact sheet 7.2). One without precision can hold anything; what queries give of that kind, sums and averages, is checked for fitting ten decimals.</summary>
    private static string Decimal(string format, int? precision, int? scale)
    {
        if (precision is null)
        {
            return Format(format, FieldCheck.AnyDecimal.Precision, FieldCheck.AnyDecimal.Scale);
        }

        // From PostgreSQL 15 a scale may be negative or over the precision.
        int digits = Math.Max(precision.Value, scale ?? 0) - Math.Min(scale ?? 0, 0);
        int decimals = Math.Max(scale ?? 0, 0);
        return digits > 38 || decimals > 37
            ? Format("VARCHAR({0})", digits + 3, null)
            : Format(format, digits == 19 ? 20 : digits, decimals);
    }

    private static string Format(string format, long first, long? second) => string.Format(CultureInfo.InvariantCulture, format, first, second);

    private static (string Name, int? First, int? Second) Split(string type)
    {
        int open = type.IndexOf('(', StringComparison.Ordinal);
        int close = type.IndexOf(')', StringComparison.Ordinal);
        if (open < 0 || close < open)
        {
            return (type, null, null);
        }

        string[] facets = type[(open + 1)..close].Split(',');
        return (type[..open] + type[(close + 1)..], Number(0), Number(1));

        int? Number(int i) => i < facets.Length && int.TryParse(facets[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
