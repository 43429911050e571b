using RedshiftEtl.Engine.Maintain;

namespace RedshiftEtl.Engine.Define;

/// <summary>A Redshift database to load into.</summary>
public record RedshiftConnection : EtlConnection
{
    /// <inheritdoc/>
    public override string Type => "Redshift";

    /// <summary>Endpoint's host name.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port; Redshift's default is 5439 (fact sheet 8.1).</summary>
    public int Port { get; init; } = 5439;

    /// <summary>The database.</summary>
    public required string Database { get; init; }

    /// <summary>The user.</summary>
    public required string Username { get; init; }

    /// <summary>The user's password.</summary>
    public Secret? Password { get; init; }

    /// <summary>Npgsql's SslMode by name; VerifyFull unless said otherwise.</summary>
    public string SslMode { get; init; } = "VerifyFull";

    /// <summary>File with the authority's certificates (PEM); the machine's store if not given.</summary>
    public string? RootCertificate { get; init; }

    /// <summary>Role that COPY assumes: <c>default</c> or an ARN (chained: comma, no space). Without it COPY gets the stage's own keys.</summary>
    public string? IamRole { get; init; }

    /// <summary>Schema of the history table.</summary>
    public string HistorySchema { get; init; } = "etl";

    /// <summary>What to warn of when the connection does without a proof of whom it speaks to, which only an explicit SslMode does; null when it is proven, or the server is on this machine.</summary>
    public string? SecurityWarning =>
        SslMode is "VerifyFull" || Host is "localhost" or "127.0.0.1" or "::1" ? null
        : SslMode is "VerifyCA" ? $"Connection '{Name}' checks the server's certificate but not its name (SslMode VerifyCA)."
        : SslMode is "Require" ? $"Connection '{Name}' is encrypted, but does not check whom it speaks to (SslMode Require)."
        : $"Connection '{Name}' may go unencrypted over the network, with its password and data (SslMode {SslMode}).";

    /// <summary>What is done for a table after a load, where the job does not say.</summary>
    public MaintenanceMethod MaintenanceMethod { get; init; }

    /// <summary>From when on maintenance is worth it, where the job does not say.</summary>
    public MaintenanceThresholds MaintenanceThresholds { get; init; } = MaintenanceThresholds.Default;

    /// <summary>How a job sets its sessions up.</summary>
    public SessionSettings Session { get; init; } = SessionSettings.None;

    /// <summary>The number of slices, for a warehouse that doesn't tell it (Serverless; fact sheet 2); null to ask.</summary>
    public int? Slices { get; init; }

    /// <summary>Seconds to wait for the login, 1 to 1,024.</summary>
    public int Timeout { get; init; } = 60;

    /// <inheritdoc/>
    public override string Target => $"{Host}:{Port}/{Database}";

    /// <inheritdoc/>
    public override IEnumerable<Secret> GetSecrets() => new[] { Password }.OfType<Secret>();
}
