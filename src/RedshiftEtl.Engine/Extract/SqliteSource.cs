using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;
using SQLitePCL;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Reads from a SQLite file through SQLite's own C interface, straight into CSV: no object per value.</summary>
internal sealed class SqliteSource(SqliteConnection connection) : ISource
{
    static SqliteSource() => Batteries_V2.Init();

    /// <inheritdoc/>
    public Task<ISourceReader> OpenAsync(SourceQuery query, CsvDialect dialect, CancellationToken cancel)
    {
        sqlite3 database = Open();
        try
        {
            // One read transaction for the length of the extract: writers do not change what it sees.
            Execute(database, "BEGIN");
            sqlite3_stmt statement = Prepare(database, query);
            return Task.FromResult<ISourceReader>(new SqliteReader(database, statement, connection, dialect));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<string> TestAsync(CancellationToken cancel)
    {
        using sqlite3 database = Open();
        Execute(database, "SELECT count(*) FROM sqlite_master");
        return Task.FromResult($"SQLite {raw.sqlite3_libversion().utf8_to_string()}");
    }

    private sqlite3 Open()
    {
        if (!File.Exists(connection.DataSource))
        {
            throw new EtlException(Fault.DatabaseNotFound, $"The SQLite file '{connection.DataSource}' of '{connection.Name}' does not exist.", connection.DataSource);
        }

        int result = raw.sqlite3_open_v2(connection.DataSource, out sqlite3 database, raw.SQLITE_OPEN_READONLY, null);
        if (result != raw.SQLITE_OK)
        {
            EtlException error = Error(database, result, null);
            database.Dispose();
            throw error;
        }

        _ = raw.sqlite3_busy_timeout(database, connection.BusyTimeout * 1000);
        return database;
    }

    private void Execute(sqlite3 database, string sql)
    {
        int result = raw.sqlite3_exec(database, sql);
        if (result != raw.SQLITE_OK)
        {
            throw Error(database, result, null);
        }
    }

    private sqlite3_stmt Prepare(sqlite3 database, SourceQuery query)
    {
        SqlText sql = query.Sql;
        if (sql.Statements.Count != 1)
        {
            throw new EtlException(Fault.SqlInvalid, $"{sql.Describe(sql.Statements.Count > 1 ? sql.Statements[1].Start : 0)}: the query must be one statement, but there are {sql.Statements.Count}.", sql.File ?? connection.Name);
        }

        int result = raw.sqlite3_prepare_v2(database, sql.Statements[0].Text, out sqlite3_stmt statement);
        if (result != raw.SQLITE_OK)
        {
            throw Error(database, result, sql);
        }

        foreach (EtlParameter parameter in query.Parameters)
        {
            for (int i = 1; i <= raw.sqlite3_bind_parameter_count(statement); i++)
            {
                if (raw.sqlite3_bind_parameter_name(statement, i).utf8_to_string().Equals($"@{parameter.Name}", StringComparison.OrdinalIgnoreCase))
                {
                    Bind(statement, i, parameter.Value);
                }
            }
        }

        return statement;
    }

    /// <summary>Dates go as ISO text, the form that SQLite's own date functions give.</summary>
    private static void Bind(sqlite3_stmt statement, int index, object? value)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        _ = value switch
        {
            null => raw.sqlite3_bind_null(statement, index),
            long n => raw.sqlite3_bind_int64(statement, index, n),
            bool b => raw.sqlite3_bind_int64(statement, index, b ? 1 : 0),
            double d => raw.sqlite3_bind_double(statement, index, d),
            decimal m => raw.sqlite3_bind_double(statement, index, (double)m),
            byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
            DateOnly d => raw.sqlite3_bind_text(statement, index, d.ToString("yyyy-MM-dd", culture)),
            TimeOnly t => raw.sqlite3_bind_text(statement, index, t.ToString("HH:mm:ss.FFFFFF", culture)),
            DateTime t => raw.sqlite3_bind_text(statement, index, t.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", culture)),
            DateTimeOffset o => raw.sqlite3_bind_text(statement, index, o.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", culture)),
            _ => raw.sqlite3_bind_text(statement, index, Convert.ToString(value, culture)!),
        };
    }

    private EtlException Error(sqlite3 database, int result, SqlText? sql)
    {
        string message = raw.sqlite3_errmsg(database).utf8_to_string();
        return SqliteError.From(result, message, connection, sql);
    }
}
