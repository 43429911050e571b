using System.Globalization;
using RedshiftEtl.Engine.Plan;
using SQLitePCL;

namespace RedshiftEtl.Engine.Extract.Sqlite;

/// <summary>Binds values to a statement's parameters. Dates go as ISO text, the form that SQLite's own date functions give.</summary>
internal static class SqliteParameters
{
    /// <summary>Binds all.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ParameterMissing"/>: a parameter without a value; SQLite would take it for NULL.</exception>
    public static void Bind(sqlite3_stmt statement, IReadOnlyList<EtlParameter> parameters)
    {
        for (int i = 1; i <= raw.sqlite3_bind_parameter_count(statement); i++)
        {
            string name = raw.sqlite3_bind_parameter_name(statement, i).utf8_to_string() ?? "?";
            EtlParameter parameter = parameters.FirstOrDefault(candidate => name.Equals($"@{candidate.Name}", StringComparison.OrdinalIgnoreCase))
                ?? throw new EtlException(Fault.ParameterMissing, $"The query uses {name}, but no value is given for it.", name,
                    advice: name[0] == '@' ? null : "Write parameters as @name.");
            Bind(statement, i, parameter.Value);
        }
    }

    private static void Bind(sqlite3_stmt statement, int index, object? value)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        _ = value switch
        {
            null => raw.sqlite3_bind_null(statement, index),
            long n => raw.sqlite3_bind_int64(statement, index, n),
            bool b => raw.sqlite3_bind_int64(statement, index, b ? 1 : 0),
            double d => raw.sqlite3_bind_double(statement, index, d),
            decimal m when decimal.IsInteger(m) && m is >= long.MinValue and <= long.MaxValue => raw.sqlite3_bind_int64(statement, index, (long)m),
            decimal m => raw.sqlite3_bind_double(statement, index, (double)m),
            byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
            DateOnly d => raw.sqlite3_bind_text(statement, index, d.ToString("yyyy-MM-dd", culture)),
            TimeOnly t => raw.sqlite3_bind_text(statement, index, t.ToString("HH:mm:ss.FFFFFF", culture)),
            DateTime t => raw.sqlite3_bind_text(statement, index, t.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", culture)),
            DateTimeOffset o => raw.sqlite3_bind_text(statement, index, o.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", culture)),
            _ => raw.sqlite3_bind_text(statement, index, Convert.ToString(value, culture)!),
        };
    }
}
