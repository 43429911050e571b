using Npgsql;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>All that is needed to open a session: the connection's own properties over its connection string, which keeps Npgsql's syntax and defaults.</summary>
internal sealed class WireSettings
{
    private readonly NpgsqlConnectionStringBuilder _options;

    /// <summary>Reads the connection.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/>: an unknown keyword or value, or an option that a source cannot have.</exception>
    public WireSettings(PostgreSqlConnection connection)
    {
        Connection = connection;
        try
        {
            _options = new NpgsqlConnectionStringBuilder(connection.ConnectionString?.Reveal());
            SslMode = connection.SslMode is { } mode ? Enum.Parse<SslMode>(mode, ignoreCase: true) : _options.SslMode;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // The message may quote the string, and with it a password.
            throw new EtlException(Fault.DefinitionInvalid, $"The connection string or SslMode of '{connection.Name}' is not valid for PostgreSQL.", connection.Name);
        }

        if (_options.ChannelBinding == ChannelBinding.Require)
        {
            throw new EtlException(Fault.DefinitionInvalid, $"'{connection.Name}': Channel Binding=Require is not supported for a source.", connection.Name);
        }

        Username = connection.Username ?? _options.Username ?? Environment.GetEnvironmentVariable("PGUSER") ?? Environment.UserName;
        Database = connection.Database ?? _options.Database ?? Environment.GetEnvironmentVariable("PGDATABASE") ?? Username;
        Hosts = (connection.Host is null ? Split(_options.Host ?? "localhost", _options.Port) : Split(connection.Host, connection.Port)).ToArray();
    }

    /// <summary>The connection, for messages.</summary>
    public PostgreSqlConnection Connection { get; }

    /// <summary>Hosts and ports, tried in order.</summary>
    public IReadOnlyList<(string Host, int Port)> Hosts { get; }

    /// <summary>The user.</summary>
    public string Username { get; }

    /// <summary>The database.</summary>
    public string Database { get; }

    /// <summary>Whether and how the connection is encrypted, as Npgsql defines the modes.</summary>
    public SslMode SslMode { get; }

    /// <summary>File with the authority's certificates (PEM), or null for the machine's store.</summary>
    public string? RootCertificate => Connection.RootCertificate ?? _options.RootCertificate ?? Environment.GetEnvironmentVariable("PGSSLROOTCERT");

    /// <summary>File with the client's certificate (PEM), or null.</summary>
    public string? ClientCertificate => _options.SslCertificate;

    /// <summary>File with the client's key (PEM), or null when it is in the certificate's.</summary>
    public string? ClientKey => _options.SslKey;

    /// <summary>The client key's password, or null.</summary>
    public string? ClientKeyPassword => _options.SslPassword;

    /// <summary>Seconds for reaching a host and logging in.</summary>
    public int Timeout => _options.Timeout;

    /// <summary>Parameters of the startup message.</summary>
    public IEnumerable<(string Name, string Value)> StartupParameters
    {
        get
        {
            yield return ("user", Username);
            yield return ("database", Database);
            yield return ("client_encoding", "UTF8");
            yield return ("application_name", _options.ApplicationName ?? "RedshiftEtl");
            if (_options.SearchPath is { Length: > 0 } path)
            {
                yield return ("search_path", path);
            }

            if (_options.Options is { Length: > 0 } options)
            {
                yield return ("options", options);
            }
        }
    }

    /// <summary>The password: the connection's, else the string's, else PGPASSWORD, else the user's password file; null if there is none.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SecretNotFound"/>.</exception>
    public string? FindPassword(string host, int port) =>
        Connection.Password?.Reveal()
        ?? _options.Password
        ?? Environment.GetEnvironmentVariable("PGPASSWORD")
        ?? PasswordFile.Find(_options.Passfile ?? Environment.GetEnvironmentVariable("PGPASSFILE"), host, port, Database, Username);

    private static IEnumerable<(string Host, int Port)> Split(string hosts, int port)
    {
        foreach (string host in hosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // A colon means a port, but not in an IPv6 address or a folder's name.
            int colon = host.LastIndexOf(':');
            bool hasPort = colon > 0 && host[0] != '/' && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[colon - 1] == ']');
            yield return hasPort && int.TryParse(host.AsSpan(colon + 1), out int own)
                ? (host[..colon].Trim('[', ']'), own)
                : (host.Trim('[', ']'), port);
        }
    }
}
