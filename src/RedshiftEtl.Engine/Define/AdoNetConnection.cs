using System.Data;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>A database to read from through an ADO.NET provider that the user has: Oracle, ODBC, DB2, Snowflake …</summary>
public sealed record AdoNetConnection : SourceConnection
{
    /// <inheritdoc/>
    public override SqlDialect SqlDialect => Dialect;

    /// <inheritdoc/>
    public override string Type => "AdoNet";

    /// <summary>Full path of the provider's assembly; what it needs lies beside it.</summary>
    public required string Assembly { get; init; }

    /// <summary>Full name of the provider's DbProviderFactory, e.g. <c>Oracle.ManagedDataAccess.Client.OracleClientFactory</c>.</summary>
    public required string Factory { get; init; }

    /// <summary>The connection string, in the provider's syntax. May hold a password, so it is secret.</summary>
    public Secret? ConnectionString { get; init; }

    /// <summary>The user; goes into the connection string.</summary>
    public string? Username { get; init; }

    /// <summary>The password; goes into the connection string.</summary>
    public Secret? Password { get; init; }

    /// <summary>The connection string's keyword for the user; null for the one of the usual ones that the provider knows.</summary>
    public string? UsernameKeyword { get; init; }

    /// <summary>The connection string's keyword for the password; null for the one of the usual ones that the provider knows.</summary>
    public string? PasswordKeyword { get; init; }

    /// <summary>How the provider's SQL writes a parameter: <c>@</c>, <c>:</c> or <c>$</c> before its name, or <c>?</c> for its place.</summary>
    public string ParameterPrefix { get; init; } = "@";

    /// <summary>How the provider's SQL is cut into strings, names and comments.</summary>
    public SqlDialect Dialect { get; init; } = SqlDialect.Ansi;

    /// <summary>The isolation of the transaction that the query runs in; null for none.</summary>
    public IsolationLevel? IsolationLevel { get; init; }

    /// <inheritdoc/>
    public override string Target => Factory;

    /// <inheritdoc/>
    public override IEnumerable<Secret> GetSecrets() => new[] { Password, ConnectionString }.OfType<Secret>();
}
