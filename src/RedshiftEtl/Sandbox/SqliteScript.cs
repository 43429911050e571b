using RedshiftEtl.Engine;

namespace RedshiftEtl.Sandbox;

/// <summary>Makes SQLite files for examples and tests: the module itself never writes to a source.
/// It stands here because PowerShell finds no type by name in the engine's own load context.</summary>
public static class SqliteScript
{
    /// <summary>Runs a script in one transaction; the file is created when it is missing.</summary>
    /// <param name="databasePath">Full path of the database file.</param>
    /// <param name="sql">One or more statements.</param>
    /// <exception cref="EtlException"><see cref="Fault.SqlFailed"/> with SQLite's words; nothing was changed.</exception>
    public static void Run(string databasePath, string sql) => Engine.Extract.SqliteScript.Run(databasePath, sql);
}
