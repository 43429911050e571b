using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox;

/// <summary>A part of the sandbox that runs until it is disposed.</summary>
/// <typeparam name="T">What the others need to know of it.</typeparam>
/// <param name="Value">That.</param>
/// <param name="Running">Stops the part.</param>
internal sealed record RunningPart<T>(T Value, IAsyncDisposable Running);

/// <summary>Where the S3 endpoint is.</summary>
/// <param name="ServiceUrl">Its address.</param>
/// <param name="Keys">The account that it accepts.</param>
internal sealed record ObjectService(string ServiceUrl, SandboxKeys Keys);

/// <summary>Where faults are ordered.</summary>
/// <param name="Url">The admin endpoint's address.</param>
/// <param name="Token">What its caller must show.</param>
internal sealed record AdminService(string Url, string Token);

/// <summary>The parts that <see cref="SandboxHost"/> puts together, each started by a function of the folder that owns it.</summary>
internal sealed record SandboxParts
{
    /// <summary>Starts the private PostgreSQL on a folder; null for a throw-away one.</summary>
    public required Func<string?, CancellationToken, Task<RunningPart<BackendAddress>>> StartPostgres { get; init; }

    /// <summary>Starts the S3 endpoint on a folder.</summary>
    public required Func<string, SandboxOptions, CancellationToken, Task<RunningPart<ObjectService>>> StartObjects { get; init; }

    /// <summary>Starts the admin endpoint.</summary>
    public required Func<CancellationToken, Task<RunningPart<AdminService>>> StartAdmin { get; init; }

    /// <summary>Makes what carries out COPY, once the database is there.</summary>
    public required Func<BackendAddress, SandboxOptions, ObjectService, CancellationToken, Task<RunningPart<CopyExecutor>>> MakeCopy { get; init; }

    /// <summary>Decides what goes wrong with statements; null if nothing does.</summary>
    public StatementFaults? Faults { get; init; }
}
