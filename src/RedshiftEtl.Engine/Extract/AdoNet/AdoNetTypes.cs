using System.Data.Common;
using System.Numerics;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>How the values of a column are carried.</summary>
/// <param name="RedshiftType">The Redshift type that holds them.</param>
/// <param name="Encoder">What writes them.</param>
internal sealed record FieldMapping(string RedshiftType, FieldEncoder Encoder);

/// <summary>One row of the type table.</summary>
/// <param name="Type">The type that the provider gives.</param>
/// <param name="RedshiftType">The Redshift type, before facets.</param>
/// <param name="Written">What stands in the CSV, for the docs.</param>
/// <param name="Encoder">What writes it.</param>
internal sealed record AdoNetType(Type Type, string RedshiftType, string Written, FieldEncoder Encoder);

/// <summary>The type table of ADO.NET providers (fact sheet 1.7 and 7.4): .NET type → what is written → Redshift type. The provider's own name of a type decides where one .NET type stands for several.</summary>
internal static class AdoNetTypes
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<AdoNetType> Table { get; } =
    [
        new(typeof(bool), "BOOLEAN", "t, f", FieldEncoders.Boolean),
        new(typeof(byte), "SMALLINT", "digits", FieldEncoders.Byte),
        new(typeof(sbyte), "SMALLINT", "digits", FieldEncoders.SByte),
        new(typeof(short), "SMALLINT", "digits", FieldEncoders.Int16),
        new(typeof(ushort), "INTEGER", "digits", FieldEncoders.UInt16),
        new(typeof(int), "INTEGER", "digits", FieldEncoders.Int32),
        new(typeof(uint), "BIGINT", "digits", FieldEncoders.UInt32),
        new(typeof(long), "BIGINT", "digits", FieldEncoders.Int64),
        new(typeof(ulong), "DECIMAL(20,0)", "digits", FieldEncoders.UInt64),
        new(typeof(BigInteger), "DECIMAL(38,0)", "digits, at most 38", FieldEncoders.BigInteger),
        new(typeof(decimal), "DECIMAL", "digits with a point, no exponent", FieldEncoders.Decimal),
        new(typeof(float), "REAL", "shortest digits that read back the same", FieldEncoders.Single),
        new(typeof(double), "DOUBLE PRECISION", "shortest digits that read back the same", FieldEncoders.Double),
        new(typeof(DateOnly), "DATE", "yyyy-MM-dd", FieldEncoders.DateOnly),
        new(typeof(DateTime), "TIMESTAMP", "yyyy-MM-dd HH:mm:ss.ffffff", FieldEncoders.DateTime),
        new(typeof(DateTimeOffset), "TIMESTAMPTZ", "yyyy-MM-dd HH:mm:ss.ffffff+00, in UTC", FieldEncoders.DateTimeOffset),
        new(typeof(TimeOnly), "TIME", "HH:mm:ss.ffffff", FieldEncoders.TimeOnly),
        new(typeof(TimeSpan), "TIME", "HH:mm:ss.ffffff", FieldEncoders.TimeSpan),
        new(typeof(Guid), "CHAR(36)", "8-4-4-4-12 hexadecimal digits", FieldEncoders.Guid),
        new(typeof(string), "VARCHAR", "text", FieldEncoders.Text),
        new(typeof(char), "VARCHAR(4)", "text", FieldEncoders.Char),
        new(typeof(byte[]), "VARBYTE", "hexadecimal digits", FieldEncoders.Binary),
        new(typeof(object), RedshiftTypes.AnyText, "by each value's own type", FieldEncoders.ByValue),
    ];

    private static readonly Dictionary<Type, AdoNetType> s_byType = Table.ToDictionary(row => row.Type);

    /// <summary>How a column is carried.</summary>
    /// <param name="column">What the provider tells of it.</param>
    /// <param name="provider">The provider's reader, for what only some providers do.</param>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: its type has no form in CSV.</exception>
    public static FieldMapping Map(DbColumn column, Type provider)
    {
        string name = (column.DataTypeName ?? "").ToUpperInvariant();
        if (provider.FullName!.Contains("SQLite", StringComparison.OrdinalIgnoreCase))
        {
            // Its values have types of their own, which typed getters would bend to the column's without a word.
            return new FieldMapping(s_byType.TryGetValue(column.DataType ?? typeof(object), out AdoNetType? declared) ? WithFacets(declared, column) : RedshiftTypes.AnyText, FieldEncoders.ByValue);
        }

        if (column.DataType is null || !s_byType.TryGetValue(column.DataType, out AdoNetType? row))
        {
            throw new EtlException(Fault.ValueInvalid,
                $"Column '{column.ColumnName}' is of type {column.DataTypeName} ({column.DataType?.Name ?? "unknown"}), which has no form that COPY reads.",
                column.ColumnName, null, "Cast it to text, or to JSON, in the query.");
        }

        return row.Encoder switch
        {
            var encoder when encoder == FieldEncoders.DateTime && IsZoned(name) => new FieldMapping("TIMESTAMPTZ", FieldEncoders.DateTimeOffset),
            // Oracle's DATE has a time of day.
            var encoder when encoder == FieldEncoders.DateTime && name == "DATE" && !provider.FullName!.StartsWith("Oracle.", StringComparison.Ordinal) => new FieldMapping("DATE", FieldEncoders.Date),
            var encoder when encoder == FieldEncoders.TimeSpan && name.Contains("INTERVAL", StringComparison.Ordinal) => new FieldMapping("VARCHAR(32)", FieldEncoders.Interval),
            var encoder when encoder == FieldEncoders.Text && name is "JSON" or "JSONB" => new FieldMapping("SUPER", FieldEncoders.Document),
            _ => new FieldMapping(WithFacets(row, column), row.Encoder),
        };
    }

    private static string WithFacets(AdoNetType row, DbColumn column) => row.RedshiftType switch
    {
        // Providers that know no precision say 0, 255 or nothing.
        "DECIMAL" => column.NumericPrecision is > 0 and < 255 ? RedshiftTypes.Decimal(column.NumericPrecision, column.NumericScale is < 128 ? column.NumericScale : null) : RedshiftTypes.Decimal(null, null),
        "VARCHAR" => RedshiftTypes.Text(column.ColumnSize, 4),
        "VARBYTE" => RedshiftTypes.Binary(column.ColumnSize),
        var type => type,
    };

    private static bool IsZoned(string name) =>
        name.Contains("WITH TIME ZONE", StringComparison.Ordinal) || name.Contains("WITH LOCAL TIME ZONE", StringComparison.Ordinal)
        || name is "TIMESTAMPTZ" or "TIMESTAMPLTZ" or "TIMESTAMP_TZ" or "TIMESTAMP_LTZ" or "DATETIMEOFFSET";
}
