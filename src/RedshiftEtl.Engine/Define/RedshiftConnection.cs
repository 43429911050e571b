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

    /// <summary>The number of slices, for a warehouse that doesn't tell it (Serverless; fact sheet 2); null to ask.</summary>
    public int? Slices { get; init; }

    /// <summary>Seconds to wait for the login, 1 to 1,024.</summary>
    public int Timeout { get; init; } = 60;

    /// <inheritdoc/>
    public override string Target => $"{Host}:{Port}/{Database}";

    /// <inheritdoc/>
    public override IEnumerable<Secret> GetSecrets() => new[] { Password }.OfType<Secret>();
}
