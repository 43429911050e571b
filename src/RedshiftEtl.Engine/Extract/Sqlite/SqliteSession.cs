using System.Diagnostics;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;
using SQLitePCL;

namespace RedshiftEtl.Engine.Extract.Sqlite;

/// <summary>An open SQLite file, in one read transaction, with one prepared statement.</summary>
internal sealed class SqliteSession : IDisposable
{
    /// <summary>How often a locked file is tried again, in milliseconds.</summary>
    private const int RetryMilliseconds = 20;

    private readonly SqliteConnection _connection;
    private readonly Stopwatch _waited = new();
    private readonly bool _isUtf8;
    private sqlite3_stmt? _statement;
    private SqlText? _sql;

    static SqliteSession() => Batteries_V2.Init();

    /// <summary>Opens the file for reading.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DatabaseNotFound"/>: missing, or not a database; <see cref="Fault.TransactionConflict"/>: locked for longer than the connection waits.</exception>
    public SqliteSession(SqliteConnection connection, CancellationToken cancel)
    {
        _connection = connection;
        if (!File.Exists(connection.DataSource))
        {
            throw new EtlException(Fault.DatabaseNotFound, $"The SQLite file '{connection.DataSource}' of '{connection.Name}' does not exist.", connection.DataSource);
        }

        // No mutex: one thread uses it, and an interrupt needs none.
        int result = raw.sqlite3_open_v2(connection.DataSource, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null);
        Database = database;
        try
        {
            Check(result, null);
            // One read transaction for the length of the extract: what writers do meanwhile is not seen.
            Retry(() => raw.sqlite3_exec(database, "BEGIN"), null, cancel);
            using sqlite3_stmt encoding = Prepare("PRAGMA encoding", null, cancel);
            Retry(() => raw.sqlite3_step(encoding), null, cancel);
            _isUtf8 = raw.sqlite3_column_text(encoding, 0).utf8_to_string() == "UTF-8";
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>The database.</summary>
    public sqlite3 Database { get; }

    /// <summary>The prepared statement's handle.</summary>
    public nint Statement { get; private set; }

    /// <summary>Names and declared types (empty for an expression) of the prepared statement's columns.</summary>
    public IReadOnlyList<(string Name, string DeclaredType)> Columns { get; private set; } = [];

    /// <summary>Prepares a query and binds its parameters.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SqlInvalid"/>, with the line; <see cref="Fault.ParameterMissing"/>.</exception>
    public void Prepare(SourceQuery query, CancellationToken cancel)
    {
        _sql = query.Sql;
        SingleStatement.Check(_sql, _connection);
        _statement = Prepare(_sql.Statements[0].Text, _sql, cancel);
        SqliteParameters.Bind(_statement, query.Parameters);
        Statement = _statement.DangerousGetHandle();
        Columns = Enumerable.Range(0, raw.sqlite3_column_count(_statement))
            .Select(i => (raw.sqlite3_column_name(_statement, i).utf8_to_string() ?? "", raw.sqlite3_column_decltype(_statement, i).utf8_to_string() ?? ""))
            .ToArray();
    }

    /// <summary>Reads the list of tables, which shows whether the file is a database.</summary>
    public void ReadSchema(CancellationToken cancel)
    {
        using sqlite3_stmt count = Prepare("SELECT count(*) FROM sqlite_master", null, cancel);
        Retry(() => raw.sqlite3_step(count), null, cancel);
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False at the end.</returns>
    public bool Step(CancellationToken cancel)
    {
        while (true)
        {
            int result = SqliteNative.Step(Statement);
            switch (result)
            {
                case raw.SQLITE_ROW:
                    return true;
                case raw.SQLITE_DONE:
                    return false;
                default:
                    if (!ShouldRetry(result, cancel))
                    {
                        throw SqliteError.From(result, Database, _connection, _sql);
                    }

                    break;
            }
        }
    }

    /// <summary>A BLOB of the current row; valid until the next step.</summary>
    public unsafe ReadOnlySpan<byte> ColumnBytes(int column)
    {
        byte* bytes = SqliteNative.ColumnBlob(Statement, column);
        return new ReadOnlySpan<byte>(bytes, SqliteNative.ColumnBytes(Statement, column));
    }

    /// <summary>A TEXT of the current row in UTF-8; valid until the next step. In a UTF-8 database its bytes are there as they are.</summary>
    public unsafe ReadOnlySpan<byte> ColumnText(int column)
    {
        byte* bytes = _isUtf8 ? SqliteNative.ColumnBlob(Statement, column) : SqliteNative.ColumnText(Statement, column);
        return new ReadOnlySpan<byte>(bytes, SqliteNative.ColumnBytes(Statement, column));
    }

    /// <summary>Stops the running step; may be called from any thread.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(Database);

    /// <inheritdoc/>
    public void Dispose()
    {
        _statement?.Dispose();
        Database.Dispose();
    }

    private sqlite3_stmt Prepare(string sql, SqlText? user, CancellationToken cancel)
    {
        sqlite3_stmt? statement = null;
        Retry(() => raw.sqlite3_prepare_v2(Database, sql, out statement), user, cancel);
        return statement!;
    }

    private void Retry(Func<int> call, SqlText? sql, CancellationToken cancel)
    {
        int result;
        do
        {
            result = call();
        }
        while (ShouldRetry(result, cancel));
        Check(result, sql);
    }

    private void Check(int result, SqlText? sql)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw SqliteError.From(result, Database, _connection, sql);
        }
    }

    /// <summary>Waits a little when a writer holds the file. Not SQLite's own busy timeout: that cannot be interrupted.</summary>
    private bool ShouldRetry(int result, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if ((result & 0xFF) != raw.SQLITE_BUSY || _waited.Elapsed.TotalSeconds >= _connection.BusyTimeout)
        {
            return false;
        }

        _waited.Start();
        cancel.WaitHandle.WaitOne(RetryMilliseconds);
        _waited.Stop();
        return true;
    }
}
