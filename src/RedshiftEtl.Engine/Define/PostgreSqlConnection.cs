using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>A PostgreSQL database to read from.</summary>
public sealed record PostgreSqlConnection : SourceConnection
{
    /// <inheritdoc/>
    public override SqlDialect SqlDialect => SqlDialect.PostgreSql;

    /// <inheritdoc/>
    public override string Type => "PostgreSQL";

    /// <summary>Host name, address, or folder of the Unix socket.</summary>
    public string? Host { get; init; }

    /// <summary>TCP port, 1 to 65535.</summary>
    public int Port { get; init; } = 5432;

    /// <summary>The database; the user's name if not given, as libpq does.</summary>
    public string? Database { get; init; }

    /// <summary>The user.</summary>
    public string? Username { get; init; }

    /// <summary>The password; none for trust, peer or certificate logins.</summary>
    public Secret? Password { get; init; }

    /// <summary>Npgsql's SslMode by name: Disable, Allow, Prefer (default), Require, VerifyCA, VerifyFull.</summary>
    public string? SslMode { get; init; }

    /// <summary>File with the authority's certificates (PEM), for VerifyCA and VerifyFull.</summary>
    public string? RootCertificate { get; init; }

    /// <summary>Further options in Npgsql's connection string syntax; the named properties win over it. May hold a password, so it is secret.</summary>
    public Secret? ConnectionString { get; init; }

    /// <inheritdoc/>
    public override string Target => Host is null ? "connection string" : $"{Host}:{Port}/{Database ?? Username}";

    /// <inheritdoc/>
    public override IEnumerable<Secret> GetSecrets() => new[] { Password, ConnectionString }.OfType<Secret>();
}
