using System.Security.Cryptography;
using RedshiftEtl.Sandbox.Redshift.Sql;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>Checks user, password and database of a client and opens its connection to the private PostgreSQL.</summary>
internal sealed class ClientLogin(BackendAddress address, CopyExecutor copy, StatementFaults? faults, bool serverless)
{
    private const string MaintenanceDatabase = "postgres";

    private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal)
    {
        // The sandbox's objects stand before PostgreSQL's own of the same name; the user's come last.
        ["search_path"] = SearchPath.ForBackend(SearchPath.Default),
        // redshift-facts 1.5 rule 6: backslashes escape in ordinary strings.
        ["standard_conforming_strings"] = "off",
        ["escape_string_warning"] = "off",
        ["DateStyle"] = "ISO, MDY",
        ["TimeZone"] = "UTC",
        ["extra_float_digits"] = "0",
        ["jit"] = "off",
        ["lc_messages"] = "C",
        ["application_name"] = "redshift session",
    };

    /// <summary>Logs the client in. Returns null if it left halfway.</summary>
    /// <exception cref="BackendException">The login was refused.</exception>
    public async Task<ClientSession?> LogInAsync(StartupPacket startup, MessageReader reader, MessageWriter writer, CancellationToken lifetime)
    {
        var (connection, missing) = await OpenAsync(startup.Database, lifetime).ConfigureAwait(false);
        try
        {
            var account = await FindAccountAsync(connection, startup.User, lifetime).ConfigureAwait(false);
            if (!await CheckPasswordAsync(startup.User, account?.Password, reader, writer, lifetime).ConfigureAwait(false))
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                return null;
            }
            if (missing is not null) throw missing;
            bool isSuperuser = account!.IsSuperuser;
            var state = new SessionState
            {
                User = startup.User,
                Database = startup.Database,
                ProcessId = connection.ProcessId,
                IsSuperuser = isSuperuser,
                IsServerless = serverless,
                Copy = copy,
            };
            await BecomeAsync(startup, state, connection, lifetime).ConfigureAwait(false);
            writer.Begin('R').Int32(0).End();
            foreach (var (name, value) in ReportedParameters.AtLogin(startup.User, isSuperuser)) writer.Begin('S').Text(name).Text(value).End();
            var session = new ClientSession(reader, writer, connection, state, faults, lifetime);
            writer.Begin('K').Int32(connection.ProcessId).Int32(session.Secret).End();
            writer.Begin('Z').Byte((byte)'I').End();
            await writer.FlushAsync(lifetime).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Account?> FindAccountAsync(BackendConnection connection, string user, CancellationToken lifetime)
    {
        var rows = await Silent(connection, lifetime).QueryAsync(
            $"SELECT rolpassword, rolsuper FROM pg_catalog.pg_authid WHERE rolcanlogin AND rolname = {Literal.Quote(user)}", lifetime).ConfigureAwait(false);
        return rows.Count == 0 ? null : new Account(rows[0][0], rows[0][1] == "t");
    }

    private static async Task<bool> CheckPasswordAsync(string user, string? stored, MessageReader reader, MessageWriter writer, CancellationToken lifetime)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(4);
        await writer.Begin('R').Int32(5).Bytes(salt).End().FlushAsync(lifetime).ConfigureAwait(false);
        if (await reader.ReadAsync(lifetime).ConfigureAwait(false) is not { } answer) return false;
        if (answer.Type != 'p') throw new ProtocolException($"expected password response, got message type {(int)answer.Type}");
        if (stored is not null && Md5Password.Verify(stored, salt, new BodyReader(answer.Body.Span).Text())) return true;
        throw new BackendException("28P01", $"password authentication failed for user \"{user}\"");
    }

    private static async Task BecomeAsync(StartupPacket startup, SessionState state, BackendConnection connection, CancellationToken lifetime)
    {
        var backend = Silent(connection, lifetime);
        await backend.QueryAsync($"SELECT rs_internal.open_session({Literal.Quote(state.User)})", lifetime).ConfigureAwait(false);
        await backend.QueryAsync($"SET SESSION AUTHORIZATION {Literal.QuoteName(state.User)}", lifetime).ConfigureAwait(false);
        // redshift-facts 3: one snapshot per transaction, taken at the first access to a table, unless the database asks for
        // more. Read before it is set: a setting of the startup message would go before the database's.
        var level = await backend.QueryAsync("SELECT current_setting('default_transaction_isolation')", lifetime).ConfigureAwait(false);
        state.IsSerializable = level[0][0] == "serializable";
        if (!state.IsSerializable) await backend.QueryAsync("SET default_transaction_isolation TO 'repeatable read'", lifetime).ConfigureAwait(false);
        foreach (var (name, value) in startup.Settings)
            if (Settings.AtLogin(name, value, state) is { } sql) await backend.QueryAsync(sql, lifetime).ConfigureAwait(false);
        await backend.SyncAsync().ConfigureAwait(false);
    }

    private static BackendSession Silent(BackendConnection connection, CancellationToken lifetime) =>
        new(connection, new MessageWriter(Stream.Null), lifetime) { MapFields = (_, _) => null, MapParameter = (_, _) => null };

    private async Task<(BackendConnection Connection, BackendException? Missing)> OpenAsync(string database, CancellationToken lifetime)
    {
        try
        {
            return (await BackendConnection.OpenAsync(address, database, s_settings, lifetime).ConfigureAwait(false), null);
        }
        catch (BackendException error) when (error.SqlState == "3D000")
        {
            // The password is checked first, so that only a user learns which databases there are.
            return (await BackendConnection.OpenAsync(address, MaintenanceDatabase, s_settings, lifetime).ConfigureAwait(false), error);
        }
    }

    private sealed record Account(string? Password, bool IsSuperuser);
}
