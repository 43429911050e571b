using System.Diagnostics;
using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Commands;

/// <summary>Opens connections and tells what answers: the product for a source or a warehouse, a written and read object for a stage.</summary>
[Cmdlet(VerbsDiagnostic.Test, "EtlConnection")]
[OutputType(typeof(EtlConnectionTest))]
public sealed class TestEtlConnectionCommand : ProjectCommand
{
    /// <summary>Connections: names, hashtables or connection objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public object[] Connection { get; set; } = [];

    /// <summary>User and password instead of the connection's own.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object value in Connection)
        {
            ForInput(() => WriteObject(Test(ResolveConnection<EtlConnection>(value, nameof(Connection), Credential))));
        }
    }

    private EtlConnectionTest Test(EtlConnection connection)
    {
        var clock = Stopwatch.StartNew();
        string message;
        EtlException? error = null;
        try
        {
            message = Run((progress, cancel) => ConnectionTest.RunAsync(connection, progress, cancel));
        }
        catch (EtlException e)
        {
            message = e.Message;
            error = e;
        }

        return new EtlConnectionTest(connection.Name, connection.Type, connection.Target, error is null, message, error?.Fault.Name, error?.Advice, clock.Elapsed);
    }
}
