using System.Data;
using System.Data.Common;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>Puts a query's text and values into a command: the values are bound, never pasted.</summary>
internal static class DbParameters
{
    /// <summary>Sets the command's text with parameters written as the provider wants them, and binds a value to each.</summary>
    /// <param name="command">The command.</param>
    /// <param name="query">The query.</param>
    /// <param name="prefix">What stands before a parameter's name, or <c>?</c> when it has no name but a place.</param>
    /// <param name="set">Sets type and value of a parameter.</param>
    /// <exception cref="EtlException"><see cref="Fault.ParameterMissing"/>.</exception>
    public static void Bind(DbCommand command, SourceQuery query, string prefix, Action<DbParameter, object?> set)
    {
        // The command alone knows its time limit: an extract takes as long as it takes.
        command.CommandTimeout = 0;
        SqlText sql = query.Sql;
        var bound = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        command.CommandText = sql.Substitute(sql.Statements[0], name =>
        {
            EtlParameter parameter = query.Parameters.FirstOrDefault(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new EtlException(Fault.ParameterMissing, $"The query uses @{name}, but no value is given for it.", name);
            bool isPlace = prefix == "?";
            if (bound.Add(name) || isPlace)
            {
                DbParameter target = command.CreateParameter();
                target.ParameterName = isPlace ? $"p{command.Parameters.Count + 1}" : $"{prefix}{parameter.Name}";
                target.Direction = ParameterDirection.Input;
                set(target, parameter.Value);
                command.Parameters.Add(target);
            }

            return isPlace ? "?" : $"{prefix}{parameter.Name}";
        });
    }

    /// <summary>Sets a value as any provider takes it: the provider finds the type by the value's own.</summary>
    public static void Set(DbParameter target, object? value) => target.Value = value switch
    {
        null => DBNull.Value,
        DateOnly date => date.ToDateTime(TimeOnly.MinValue),
        TimeOnly time => time.ToTimeSpan(),
        _ => value,
    };
}
