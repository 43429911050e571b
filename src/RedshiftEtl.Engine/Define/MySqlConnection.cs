using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>A MySQL or MariaDB database to read from.</summary>
public sealed record MySqlConnection : SourceConnection
{
    /// <inheritdoc/>
    public override SqlDialect SqlDialect => SqlDialect.MySql;

    /// <inheritdoc/>
    public override string Type => Product;

    /// <summary>«MySQL» or «MariaDB», as it stands in connections.psd1; one client speaks to both.</summary>
    public string Product { get; init; } = "MySQL";

    /// <summary>Host name or address, several with commas between them, or the path of the Unix socket.</summary>
    public string? Host { get; init; }

    /// <summary>TCP port, 1 to 65535.</summary>
    public int Port { get; init; } = 3306;

    /// <summary>The database; none if the SQL names databases itself.</summary>
    public string? Database { get; init; }

    /// <summary>The user.</summary>
    public string? Username { get; init; }

    /// <summary>The password.</summary>
    public Secret? Password { get; init; }

    /// <summary>MySqlConnector's SslMode by name: None, Preferred (default), Required, VerifyCA, VerifyFull.</summary>
    public string? SslMode { get; init; }

    /// <summary>File with the authority's certificates (PEM), for VerifyCA and VerifyFull.</summary>
    public string? RootCertificate { get; init; }

    /// <summary>Whether TINYINT(1) is a boolean, as BOOL in MySQL's DDL makes one. Values other than 0 and 1 are then refused.</summary>
    public bool TreatTinyAsBoolean { get; init; }

    /// <summary>Further options in MySqlConnector's connection string syntax; the named properties win over it. May hold a password, so it is secret.</summary>
    public Secret? ConnectionString { get; init; }

    /// <inheritdoc/>
    public override string Target => Host is null ? "connection string" : $"{Host}:{Port}/{Database}";

    /// <inheritdoc/>
    public override IEnumerable<Secret> GetSecrets() => new[] { Password, ConnectionString }.OfType<Secret>();
}
