using System.Data.Common;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>An open connection with the query that runs on it.</summary>
internal sealed class DbSession : IDisposable
{
    /// <summary>How long a server has to stop a query before its connection is cut off.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly DbCommand _command;
    private readonly Action<DbConnection>? _cutOff;
    private readonly TaskCompletionSource _isClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DbDataReader? _rows;

    /// <summary>Takes over an open connection and the command on it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="command">The command, with its parameters.</param>
    /// <param name="transaction">The transaction that gives the command one snapshot, if the source has one.</param>
    /// <param name="cutOff">Cuts the connection off where a query cannot be stopped; null where the provider always can, or nothing else is known.</param>
    public DbSession(DbConnection connection, DbCommand command, DbTransaction? transaction, Action<DbConnection>? cutOff)
    {
        _cutOff = cutOff;
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

    /// <summary>Asks the server to stop the query, from a thread of its own: a provider may have to connect a second time for it. If the session is not closed soon, its connection is cut off.</summary>
    /// <returns>Ends when the server has been asked.</returns>
    public Task CancelAsync()
    {
        if (_cutOff is not null)
        {
            _ = CutOffAsync();
        }

        return Task.Run(() =>
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
    }

    /// <summary>Ends the query and closes the connection. A reader that is closed in the middle would read all the rest, so the query is stopped first.</summary>
    public void Dispose()
    {
        if (!IsDone)
        {
            CancelAsync().Wait(s_patience);
        }

        Close(_rows);
        Close(_command);
        Close(Transaction);
        Close(Connection);
        _isClosed.TrySetResult();
    }

    private async Task CutOffAsync()
    {
        try
        {
            await _isClosed.Task.WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            _cutOff!(Connection);
        }
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
