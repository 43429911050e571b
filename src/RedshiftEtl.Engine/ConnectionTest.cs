using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine;

/// <summary>What came of testing a connection.</summary>
/// <param name="Name">The connection's name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Target">What it points to.</param>
/// <param name="Succeeded">Whether it can be used.</param>
/// <param name="Message">What answered, or what is wrong.</param>
/// <param name="Fault">The fault's name, when it cannot be used.</param>
/// <param name="Advice">What to do, when it cannot be used.</param>
/// <param name="Duration">How long it took.</param>
public sealed record EtlConnectionTest(
    string Name, string Type, string Target, bool Succeeded, string Message, string? Fault, string? Advice, TimeSpan Duration);

/// <summary>Tries connections.</summary>
public static class ConnectionTest
{
    /// <summary>Opens and closes the connection, and says what answered.</summary>
    /// <exception cref="EtlException">It cannot be used.</exception>
    public static async Task<string> RunAsync(EtlConnection connection, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        switch (connection)
        {
            case SourceConnection source:
                return await SourceTest.RunAsync(source, cancel);
            case S3Connection stage:
                return await StageTest.RunAsync(stage, cancel);
            case RedshiftConnection warehouse:
                await using (WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel))
                {
                    return session.Product;
                }

            default:
                throw new EtlException(Fault.ConnectionTypeMismatch, $"A {connection.Type} connection cannot be tested.", connection.Name);
        }
    }
}
