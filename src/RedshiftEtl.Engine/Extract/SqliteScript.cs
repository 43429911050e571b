using SQLitePCL;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Runs SQL that changes a SQLite file: what examples and tests make their sources with. The module itself never writes to a source.</summary>
public static class SqliteScript
{
    /// <summary>Runs a script in one transaction; the file is created when it is missing.</summary>
    /// <param name="databasePath">Path of the database file.</param>
    /// <param name="sql">One or more statements.</param>
    /// <exception cref="EtlException"><see cref="Fault.SqlFailed"/> with SQLite's words; nothing was changed.</exception>
    public static void Run(string databasePath, string sql)
    {
        Batteries_V2.Init();
        int result = raw.sqlite3_open(databasePath, out sqlite3 database);
        using (database)
        {
            if (result == raw.SQLITE_OK)
            {
                result = raw.sqlite3_exec(database, $"BEGIN;{sql}\n;COMMIT;");
            }

            if (result != raw.SQLITE_OK)
            {
                throw new EtlException(Fault.SqlFailed, $"SQLite '{databasePath}': {raw.sqlite3_errmsg(database).utf8_to_string()}", databasePath);
            }
        }
    }
}
