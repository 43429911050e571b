using System.Management.Automation;

namespace RedshiftEtl.Host;

/// <summary>Reads from the process's standard input, and stops waiting when the run is interrupted.</summary>
/// <param name="interrupted">The interruption.</param>
internal sealed class ConsoleInput(CancellationToken interrupted)
{
    /// <summary>Reads a line.</summary>
    /// <returns>The line without its end; null at the end of the input.</returns>
    /// <exception cref="PipelineStoppedException">The run was interrupted.</exception>
    public string? ReadLine() => Wait(Console.ReadLine);

    /// <summary>Reads one key, without showing it.</summary>
    /// <exception cref="PipelineStoppedException">The run was interrupted.</exception>
    public ConsoleKeyInfo ReadKey() => Wait(() => Console.ReadKey(intercept: true));

    /// <summary>Stops the terminal from showing what is typed ahead of the next read. On Unix .NET does that with its first read only,
    /// or its first look whether there is something to read.</summary>
    public void HideTyping() => _ = Console.KeyAvailable;

    /// <summary>A read cannot be called off, only left behind; the process is about to end anyway.</summary>
    private T Wait<T>(Func<T> read)
    {
        var reading = Task.Run(read, CancellationToken.None);
        try
        {
            reading.Wait(interrupted);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (AggregateException)
        {
            // GetResult below throws what the read threw, by itself.
        }

        return reading.GetAwaiter().GetResult();
    }
}
