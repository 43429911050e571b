using System.Globalization;
using System.Text;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;
using SQLitePCL;

namespace RedshiftEtl.Engine.Extract.Sqlite;

/// <summary>Turns SQLite's result codes into faults.</summary>
internal static class SqliteError
{
    /// <summary>The fault of the last call on a database.</summary>
    /// <param name="result">Its result code.</param>
    /// <param name="database">The database.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The user's SQL, if it was that.</param>
    public static EtlException From(int result, sqlite3 database, SqliteConnection connection, SqlText? sql)
    {
        string message = raw.sqlite3_errmsg(database).utf8_to_string();
        string where = sql is null ? "" : $"{sql.Describe(Find(database, sql))}: ";
        Fault fault = (result & 0xFF) switch
        {
            raw.SQLITE_NOTADB or raw.SQLITE_CANTOPEN => Fault.DatabaseNotFound,
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Fault.TransactionConflict,
            raw.SQLITE_PERM or raw.SQLITE_AUTH => Fault.SqlDenied,
            raw.SQLITE_ERROR when sql is not null => Fault.SqlInvalid,
            _ => Fault.SqlFailed,
        };
        return new EtlException(fault, string.Create(CultureInfo.InvariantCulture,
            $"{where}SQLite '{connection.Name}' ({connection.DataSource}): {message} (code {result})."), sql?.File ?? connection.DataSource);
    }

    /// <summary>Index in the user's text that SQLite points to; the statement's start when it points nowhere.</summary>
    private static int Find(sqlite3 database, SqlText sql)
    {
        SqlStatement statement = sql.Statements[0];
        int offset = SqliteNative.ErrorOffset(database.DangerousGetHandle());
        if (offset < 0)
        {
            return statement.Start;
        }

        byte[] sent = Encoding.UTF8.GetBytes(statement.Text);
        return statement.Start + Encoding.UTF8.GetCharCount(sent, 0, Math.Min(offset, sent.Length));
    }
}
