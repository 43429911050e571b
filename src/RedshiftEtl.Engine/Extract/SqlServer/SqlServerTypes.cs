using System.Data.Common;
using System.Globalization;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Extract.SqlServer;

/// <summary>How the values of a column are carried.</summary>
/// <param name="SourceType">The type with its facets, as T-SQL says it.</param>
/// <param name="RedshiftType">The Redshift type that holds them.</param>
/// <param name="Encoder">What writes them.</param>
internal sealed record SqlServerMapping(string SourceType, string RedshiftType, FieldEncoder Encoder);

/// <summary>One row of the type table.</summary>
/// <param name="Name">The type as T-SQL says it, without facets.</param>
/// <param name="RedshiftType">The Redshift type, before facets.</param>
/// <param name="Written">What stands in the CSV, for the docs.</param>
/// <param name="Encoder">What writes it.</param>
internal sealed record SqlServerType(string Name, string RedshiftType, string Written, FieldEncoder Encoder);

/// <summary>The type table of SQL Server (fact sheet 1.7 and 7.4): source type → what is written → Redshift type. Types of the CLR (geography, geometry, hierarchyid and a user's own) and vector have no row: they are refused by name.</summary>
internal static class SqlServerTypes
{
    /// <summary>Digits that .NET's decimal holds whatever they are.</summary>
    private const int DecimalDigits = 28;

    /// <summary>Bytes of UTF-8 that a UTF-16 unit, or a byte of a code page, takes at most.</summary>
    private const int BytesPerUnit = 3;

    /// <summary>The rows.</summary>
    public static IReadOnlyList<SqlServerType> Table { get; } =
    [
        new("bit", "BOOLEAN", "t, f", FieldEncoders.Boolean),
        new("tinyint", "SMALLINT", "digits", FieldEncoders.Byte),
        new("smallint", "SMALLINT", "digits", FieldEncoders.Int16),
        new("int", "INTEGER", "digits", FieldEncoders.Int32),
        new("bigint", "BIGINT", "digits", FieldEncoders.Int64),
        new("decimal", "DECIMAL", "digits with a point, all of them", FieldEncoders.Decimal),
        new("numeric", "DECIMAL", "digits with a point, all of them", FieldEncoders.Decimal),
        new("money", "DECIMAL(20,4)", "digits with a point", FieldEncoders.Decimal),
        new("smallmoney", "DECIMAL(10,4)", "digits with a point", FieldEncoders.Decimal),
        new("real", "REAL", "shortest digits that read back the same", FieldEncoders.Single),
        new("float", "DOUBLE PRECISION", "shortest digits that read back the same", FieldEncoders.Double),
        new("date", "DATE", "yyyy-MM-dd", FieldEncoders.Date),
        new("smalldatetime", "TIMESTAMP", "yyyy-MM-dd HH:mm:ss", FieldEncoders.DateTime),
        new("datetime", "TIMESTAMP", "yyyy-MM-dd HH:mm:ss.fff", FieldEncoders.DateTime),
        new("datetime2", "TIMESTAMP", "yyyy-MM-dd HH:mm:ss.ffffff", FieldEncoders.DateTime),
        new("datetimeoffset", "TIMESTAMPTZ", "yyyy-MM-dd HH:mm:ss.ffffff+00, in UTC", FieldEncoders.DateTimeOffset),
        new("time", "TIME", "HH:mm:ss.ffffff", FieldEncoders.TimeSpan),
        new("char", "VARCHAR", "text, padded with blanks as it is stored", FieldEncoders.Text),
        new("varchar", "VARCHAR", "text", FieldEncoders.Text),
        new("text", RedshiftTypes.AnyText, "text", FieldEncoders.Text),
        new("nchar", "VARCHAR", "text, padded with blanks as it is stored", FieldEncoders.Text),
        new("nvarchar", "VARCHAR", "text", FieldEncoders.Text),
        new("ntext", RedshiftTypes.AnyText, "text", FieldEncoders.Text),
        new("xml", RedshiftTypes.AnyText, "text", EncodeXml),
        new("json", "SUPER", "JSON as the server writes it", FieldEncoders.Document),
        new("uniqueidentifier", "CHAR(36)", "8-4-4-4-12 hexadecimal digits in lower case", FieldEncoders.Guid),
        new("binary", "VARBYTE", "hexadecimal digits", FieldEncoders.Binary),
        new("varbinary", "VARBYTE", "hexadecimal digits", FieldEncoders.Binary),
        new("image", RedshiftTypes.AnyBinary, "hexadecimal digits", FieldEncoders.Binary),
        new("timestamp", "VARBYTE(8)", "hexadecimal digits", FieldEncoders.Binary),
        new("rowversion", "VARBYTE(8)", "hexadecimal digits", FieldEncoders.Binary),
        new("sql_variant", RedshiftTypes.AnyText, "by each value's own type", FieldEncoders.ByValue),
    ];

    private static readonly Dictionary<string, SqlServerType> s_byName = Table.ToDictionary(row => row.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The row of a column's type.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="type">Its type as the client names it.</param>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: the type has no form in CSV.</exception>
    public static SqlServerType Require(string column, string type)
    {
        if (s_byName.TryGetValue(type, out SqlServerType? row))
        {
            return row;
        }

        // A type of the CLR is named with its database and schema.
        string own = type[(type.LastIndexOf('.') + 1)..];
        throw new EtlException(Fault.ValueInvalid, $"Column '{column}' is of type {own}, which has no form that COPY reads.", column, null, own switch
        {
            "geography" or "geometry" => $"Select [{column}].STAsText() AS [{column}], which a GEOMETRY or GEOGRAPHY column takes.",
            "hierarchyid" => $"Select [{column}].ToString() AS [{column}].",
            _ => "Cast it to text, or to JSON, in the query.",
        });
    }

    /// <summary>How a column is carried.</summary>
    /// <exception cref="EtlException">As of <see cref="Require"/>.</exception>
    public static SqlServerMapping Map(DbColumn column)
    {
        SqlServerType row = Require(column.ColumnName, column.DataTypeName ?? "");
        int? size = column.ColumnSize is > 0 and < int.MaxValue ? column.ColumnSize : null;
        string facet = size is { } length && length <= 8000 ? length.ToString(CultureInfo.InvariantCulture) : "max";
        return row.RedshiftType switch
        {
            "DECIMAL" => new(string.Create(CultureInfo.InvariantCulture, $"{row.Name}({column.NumericPrecision},{column.NumericScale})"),
                RedshiftTypes.Decimal(column.NumericPrecision, column.NumericScale), column.NumericPrecision > DecimalDigits ? SqlDecimals.Encode : row.Encoder),
            "VARCHAR" => new($"{row.Name}({facet})", RedshiftTypes.Text(facet == "max" ? null : size, BytesPerUnit), row.Encoder),
            "VARBYTE" => new($"{row.Name}({facet})", RedshiftTypes.Binary(facet == "max" ? null : size), row.Encoder),
            _ => new(row.Name, row.RedshiftType, row.Encoder),
        };
    }

    /// <summary>Writes XML without the byte order mark that a server may put before it.</summary>
    private static void EncodeXml(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteText(row.GetString(column).AsSpan().TrimStart('\uFEFF'));
}
