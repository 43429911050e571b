using System.Globalization;
using Npgsql;
using RedshiftEtl.Sandbox.Copy;
using RedshiftEtl.Sandbox.Copy.Input;
using RedshiftEtl.Sandbox.Copy.Journal;
using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.Postgres;
using PostgresException = RedshiftEtl.Sandbox.Postgres.PostgresException;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Wire;
using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox;

/// <summary>The real parts of the program.</summary>
internal sealed class SandboxWiring(Action stop)
{
    private readonly FaultRegistry _faults = new();
    private ObjectStore? _store;

    /// <summary>The parts, which share one store and one list of faults.</summary>
    public SandboxParts Parts => new()
    {
        StartPostgres = StartPostgresAsync,
        StartObjects = StartObjectsAsync,
        StartAdmin = StartAdminAsync,
        MakeCopy = MakeCopyAsync,
        Faults = StrikeAsync,
    };

    private static async Task<RunningPart<BackendAddress>> StartPostgresAsync(string? folder, CancellationToken cancel)
    {
        try
        {
            var server = await PrivatePostgres.StartAsync(folder, cancel).ConfigureAwait(false);
            return new(new BackendAddress(server.Host, server.Port, server.Superuser, server.Password), server);
        }
        catch (PostgresException error)
        {
            throw new SandboxException(error.Message, error);
        }
    }

    private async Task<RunningPart<ObjectService>> StartObjectsAsync(string folder, SandboxOptions options, CancellationToken cancel)
    {
        _store = new ObjectStore(folder);
        _store.CreateBucket(options.Bucket);
        foreach (FaultRule fault in options.Faults) _faults.Add(fault);
        var keys = new SandboxKeys { AccessKey = "AKIA" + SandboxOptions.RandomPassword()[..16].ToUpperInvariant(), SecretKey = SandboxOptions.RandomPassword() };
        var endpoint = await S3Endpoint.StartAsync(_store, keys, _faults, options.S3Port, cancel).ConfigureAwait(false);
        return new(new ObjectService(endpoint.ServiceUrl, keys), endpoint);
    }

    private async Task<RunningPart<AdminService>> StartAdminAsync(CancellationToken cancel)
    {
        string token = SandboxOptions.RandomPassword();
        var endpoint = await AdminEndpoint.StartAsync(_faults, token, 0, stop, cancel).ConfigureAwait(false);
        return new(new AdminService(endpoint.Url.AbsoluteUri.TrimEnd('/'), token), endpoint);
    }

    private async Task<RunningPart<CopyExecutor>> MakeCopyAsync(BackendAddress server, SandboxOptions options, ObjectService objects, CancellationToken cancel)
    {
        var settings = new NpgsqlConnectionStringBuilder { Host = server.Host, Port = server.Port, Username = server.Superuser, Password = server.Password, Database = options.Database, MaxPoolSize = 4 };
        var source = NpgsqlDataSource.Create(settings.ConnectionString);
        var journal = new LoadJournal(source);
        await journal.InitializeAsync(cancel).ConfigureAwait(false);
        var staged = StagedObjects.In(_store!);
        return new((sql, session, token) => CopyAsync(sql, session, journal, staged, objects.Keys, token), source);
    }

    private async Task<CopyOutcome> CopyAsync(string sql, StatementContext session, LoadJournal journal, StagedObjects staged, SandboxKeys keys, CancellationToken cancel)
    {
        var ids = (await session.Backend.QueryAsync("SELECT nextval('rs_internal.query_id'), pg_current_xact_id()", cancel).ConfigureAwait(false))[0];
        long? kill = _faults.LoadKillByte();
        var last = new LastCopy();
        var context = new CopyContext
        {
            Objects = staged,
            Keys = keys,
            Journal = journal,
            LastCopy = last,
            UserName = session.State.User,
            Database = session.State.Database,
            QueryId = long.Parse(ids[0]!, CultureInfo.InvariantCulture),
            TransactionId = long.Parse(ids[1]!, CultureInfo.InvariantCulture),
            BytesRead = bytes => Kill(kill, bytes),
        };
        try
        {
            var result = await CopyCommand.ExecuteAsync(sql, session.Backend, context, cancel).ConfigureAwait(false);
            foreach (string notice in result.Notices) session.Notify("INFO", notice);
            return new CopyOutcome(result.QueryId, result.RowsLoaded, null) { RefreshesStatistics = result.RefreshesStatistics };
        }
        catch (BackendException error)
        {
            return new CopyOutcome(last.QueryId < 0 ? null : last.QueryId, 0, error);
        }
    }

    private static void Kill(long? at, long bytes)
    {
        if (bytes >= at) throw new ConnectionDroppedException();
    }

    private async ValueTask<StatementStrike?> StrikeAsync(StatementMoment moment, CancellationToken cancel)
    {
        var fault = await _faults.OnStatementAsync(moment.Sql, moment.Comment, moment.HasTakenEffect ? FaultPoint.After : FaultPoint.Before, cancel).ConfigureAwait(false);
        return fault is null ? null : new StatementStrike(fault.Drop ? null : new BackendException(fault.SqlState, fault.Message));
    }
}
