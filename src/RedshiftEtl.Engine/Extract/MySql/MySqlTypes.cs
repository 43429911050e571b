using MySqlConnector;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Extract.MySql;

/// <summary>How the values of a column are carried.</summary>
/// <param name="SourceType">The type as MySQL's DDL says it.</param>
/// <param name="RedshiftType">The Redshift type that holds them.</param>
/// <param name="Write">What writes them.</param>
internal sealed record MySqlMapping(string SourceType, string RedshiftType, MySqlValue Write);

/// <summary>One row of the type table.</summary>
/// <param name="Type">The type as the client knows it.</param>
/// <param name="Name">The type as MySQL's DDL says it.</param>
/// <param name="RedshiftType">The Redshift type, before facets.</param>
/// <param name="Written">What stands in the CSV, for the docs.</param>
/// <param name="Write">What writes it.</param>
internal sealed record MySqlType(MySqlDbType Type, string Name, string RedshiftType, string Written, MySqlValue Write);

/// <summary>The type table of MySQL and MariaDB (fact sheet 1.7 and 7.4): source type → what is written → Redshift type.</summary>
internal static class MySqlTypes
{
    private const string Digits = "digits";
    private const string Shortest = "shortest digits that read back the same";

    /// <summary>The rows. TEXT is also what MariaDB's JSON is; CHAR is also what its UUID, INET4 and INET6 come as.</summary>
    public static IReadOnlyList<MySqlType> Table { get; } =
    [
        new(MySqlDbType.Byte, "tinyint", "SMALLINT", Digits, MySqlValues.Int8),
        new(MySqlDbType.UByte, "tinyint unsigned", "SMALLINT", Digits, MySqlValues.UInt8),
        new(MySqlDbType.Bool, "tinyint(1)", "SMALLINT", Digits, MySqlValues.Int8),
        new(MySqlDbType.Int16, "smallint", "SMALLINT", Digits, MySqlValues.Int16),
        new(MySqlDbType.UInt16, "smallint unsigned", "INTEGER", Digits, MySqlValues.UInt16),
        new(MySqlDbType.Int24, "mediumint", "INTEGER", Digits, MySqlValues.Int32),
        new(MySqlDbType.UInt24, "mediumint unsigned", "INTEGER", Digits, MySqlValues.UInt32),
        new(MySqlDbType.Int32, "int", "INTEGER", Digits, MySqlValues.Int32),
        new(MySqlDbType.UInt32, "int unsigned", "BIGINT", Digits, MySqlValues.UInt32),
        new(MySqlDbType.Int64, "bigint", "BIGINT", Digits, MySqlValues.Int64),
        new(MySqlDbType.UInt64, "bigint unsigned", "DECIMAL(20,0)", Digits, MySqlValues.UInt64),
        new(MySqlDbType.NewDecimal, "decimal", "DECIMAL", "digits with a point, all of them", MySqlValues.Decimal),
        new(MySqlDbType.Float, "float", "REAL", Shortest, MySqlValues.Single),
        new(MySqlDbType.Double, "double", "DOUBLE PRECISION", Shortest, MySqlValues.Double),
        new(MySqlDbType.Date, "date", "DATE", "yyyy-MM-dd", MySqlValues.Date),
        new(MySqlDbType.Newdate, "date", "DATE", "yyyy-MM-dd", MySqlValues.Date),
        new(MySqlDbType.DateTime, "datetime", "TIMESTAMP", "yyyy-MM-dd HH:mm:ss.ffffff", MySqlValues.DateTime),
        new(MySqlDbType.Timestamp, "timestamp", "TIMESTAMPTZ", "yyyy-MM-dd HH:mm:ss.ffffff+00, in UTC", MySqlValues.Instant),
        new(MySqlDbType.Time, "time", "TIME", "HH:mm:ss.ffffff", MySqlValues.Time),
        new(MySqlDbType.Year, "year", "SMALLINT", Digits, MySqlValues.Int16),
        new(MySqlDbType.String, "char", "VARCHAR", "text", MySqlValues.Text),
        new(MySqlDbType.VarChar, "varchar", "VARCHAR", "text", MySqlValues.Text),
        new(MySqlDbType.VarString, "varchar", "VARCHAR", "text", MySqlValues.Text),
        new(MySqlDbType.TinyText, "tinytext", "VARCHAR", "text", MySqlValues.Text),
        new(MySqlDbType.Text, "text", "VARCHAR", "text", MySqlValues.Text),
        new(MySqlDbType.MediumText, "mediumtext", "VARCHAR", "text", MySqlValues.Text),
        new(MySqlDbType.LongText, "longtext", "VARCHAR", "text", MySqlValues.Text),
        new(MySqlDbType.Enum, "enum", "VARCHAR", "text", MySqlValues.Text),
        new(MySqlDbType.Set, "set", "VARCHAR", "text with commas", MySqlValues.Text),
        new(MySqlDbType.JSON, "json", "SUPER", "JSON as the server writes it", MySqlValues.Json),
        new(MySqlDbType.Binary, "binary", "VARBYTE", "hexadecimal digits", MySqlValues.Binary),
        new(MySqlDbType.VarBinary, "varbinary", "VARBYTE", "hexadecimal digits", MySqlValues.Binary),
        new(MySqlDbType.TinyBlob, "tinyblob", "VARBYTE", "hexadecimal digits", MySqlValues.Binary),
        new(MySqlDbType.Blob, "blob", "VARBYTE", "hexadecimal digits", MySqlValues.Binary),
        new(MySqlDbType.MediumBlob, "mediumblob", "VARBYTE", "hexadecimal digits", MySqlValues.Binary),
        new(MySqlDbType.LongBlob, "longblob", "VARBYTE", "hexadecimal digits", MySqlValues.Binary),
        new(MySqlDbType.Bit, "bit", "BIGINT", "digits", MySqlValues.Bit),
        new(MySqlDbType.Geometry, "geometry", "GEOMETRY", "hexadecimal digits of EWKB", MySqlValues.Geometry),
        // A literal NULL, whatever its column: there is no value to write.
        new(MySqlDbType.Null, "null", "VARCHAR(1)", "the NULL marker", (_, _) => 0),
    ];

    private static readonly Dictionary<MySqlDbType, MySqlType> s_byType = Table.ToDictionary(row => row.Type);

    /// <summary>How a column is carried.</summary>
    /// <param name="column">What the server tells of it.</param>
    /// <param name="tinyIsBoolean">Whether TINYINT(1) is a boolean.</param>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: its type has no form in CSV.</exception>
    public static MySqlMapping Map(MySqlDbColumn column, bool tinyIsBoolean)
    {
        if (!s_byType.TryGetValue(column.ProviderType, out MySqlType? row))
        {
            throw new EtlException(Fault.ValueInvalid, $"Column '{column.ColumnName}' is of type {column.DataTypeName}, which has no form that COPY reads.",
                column.ColumnName, null, "Cast it to text, or to JSON, in the query.");
        }

        if (row.Type == MySqlDbType.Bool && tinyIsBoolean)
        {
            return new MySqlMapping(row.Name, "BOOLEAN", MySqlValues.Boolean);
        }

        int size = column.ColumnSize ?? 0;
        return row.RedshiftType switch
        {
            "DECIMAL" => new($"{row.Name}({column.NumericPrecision},{column.NumericScale})", RedshiftTypes.Decimal(column.NumericPrecision, column.NumericScale), row.Write),
            "VARCHAR" => new(row.Name is "char" or "varchar" ? $"{row.Name}({size})" : row.Name, RedshiftTypes.Text(Math.Max(size, 1), 4), row.Write),
            "VARBYTE" => new(row.Name is "binary" or "varbinary" ? $"{row.Name}({size})" : row.Name, RedshiftTypes.Binary(Math.Max(size, 1)), row.Write),
            // 64 bits without a sign are more than BIGINT has.
            "BIGINT" when row.Type == MySqlDbType.Bit => new($"bit({size})", size >= 64 ? "DECIMAL(20,0)" : "BIGINT", row.Write),
            _ => new(row.Name, row.RedshiftType, row.Write),
        };
    }
}
