using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>A SQL Server or Azure SQL database to read from.</summary>
public sealed record SqlServerConnection : SourceConnection
{
    /// <inheritdoc/>
    public override SqlDialect SqlDialect => SqlDialect.SqlServer;

    /// <inheritdoc/>
    public override string Type => "SqlServer";

    /// <summary>Host name or address, with <c>\instance</c> behind it for a named instance.</summary>
    public string? Host { get; init; }

    /// <summary>TCP port, 1 to 65535; null for 1433, or for the instance's own.</summary>
    public int? Port { get; init; }

    /// <summary>The database; the login's default if not given.</summary>
    public string? Database { get; init; }

    /// <summary>The user; none with the process's own account (<see cref="IntegratedSecurity"/>).</summary>
    public string? Username { get; init; }

    /// <summary>The password.</summary>
    public Secret? Password { get; init; }

    /// <summary>Whether the process's own account logs in.</summary>
    public bool? IntegratedSecurity { get; init; }

    /// <summary>SqlClient's Encrypt by name: Mandatory (default), Optional, Strict.</summary>
    public string? Encrypt { get; init; }

    /// <summary>Whether the server's certificate is taken without being verified.</summary>
    public bool? TrustServerCertificate { get; init; }

    /// <summary>ReadWrite (default) or ReadOnly, which an availability group may send to a secondary.</summary>
    public string? ApplicationIntent { get; init; }

    /// <summary>Further options in Microsoft.Data.SqlClient's connection string syntax; the named properties win over it. May hold a password, so it is secret.</summary>
    public Secret? ConnectionString { get; init; }

    /// <inheritdoc/>
    public override string Target => Host is null ? "connection string" : $"{Host}{(Port is { } port ? $",{port}" : "")}/{Database}";

    /// <inheritdoc/>
    public override IEnumerable<Secret> GetSecrets() => new[] { Password, ConnectionString }.OfType<Secret>();
}
