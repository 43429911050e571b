using Npgsql;
using NpgsqlTypes;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Load;

/// <summary>One connection to Redshift. Every statement goes alone: two in one command would be one implicit transaction (fact sheet 8.2).</summary>
public sealed class WarehouseSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly IProgress<EtlEvent> _progress;

    private WarehouseSession(NpgsqlConnection connection, RedshiftConnection target, IProgress<EtlEvent> progress)
    {
        _connection = connection;
        _progress = progress;
        Target = target;
        connection.Notice += (_, e) => progress.Report(new VerboseEvent($"{target.Name}: {e.Notice.MessageText}"));
    }

    /// <summary>The connection's definition.</summary>
    public RedshiftConnection Target { get; }

    /// <summary>What the server says it is, with its version.</summary>
    public string Product { get; private set; } = "";

    /// <summary>The session's process id, by which its load errors are found.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ConnectionFailed"/>, <see cref="Fault.LoginFailed"/>, <see cref="Fault.CertificateInvalid"/>, <see cref="Fault.DatabaseNotFound"/>.</exception>
    public static async Task<WarehouseSession> OpenAsync(RedshiftConnection target, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(ConnectionString(target));
        var session = new WarehouseSession(connection, target, progress);
        try
        {
            await connection.OpenAsync(cancel);
            session.ProcessId = connection.ProcessID;
            session.Product = (string?)await session.ScalarAsync("SELECT version()", [], cancel) ?? "";
            foreach (string statement in target.Session.ToStatements())
            {
                await session.ExecuteAsync(statement, [], cancel);
            }

            return session;
        }
        catch (Exception e) when (e is not (EtlException or OperationCanceledException))
        {
            await session.DisposeAsync();
            throw RedshiftError.Connect(e, target);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one statement and returns the rows it affected, or -1 where the server does not say.</summary>
    public async Task<long> ExecuteAsync(string sql, IReadOnlyList<EtlParameter> parameters, CancellationToken cancel, string? shown = null)
    {
        _progress.Report(new DebugEvent(shown ?? sql));
        await using NpgsqlCommand command = Command(sql, parameters);
        try
        {
            return await command.ExecuteNonQueryAsync(cancel);
        }
        catch (Exception e) when (RedshiftError.IsDriver(e, _connection))
        {
            throw RedshiftError.Statement(e, Target);
        }
    }

    /// <summary>Runs one query and returns its first value, or null when there is no row.</summary>
    public async Task<object?> ScalarAsync(string sql, IReadOnlyList<EtlParameter> parameters, CancellationToken cancel)
    {
        List<object?[]> rows = await QueryAsync(sql, parameters, cancel);
        return rows.Count == 0 ? null : rows[0][0];
    }

    /// <summary>Runs one query and returns all of its rows; for small results.</summary>
    public async Task<List<object?[]>> QueryAsync(string sql, IReadOnlyList<EtlParameter> parameters, CancellationToken cancel)
    {
        _progress.Report(new DebugEvent(sql));
        var rows = new List<object?[]>();
        await using NpgsqlCommand command = Command(sql, parameters);
        try
        {
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                object?[] row = new object?[reader.FieldCount];
                for (int i = 0; i < row.Length; i++)
                {
                    row[i] = await reader.IsDBNullAsync(i, cancel) ? null : reader.GetValue(i);
                }

                rows.Add(row);
            }
        }
        catch (Exception e) when (RedshiftError.IsDriver(e, _connection))
        {
            throw RedshiftError.Statement(e, Target);
        }

        return rows;
    }

    /// <summary>A command of one statement with <c>$1…</c> bound to the parameters in order.</summary>
    internal NpgsqlCommand Command(string sql, IReadOnlyList<EtlParameter> parameters)
    {
        var command = new NpgsqlCommand(Target.Session.Label + sql, _connection);
        foreach (EtlParameter parameter in parameters)
        {
            command.Parameters.Add(Bind(parameter.Value));
        }

        return command;
    }

    /// <summary>Undoes the open transaction, if the connection still lives; never fails.</summary>
    public async Task RollbackQuietlyAsync()
    {
        try
        {
            if (_connection.State == System.Data.ConnectionState.Open)
            {
                await using NpgsqlCommand command = Command("ROLLBACK", []);
                command.CommandTimeout = 5;
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException or TimeoutException)
        {
            // The connection is gone, and with it the transaction.
            _progress.Report(new DebugEvent($"ROLLBACK: {e.Message}"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private static string ConnectionString(RedshiftConnection target)
    {
        if (target.Username.Length == 0)
        {
            throw new EtlException(Fault.LoginFailed, $"Connection '{target.Name}' has no Username.", target.Name,
                advice: "Set Username in connections.psd1 or give -Credential.");
        }

        return new NpgsqlConnectionStringBuilder
        {
            Host = target.Host,
            Port = target.Port,
            Database = target.Database,
            Username = target.Username,
            Password = target.Password?.Reveal(),
            SslMode = Enum.Parse<SslMode>(target.SslMode, ignoreCase: true),
            RootCertificate = target.RootCertificate,
            ApplicationName = target.Session.ApplicationName ?? "RedshiftEtl",
            Timeout = target.Timeout,
            CommandTimeout = 0,
            Pooling = false,
            Enlist = false,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 30,
            GssEncryptionMode = GssEncryptionMode.Disable,
            IncludeErrorDetail = true,
        }.ConnectionString;
    }

    /// <summary>Text goes untyped, so that it takes the type of what it is compared with, as a literal would.</summary>
    private static NpgsqlParameter Bind(object? value) => value switch
    {
        null => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Unknown },
        string s => new NpgsqlParameter { Value = s, NpgsqlDbType = NpgsqlDbType.Unknown },
        Guid g => new NpgsqlParameter { Value = g.ToString("D"), NpgsqlDbType = NpgsqlDbType.Unknown },
        bool b => new NpgsqlParameter { Value = b, NpgsqlDbType = NpgsqlDbType.Boolean },
        long n => new NpgsqlParameter { Value = n, NpgsqlDbType = NpgsqlDbType.Bigint },
        decimal m => new NpgsqlParameter { Value = m, NpgsqlDbType = NpgsqlDbType.Numeric },
        double d => new NpgsqlParameter { Value = d, NpgsqlDbType = NpgsqlDbType.Double },
        DateOnly d => new NpgsqlParameter { Value = d, NpgsqlDbType = NpgsqlDbType.Date },
        TimeOnly t => new NpgsqlParameter { Value = t, NpgsqlDbType = NpgsqlDbType.Time },
        DateTime { Kind: DateTimeKind.Utc } t => new NpgsqlParameter { Value = t, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        DateTime t => new NpgsqlParameter { Value = DateTime.SpecifyKind(t, DateTimeKind.Unspecified), NpgsqlDbType = NpgsqlDbType.Timestamp },
        DateTimeOffset o => new NpgsqlParameter { Value = o.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
        _ => throw new EtlException(Fault.ParameterInvalid, $"A value of type {value.GetType().Name} cannot be bound on Redshift.", value),
    };
}
