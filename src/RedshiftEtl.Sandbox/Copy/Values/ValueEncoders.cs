using RedshiftEtl.Sandbox.Copy.Statement;
using RedshiftEtl.Sandbox.Copy.Target;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>Chooses the encoder for a column.</summary>
internal static class ValueEncoders
{
    /// <summary>The encoder for a column under the statement's options.</summary>
    /// <exception cref="Redshift.BackendException">A type that the sandbox can't load.</exception>
    public static ValueEncoder For(TargetColumn column, CopyStatement statement, TextRules text) => column.Type switch
    {
        "smallint" => new IntegerEncoder("Short", short.MaxValue),
        "integer" => new IntegerEncoder("Integer", int.MaxValue),
        "bigint" => new IntegerEncoder("Long", long.MaxValue),
        "numeric" => new DecimalEncoder(column.Precision ?? 18, column.Scale ?? 0, statement.RoundDecimals),
        "real" => new FloatEncoder(single: true),
        "double precision" => new FloatEncoder(single: false),
        "boolean" => new BooleanEncoder(),
        "char" => new CharEncoder(text, column.Length ?? 1),
        "varchar" => new TextEncoder(text, column.Length ?? 256),
        "date" => new DateEncoder(statement.DateFormat, statement.AcceptAnyDate),
        "time" => new TimeEncoder(zoned: false),
        "timetz" => new TimeEncoder(zoned: true),
        "timestamp" => new TimestampEncoder(statement.TimeFormat, statement.AcceptAnyDate, zoned: false),
        "timestamptz" => new TimestampEncoder(statement.TimeFormat, statement.AcceptAnyDate, zoned: true),
        "super" => new SuperEncoder(),
        "varbyte" => statement.RemoveQuotes
            ? throw CopyErrors.Refused("REMOVEQUOTES is not supported with VARBYTE columns")
            : new VarbyteEncoder(column.Length ?? 64_000),
        _ => throw CopyErrors.Lacking($"columns of type {column.Type.ToUpperInvariant()}"),
    };
}
