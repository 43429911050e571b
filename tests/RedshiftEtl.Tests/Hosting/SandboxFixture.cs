using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

[assembly: AssemblyFixture(typeof(SandboxFixture))]

namespace RedshiftEtl.Tests.Hosting;

/// <summary>One sandbox for all tests, started and stopped by the module's own cmdlets. Tests keep apart by the names of their schemas and connections.</summary>
public sealed class SandboxFixture : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly PSObject _sandbox;

    public SandboxFixture()
        : this("Start-EtlSandbox")
    {
    }

    /// <summary>A sandbox of another kind, for a test that disposes it.</summary>
    internal SandboxFixture(string start) => _sandbox = _session.Run(start).Only();

    /// <summary>What Start-EtlSandbox returned.</summary>
    public object Sandbox => _sandbox.BaseObject;

    /// <summary>A session with $sandbox, and with the given variables.</summary>
    public ModuleSession Open(params (string Name, object? Value)[] variables) => new([("sandbox", _sandbox), .. variables]);

    /// <summary>A project of a test's own on this sandbox.</summary>
    public ProjectFolder Project() => new(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        using ModuleSession stop = Open();
        stop.Run("Stop-EtlSandbox $sandbox").Clean();
        _session.Dispose();
    }
}
