using RedshiftEtl.Engine.Define;
using SQLitePCL;

namespace RedshiftEtl.Engine.Extract.Sqlite;

/// <summary>Reads from a SQLite file through SQLite's own C interface, straight into CSV: no object per value.</summary>
internal sealed class SqliteSource(SqliteConnection connection) : ISource
{
    /// <inheritdoc/>
    public Task<ISourceReader> OpenAsync(SourceQuery query, CsvDialect dialect, CancellationToken cancel) => Task.Run<ISourceReader>(
        () =>
        {
            var session = new SqliteSession(connection, cancel);
            try
            {
                session.Prepare(query, cancel);
                return new SqliteReader(session, connection, dialect, query.Rules);
            }
            catch
            {
                session.Dispose();
                throw;
            }
        },
        cancel);

    /// <inheritdoc/>
    public Task<string> TestAsync(CancellationToken cancel) => Task.Run(
        () =>
        {
            using var session = new SqliteSession(connection, cancel);
            session.ReadSchema(cancel);
            return $"SQLite {raw.sqlite3_libversion().utf8_to_string()}";
        },
        cancel);
}
