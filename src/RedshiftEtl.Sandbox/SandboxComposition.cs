using System.Globalization;
using Npgsql;
using RedshiftEtl.Sandbox.Copy;
using RedshiftEtl.Sandbox.Copy.Input;
using RedshiftEtl.Sandbox.Copy.Journal;
using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.Postgres;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Wire;
using RedshiftEtl.Sandbox.S3;
using FaultMoment = RedshiftEtl.Sandbox.Faults.FaultPoint;
using OrderedFault = RedshiftEtl.Sandbox.Faults.StatementFault;
using StatementFault = RedshiftEtl.Sandbox.Redshift.Session.StatementFault;

namespace RedshiftEtl.Sandbox;

/// <summary>Puts the parts together: the server, the object store, COPY and the faults, each from its own folder.</summary>
internal sealed class SandboxComposition
{
    private readonly FaultRegistry _faults = new();
    private readonly Action _stop;
    private ObjectStore? _store;
    private long _lastQueryId;
    private long _lastTransactionId;

    private SandboxComposition(Action stop) => _stop = stop;

    /// <summary>The parts.</summary>
    /// <param name="stop">Ends the sandbox, for the admin endpoint.</param>
    public static SandboxParts Make(Action stop)
    {
        var composition = new SandboxComposition(stop);
        return new SandboxParts
        {
            StartPostgres = StartPostgresAsync,
            StartObjects = composition.StartObjectsAsync,
            StartAdmin = composition.StartAdminAsync,
            MakeCopy = composition.MakeCopyAsync,
            Faults = composition.StrikeAsync,
        };
    }

    private static async Task<RunningPart<BackendAddress>> StartPostgresAsync(string? folder, CancellationToken cancel)
    {
        try
        {
            PrivatePostgres server = await PrivatePostgres.StartAsync(folder, cancel);
            return new(new BackendAddress(server.Host, server.Port, server.Superuser, server.Password), server);
        }
        catch (Postgres.PostgresException e)
        {
            throw new SandboxException(e.Message, e);
        }
    }

    private async Task<RunningPart<ObjectService>> StartObjectsAsync(string folder, SandboxOptions options, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        _store = new ObjectStore(folder);
        if (!_store.BucketExists(options.Bucket))
        {
            _store.CreateBucket(options.Bucket);
        }

        var keys = new SandboxKeys { AccessKey = $"AKIA{SandboxOptions.RandomPassword()[..16].ToUpperInvariant()}", SecretKey = SandboxOptions.RandomPassword() };
        S3Endpoint endpoint = await S3Endpoint.StartAsync(_store, keys, _faults, options.S3Port, cancel);
        return new(new ObjectService(endpoint.ServiceUrl, keys), endpoint);
    }

    private async Task<RunningPart<AdminService>> StartAdminAsync(CancellationToken cancel)
    {
        string token = SandboxOptions.RandomPassword();
        AdminEndpoint endpoint = await AdminEndpoint.StartAsync(_faults, token, 0, _stop, cancel);
        return new(new AdminService(endpoint.Url.AbsoluteUri.TrimEnd('/'), token), endpoint);
    }

    private async Task<CopyExecutor> MakeCopyAsync(BackendAddress server, SandboxOptions options, ObjectService objects, CancellationToken cancel)
    {
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = server.Host,
            Port = server.Port,
            Username = server.Superuser,
            Password = server.Password,
            Database = options.Database,
            MaxPoolSize = 20,
        });
        var journal = new LoadJournal(source);
        await journal.InitializeAsync(cancel);
        await using NpgsqlCommand last = source.CreateCommand("SELECT coalesce(max(query_id), 0), coalesce(max(transaction_id), 0) FROM rs_internal.load_query");
        await using (NpgsqlDataReader row = await last.ExecuteReaderAsync(cancel))
        {
            await row.ReadAsync(cancel);
            _lastQueryId = Convert.ToInt64(row.GetValue(0), CultureInfo.InvariantCulture);
            _lastTransactionId = Convert.ToInt64(row.GetValue(1), CultureInfo.InvariantCulture);
        }

        var staged = StagedObjects.In(_store!);
        return (sql, context, stop) => CopyAsync(sql, context, staged, objects.Keys, journal, stop);
    }

    private async Task<CopyOutcome> CopyAsync(
        string sql, StatementContext session, StagedObjects staged, SandboxKeys keys, LoadJournal journal, CancellationToken cancel)
    {
        var last = new LastCopy();
        long? kill = _faults.LoadKillByte();
        var context = new CopyContext
        {
            Objects = staged,
            Keys = keys,
            Journal = journal,
            LastCopy = last,
            UserName = session.State.User,
            Database = session.State.Database,
            QueryId = Interlocked.Increment(ref _lastQueryId),
            TransactionId = Interlocked.Increment(ref _lastTransactionId),
            BytesRead = kill is null ? null : read =>
            {
                if (read >= kill)
                {
                    throw new BackendException("XX000", "The load was killed by a fault asked of the sandbox.");
                }
            },
        };
        try
        {
            CopyResult result = await CopyCommand.ExecuteAsync(sql, session.Backend, context, cancel);
            foreach (string notice in result.Notices)
            {
                session.Notify("INFO", notice);
            }

            return new CopyOutcome(result.QueryId, result.RowsLoaded, null);
        }
        catch (BackendException e)
        {
            return new CopyOutcome(last.QueryId < 0 ? null : last.QueryId, 0, e);
        }
    }

    private async ValueTask<StatementFault> StrikeAsync(StatementMoment moment, CancellationToken cancel)
    {
        FaultMoment point = moment.HasTakenEffect ? FaultMoment.After : FaultMoment.Before;
        OrderedFault? fault = await _faults.OnStatementAsync(moment.Sql, point, cancel);
        return fault switch
        {
            null => StatementFault.None,
            { Drop: false } when !moment.HasTakenEffect => throw new BackendException(fault.SqlState, fault.Message),
            _ => StatementFault.DropConnection,
        };
    }
}
