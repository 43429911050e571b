using System.Data.Common;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>An open connection with the query that runs on it.</summary>
internal sealed class DbSession : IDisposable
{
    private readonly DbCommand _command;
    private DbDataReader? _rows;

    /// <summary>Takes over an open connection and the command on it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="command">The command, with its parameters.</param>
    /// <param name="transaction">The transaction that gives the command one snapshot, if the source has one.</param>
    public DbSession(DbConnection connection, DbCommand command, DbTransaction? transaction)
    {
        Connection = connection;
        _command = command;
        Transaction = transaction;
    }

    /// <summary>The connection.</summary>
    public DbConnection Connection { get; }

    private DbTransaction? Transaction { get; }

    /// <summary>Whether all rows have been read, so that nothing needs to be stopped.</summary>
    public bool IsDone { get; set; }

    /// <summary>Runs the query.</summary>
    /// <param name="execute">How the source runs a command.</param>
    public DbDataReader Execute(Func<DbCommand, DbDataReader> execute) => _rows = execute(_command);

    /// <summary>Asks the server to stop the query, from a thread of its own: a provider may have to connect a second time for it.</summary>
    public Task CancelAsync() => Task.Run(() =>
    {
        try
        {
            _command.Cancel();
        }
        catch (Exception e) when (DbSource.IsForeign(e))
        {
            // What cannot be cancelled has ended, or ends with its connection.
            _ = e;
        }
    });

    /// <summary>Ends the query and closes the connection. A reader that is closed in the middle would read all the rest, so the query is stopped first.</summary>
    public void Dispose()
    {
        if (!IsDone)
        {
            CancelAsync().GetAwaiter().GetResult();
        }

        Close(_rows);
        Close(_command);
        Close(Transaction);
        Close(Connection);
    }

    private static void Close(IDisposable? resource)
    {
        try
        {
            resource?.Dispose();
        }
        catch (Exception e) when (DbSource.IsForeign(e))
        {
            // The rows have been read or given up; how the connection ends changes nothing.
            _ = e;
        }
    }
}
