using System.Globalization;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Load;

/// <summary>What kind of values a type holds.</summary>
internal enum TypeFamily
{
    Other,
    Text,
    Integer,
    Decimal,
    Float,
    Date,
    Timestamp,
    Binary,
}

/// <summary>A Redshift type, by the names of the catalog or of the type tables (fact sheet 7.2).</summary>
/// <param name="Family">The kind of values.</param>
/// <param name="Length">Bytes of a text or of binary data, digits of a number before and after the point, significant bits of a floating-point number.</param>
/// <param name="Scale">Digits after the point.</param>
internal readonly record struct RedshiftType(TypeFamily Family, int Length = 0, int Scale = 0)
{
    /// <summary>The most bytes of a VARCHAR.</summary>
    public const int LongestText = 65_535;

    /// <summary>Reads a type's name with its facets.</summary>
    public static RedshiftType Parse(string type)
    {
        int open = type.IndexOf('(', StringComparison.Ordinal);
        string name = (open < 0 ? type : type[..open]).Trim().ToLowerInvariant();
        int[] facets = Facets(type);
        return name switch
        {
            "smallint" or "int2" => new(TypeFamily.Integer, 5),
            "integer" or "int" or "int4" => new(TypeFamily.Integer, 10),
            "bigint" or "int8" => new(TypeFamily.Integer, 19),
            "numeric" or "decimal" => new(TypeFamily.Decimal, facets.Length > 0 ? facets[0] : 18, facets.Length > 1 ? facets[1] : 0),
            "real" or "float4" => new(TypeFamily.Float, 24),
            "double precision" or "float8" or "float" => new(TypeFamily.Float, 53),
            "character varying" or "varchar" => new(TypeFamily.Text, facets.Length > 0 ? facets[0] : 256),
            "character" or "char" => new(TypeFamily.Text, facets.Length > 0 ? facets[0] : 1),
            "date" => new(TypeFamily.Date),
            _ when name.StartsWith("timestamp", StringComparison.Ordinal) => new(TypeFamily.Timestamp),
            "varbyte" or "binary varying" or "varbinary" when facets.Length > 0 => new(TypeFamily.Binary, facets[0]),
            _ => new(TypeFamily.Other),
        };
    }

    /// <summary>Whether a value of the extract's column may not fit into the table's, as the two are declared: what the source does not declare is not known, and
    /// families that differ altogether are what the table's author chose. COPY would refuse such a value, or, worse, round it.</summary>
    public static bool IsTooNarrow(EtlColumn extract, TargetColumn table)
    {
        RedshiftType from = Parse(extract.RedshiftType);
        RedshiftType to = Parse(table.Type);
        bool isFaceted = extract.SourceType.Contains('(', StringComparison.Ordinal);
        return extract.IsDeclared && (from.Family, to.Family) switch
        {
            (TypeFamily.Text, TypeFamily.Text) => (from.Length < LongestText || isFaceted) && Characters(extract, from) > to.Length,
            (TypeFamily.Integer, TypeFamily.Integer) => from.Length > to.Length,
            (TypeFamily.Integer, TypeFamily.Decimal) => from.Length > to.Length - to.Scale,
            (TypeFamily.Integer, TypeFamily.Float) => (from.Length, to.Length) is (19, _) or (10, 24),
            (TypeFamily.Decimal, TypeFamily.Decimal) => isFaceted && (from.Scale > to.Scale || from.Length - from.Scale > to.Length - to.Scale),
            (TypeFamily.Decimal, TypeFamily.Integer) => isFaceted && (from.Scale > 0 || from.Length >= to.Length),
            (TypeFamily.Decimal, TypeFamily.Float) => isFaceted && from.Length > (to.Length == 24 ? 6 : 15),
            (TypeFamily.Float, TypeFamily.Float) => from.Length > to.Length,
            (TypeFamily.Timestamp, TypeFamily.Date) => true,
            (TypeFamily.Binary, TypeFamily.Binary) => isFaceted && from.Length > to.Length,
            _ => false,
        };
    }

    /// <summary>The characters that the source declares: a table whose text is as many bytes long holds them as long as they are ASCII, and COPY refuses those that don't fit.</summary>
    private static int Characters(EtlColumn extract, RedshiftType from) =>
        Facets(extract.SourceType) is [var declared, ..] && declared > 0 ? Math.Min(declared, from.Length) : from.Length;

    private static int[] Facets(string type)
    {
        int open = type.IndexOf('(', StringComparison.Ordinal);
        int close = type.IndexOf(')', StringComparison.Ordinal);
        return open < 0 || close < open
            ? []
            : type[(open + 1)..close].Split(',').Select(part => int.TryParse(part, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : 0).ToArray();
    }
}
