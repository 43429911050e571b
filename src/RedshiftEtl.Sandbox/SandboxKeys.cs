namespace RedshiftEtl.Sandbox;

/// <summary>The one account of this sandbox: what the S3 endpoint and COPY accept.</summary>
internal sealed class SandboxKeys
{
    /// <summary>The access key id.</summary>
    public required string AccessKey { get; init; }

    /// <summary>The secret access key.</summary>
    public required string SecretKey { get; init; }

    /// <summary>The region that signatures must name.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Roles that COPY may assume; the first is the cluster's default role.</summary>
    public IReadOnlyList<string> Roles { get; init; } = ["arn:aws:iam::123456789012:role/sandbox"];
}
