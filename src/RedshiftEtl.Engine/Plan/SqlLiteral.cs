using System.Globalization;

namespace RedshiftEtl.Engine.Plan;

/// <summary>The one door through which names and values become SQL text.</summary>
public static class SqlLiteral
{
    /// <summary>A quoted name: inner quotes doubled.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: empty, or with a NUL in it.</exception>
    public static string Identifier(string name) =>
        name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal)
            ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : throw new EtlException(Fault.ArgumentInvalid, "A name is empty or has a NUL character in it.", name);

    /// <summary>A quoted name in a source's dialect. SQLite takes a name in double quotes that no column has for a text, so it gets backticks, as MySQL does.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: empty, or with a NUL in it.</exception>
    public static string Identifier(string name, SqlDialect dialect)
    {
        string quoted = Identifier(name);
        return dialect.Backticks ? $"`{name.Replace("`", "``", StringComparison.Ordinal)}`"
            : dialect.Brackets ? $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]"
            : quoted;
    }

    /// <summary>A string literal. In dialects where a backslash escapes, it is doubled (fact sheet 1.5 rule 6).</summary>
    /// <exception cref="EtlException"><see cref="Fault.ParameterInvalid"/>: a NUL character, which no server takes.</exception>
    public static string Text(string value, SqlDialect dialect)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new EtlException(Fault.ParameterInvalid, "A text value has a NUL character in it, which SQL text cannot hold.", value);
        }

        string quoted = value.Replace("'", "''", StringComparison.Ordinal);
        return dialect.BackslashEscapes ? $"'{quoted.Replace("\\", "\\\\", StringComparison.Ordinal)}'" : $"'{quoted}'";
    }

    /// <summary>A typed literal of a parameter's value for PostgreSQL and Redshift. Text stays untyped, so that it takes the type of what it is compared with.</summary>
    public static string Value(object? value, SqlDialect dialect) => value switch
    {
        null => "NULL",
        string s => Text(s, dialect),
        bool b => b ? "TRUE" : "FALSE",
        long n => n < 0 ? $"({n.ToString(CultureInfo.InvariantCulture)})" : n.ToString(CultureInfo.InvariantCulture),
        decimal m => m < 0 ? $"({m.ToString(CultureInfo.InvariantCulture)})" : m.ToString(CultureInfo.InvariantCulture),
        double d => $"CAST('{d.ToString("R", CultureInfo.InvariantCulture)}' AS DOUBLE PRECISION)",
        DateOnly d => $"DATE '{d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}'",
        TimeOnly t => $"TIME '{t.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'",
        DateTime { Kind: DateTimeKind.Utc } t => $"CAST('{t.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00' AS TIMESTAMPTZ)",
        DateTime t => $"TIMESTAMP '{t.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'",
        DateTimeOffset o => $"CAST('{o.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00' AS TIMESTAMPTZ)",
        Guid g => $"'{g:D}'",
        byte[] bytes when dialect == SqlDialect.Redshift => $"TO_VARBYTE('{Convert.ToHexString(bytes)}', 'hex')",
        byte[] bytes => $"decode('{Convert.ToHexString(bytes)}', 'hex')",
        _ => throw new EtlException(Fault.ParameterInvalid, $"A value of type {value.GetType().Name} has no SQL literal.", value),
    };
}
