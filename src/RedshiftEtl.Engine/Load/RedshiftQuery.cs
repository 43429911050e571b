using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Load;

/// <summary>Runs a user's SQL on Redshift, statement by statement, each in a transaction of its own unless the SQL begins one.</summary>
public static class RedshiftQuery
{
    /// <summary>The rows of every statement that returns some, as names and values.</summary>
    /// <exception cref="EtlException">A statement's fault, with the file and line; the statements before it have run.</exception>
    public static async IAsyncEnumerable<IReadOnlyList<KeyValuePair<string, object?>>> RunAsync(
        RedshiftConnection warehouse, SqlText sql, IReadOnlyList<EtlParameter> parameters, IProgress<EtlEvent> progress,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        // Values come as text, and without this DOUBLE PRECISION is shown with 15 digits, which are not the value. 2 is the most that PostgreSQL 8.0 knows.
        await session.ExecuteAsync("SET extra_float_digits TO 2", [], cancel);
        foreach (LoadStatement statement in LoadScript.Bind(sql, parameters))
        {
            progress.Report(new DebugEvent(statement.Shown));
            await using NpgsqlCommand command = session.Command(statement.Sql, statement.Values);
            // Text, because Redshift's own types (SUPER, VARBYTE …) have OIDs that the driver does not know (fact sheet 8.2).
            command.AllResultTypesAreUnknown = true;
            await using NpgsqlDataReader reader = await GuardAsync(() => command.ExecuteReaderAsync(cancel), statement, warehouse);
            string[] names = Names(reader, statement);
            while (await GuardAsync(() => reader.ReadAsync(cancel), statement, warehouse))
            {
                var row = new KeyValuePair<string, object?>[reader.FieldCount];
                for (int i = 0; i < row.Length; i++)
                {
                    row[i] = new(names[i], reader.IsDBNull(i) ? null : Parse(reader.GetString(i), reader.GetDataTypeName(i)));
                }

                yield return row;
            }
        }
    }

    /// <summary>The columns' names, which become the properties of an object and so must differ.</summary>
    private static string[] Names(NpgsqlDataReader reader, LoadStatement statement)
    {
        string[] names = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        string? twice = names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? names : throw new EtlException(Fault.ColumnNameInvalid,
            $"{statement.Origin!.Describe(statement.Offset)}: two columns are named '{twice}', so the rows cannot become objects.", twice);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work, LoadStatement statement, RedshiftConnection warehouse)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException)
        {
            throw statement.Locate(RedshiftError.Statement(e, warehouse), warehouse.Session);
        }
    }

    /// <summary>The value in the type that PowerShell users expect; text where .NET has no type that holds it exactly.</summary>
    private static object Parse(string text, string type)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        int parenthesis = type.IndexOf('(', StringComparison.Ordinal);
        return (parenthesis < 0 ? type : type[..parenthesis]) switch
        {
            "boolean" => text is "t" or "true",
            "smallint" => short.Parse(text, culture),
            "integer" => int.Parse(text, culture),
            "bigint" or "oid" or "xid" => long.Parse(text, culture),
            "real" => float.Parse(text, culture),
            "double precision" => double.Parse(text, culture),
            "numeric" when Exact(text) is { } number => number,
            "date" when DateTime.TryParseExact(text, "yyyy-MM-dd", culture, DateTimeStyles.None, out DateTime date) => date,
            "timestamp" or "timestamp without time zone" when DateTime.TryParse(text, culture, DateTimeStyles.None, out DateTime time) => time,
            "timestamp with time zone" or "timestamptz" when DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant) => instant,
            "time" or "time without time zone" when TimeSpan.TryParse(text, culture, out TimeSpan time) => time,
            _ => text,
        };
    }

    /// <summary>The decimal with the same digits, or null when it would lose some.</summary>
    private static decimal? Exact(string text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number)
        && number.ToString(CultureInfo.InvariantCulture) == text
            ? number
            : null;
}
