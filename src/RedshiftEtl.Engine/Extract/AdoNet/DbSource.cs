using System.Data.Common;
using System.Net.Sockets;
using System.Security.Authentication;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>What all sources behind an ADO.NET provider do alike: connect, begin a snapshot, run the query on a thread that may block, and say in faults what the provider throws.</summary>
/// <param name="connection">The connection.</param>
internal abstract class DbSource(SourceConnection connection) : ISource
{
    /// <summary>«MySQL 'shop' (db.example:3306/shop)», for messages.</summary>
    protected string Where => $"{connection.Type} '{connection.Name}' ({connection.Target})";

    /// <summary>Whether the provider, the server or the network raised it: anything that they throw without meaning a mistake of ours.</summary>
    public static bool IsForeign(Exception error) => error is DbException or SocketException or IOException or TimeoutException or AuthenticationException
        or InvalidOperationException or InvalidCastException or FormatException or NotSupportedException or ArgumentException or OperationCanceledException;

    /// <inheritdoc/>
    public bool CanPartition => Partitions is not null;

    /// <inheritdoc/>
    public Task<ISourceReader> OpenAsync(SourceQuery query, CsvDialect dialect, CancellationToken cancel)
    {
        SingleStatement.Check(query.Sql, connection);
        if (query.Partition is not null)
        {
            SourceTable table = query.Table ?? throw new EtlException(Fault.ArgumentInvalid,
                $"'{connection.Name}' is read in partitions by table: of a query it is not known what it reads, so there is no moment at which all partitions could begin.", connection.Name, null,
                $"Name the table (-Table, or SourceTable in the job), or leave PartitionColumn out.");
            return RunAsync<ISourceReader>(leader => StartPartitions(leader, table, query, dialect, cancel), cancel);
        }

        return RunAsync(opened => Start(opened, query, dialect, cancel), cancel);
    }

    /// <inheritdoc/>
    public Task<string> TestAsync(CancellationToken cancel) => RunAsync(
        opened =>
        {
            using (opened)
            {
                return Guard(() => Product(opened), ConnectError, cancel);
            }
        },
        cancel);

    /// <summary>A connection that is not open yet.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/>: its options are not the provider's.</exception>
    protected abstract DbConnection Create();

    /// <summary>Settings and the transaction that make the source read-only and give it one snapshot; null where there is no transaction object.</summary>
    /// <param name="opened">The open connection.</param>
    /// <param name="remarks">Where it is noted what the source cannot give.</param>
    protected abstract DbTransaction? Begin(DbConnection opened, List<string> remarks);

    /// <summary>The command with its parameters.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ParameterMissing"/>.</exception>
    protected abstract DbCommand CreateCommand(DbConnection opened, SourceQuery query);

    /// <summary>Runs the command.</summary>
    protected virtual DbDataReader Execute(DbCommand command) => command.ExecuteReader();

    /// <summary>The reader of a query that has begun to run.</summary>
    /// <exception cref="EtlException">The columns cannot be a table's.</exception>
    protected abstract ISourceReader CreateReader(DbSession session, DbDataReader rows, SourceQuery query, CsvDialect dialect, IReadOnlyList<string> remarks);

    /// <summary>Cuts off a connection whose query the server does not stop; null where that cannot be.</summary>
    protected virtual Action<DbConnection>? CutOff => null;

    /// <summary>How several sessions see one state of a table; null where they can't.</summary>
    protected virtual DbPartitions? Partitions => null;

    /// <summary>Product and version of the server.</summary>
    protected abstract string Product(DbConnection opened);

    /// <summary>The fault of something thrown while connecting.</summary>
    protected abstract EtlException ConnectError(Exception error);

    /// <summary>The fault of something thrown by the query or while its rows came.</summary>
    protected abstract EtlException StatementError(Exception error, SourceQuery query);

    /// <summary>Does something and translates what the provider throws, unless the user has stopped it.</summary>
    protected static T Guard<T>(Func<T> work, Func<Exception, EtlException> translate, CancellationToken cancel)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsForeign(e))
        {
            cancel.ThrowIfCancellationRequested();
            throw translate(e);
        }
    }

    private Task<T> RunAsync<T>(Func<DbConnection, T> work, CancellationToken cancel) => Task.Factory.StartNew(
        () =>
        {
            DbConnection opened = Create();
            try
            {
                Guard(() => Open(opened, cancel), ConnectError, cancel);
                return work(opened);
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static bool Open(DbConnection opened, CancellationToken cancel)
    {
        opened.OpenAsync(cancel).GetAwaiter().GetResult();
        return true;
    }

    private ISourceReader Start(DbConnection opened, SourceQuery query, CsvDialect dialect, CancellationToken cancel)
    {
        var remarks = new List<string>();
        DbTransaction? transaction = Guard(() => Begin(opened, remarks), ConnectError, cancel);
        return Query(opened, transaction, query, dialect, remarks, cancel);
    }

    private ISourceReader Query(DbConnection opened, DbTransaction? transaction, SourceQuery query, CsvDialect dialect, List<string> remarks, CancellationToken cancel) => Guard(
        () =>
        {
            DbCommand command = CreateCommand(opened, query);
            command.Transaction = transaction;
            var session = new DbSession(opened, command, transaction, CutOff);
            try
            {
                using CancellationTokenRegistration stop = cancel.Register(state => _ = ((DbSession)state!).CancelAsync(), session);
                DbDataReader rows = session.Execute(Execute);
                cancel.ThrowIfCancellationRequested();
                return CreateReader(session, rows, query, dialect, remarks);
            }
            catch
            {
                session.Dispose();
                throw;
            }
        },
        error => StatementError(error, query),
        cancel);

    /// <summary>Opens a session for each range; all their snapshots begin while the leader holds the table.</summary>
    private PartitionedReader StartPartitions(DbConnection leader, SourceTable table, SourceQuery query, CsvDialect dialect, CancellationToken cancel)
    {
        string quoted = table.Quoted(connection);
        string column = SqlLiteral.Identifier(query.Partition!.Column, connection.SqlDialect);
        var sessions = new List<(DbConnection Opened, DbTransaction? Transaction, List<string> Remarks)>();
        var readers = new List<ISourceReader>();
        try
        {
            IReadOnlyList<string> conditions = Guard(() => BeginTogether(leader, quoted, query.Partition.Count, sessions, cancel), error => StatementError(error, query), cancel)
                .Conditions(sessions[0].Opened, sessions[0].Transaction, column, quoted, query.Partition.Count, cancel);
            foreach (string condition in conditions)
            {
                (DbConnection opened, DbTransaction? transaction, List<string> remarks) = sessions[readers.Count];
                SourceQuery part = query with { Sql = table.And(condition).ToSql(connection), Partition = null };
                readers.Add(Query(opened, transaction, part, dialect, remarks, cancel));
            }

            sessions.Skip(readers.Count).ToList().ForEach(session => session.Opened.Dispose());
            leader.Dispose();
            return new PartitionedReader(readers);
        }
        catch (Exception e)
        {
            readers.ForEach(reader => reader.DisposeAsync().AsTask().GetAwaiter().GetResult());
            sessions.Skip(readers.Count).ToList().ForEach(session => session.Opened.Dispose());
            if (IsForeign(e))
            {
                cancel.ThrowIfCancellationRequested();
                throw StatementError(e, query);
            }

            throw;
        }
    }

    private DbPartitions BeginTogether(
        DbConnection leader, string table, int count, List<(DbConnection Opened, DbTransaction? Transaction, List<string> Remarks)> sessions, CancellationToken cancel)
    {
        DbPartitions partitions = Partitions!;
        while (sessions.Count < count)
        {
            sessions.Add((Create(), null, []));
            Guard(() => Open(sessions[^1].Opened, cancel), ConnectError, cancel);
        }

        partitions.Hold(leader, table, cancel);
        try
        {
            for (int i = 0; i < count; i++)
            {
                cancel.ThrowIfCancellationRequested();
                DbTransaction? transaction = Begin(sessions[i].Opened, sessions[i].Remarks);
                sessions[i] = sessions[i] with { Transaction = transaction };
                partitions.Pin(sessions[i].Opened, transaction, table, cancel);
            }
        }
        finally
        {
            partitions.Release(leader);
        }

        return partitions;
    }
}
