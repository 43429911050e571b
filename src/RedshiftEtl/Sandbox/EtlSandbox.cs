using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Sandbox;

/// <summary>A running sandbox: a stand-in for Redshift and S3 on this machine, for tests and trials.</summary>
public sealed class EtlSandbox
{
    internal EtlSandbox(SandboxProcess process, SandboxWarehouse warehouse, SandboxStage stage, SandboxAdmin admin, string dataPath)
    {
        Process = process;
        Warehouse = warehouse;
        Stage = stage;
        Admin = admin;
        DataPath = dataPath;
    }

    /// <summary>A connection to its Redshift endpoint, with the password in the clear for clients other than the module.</summary>
    public SandboxWarehouse Warehouse { get; }

    /// <summary>A connection to its S3 endpoint, with the secret key in the clear for clients other than the module.</summary>
    public SandboxStage Stage { get; }

    /// <summary>Its endpoint for faults.</summary>
    public SandboxAdmin Admin { get; }

    /// <summary>The folder of its data; removed at the end unless it was named with -DataPath.</summary>
    public string DataPath { get; }

    /// <summary>Process id of the sandbox.</summary>
    public int ProcessId => Process.Id;

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => Process.IsRunning;

    internal SandboxProcess Process { get; }

    /// <summary>Where it listens.</summary>
    public override string ToString() => $"Redshift {Warehouse.Target}, S3 {Stage.ServiceUrl}";
}

/// <summary>The sandbox's Redshift endpoint. Its password protects nothing, so it can be read.</summary>
public sealed record SandboxWarehouse : RedshiftConnection
{
    /// <summary>The password.</summary>
    public new string Password => base.Password!.Reveal();
}

/// <summary>The sandbox's own HTTP endpoint: GET, POST and DELETE /faults, GET /statements. Its token protects nothing, so it can be read.</summary>
/// <param name="Url">Where it listens, without a slash at the end.</param>
/// <param name="Token">The bearer token that it wants with every request.</param>
public sealed record SandboxAdmin(string Url, string Token);

/// <summary>The sandbox's S3 endpoint. Its secret key protects nothing, so it can be read.</summary>
public sealed record SandboxStage : S3Connection
{
    /// <summary>The secret key.</summary>
    public new string SecretKey => base.SecretKey!.Reveal();
}
