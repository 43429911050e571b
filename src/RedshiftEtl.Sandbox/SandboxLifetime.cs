using System.Net.Sockets;
using System.Runtime.InteropServices;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox;

/// <summary>Runs the sandbox as a program: says when it is ready, ends with its standard input or a signal.</summary>
internal static class SandboxLifetime
{
    /// <summary>Runs until told to end. Returns the exit code: 0, or 1 with one sentence on <paramref name="errors"/>.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, SandboxParts parts, TextReader input, TextWriter output, TextWriter errors, CancellationToken stop = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, End);
        try
        {
            var options = SandboxOptions.Parse(arguments, Environment.GetEnvironmentVariable);
            if (!options.KeepRunning) _ = Task.Run(() => EndWithInput(input, ended), CancellationToken.None);
            await using var host = await SandboxHost.StartAsync(options, parts, ended.Token).ConfigureAwait(false);
            await output.WriteLineAsync(host.Description).ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            await WaitAsync(ended.Token).ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception error) when (error is SandboxException or BackendException or IOException or UnauthorizedAccessException or SocketException)
        {
            await errors.WriteLineAsync(Sentence(error)).ConfigureAwait(false);
            return 1;
        }
    }

    private static string Sentence(Exception error) => error switch
    {
        SandboxException => error.Message,
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => "The sandbox can't start: one of the given ports is in use.",
        _ => $"The sandbox can't start: {error.Message.ReplaceLineEndings(" ")}",
    };

    private static void EndWithInput(TextReader input, CancellationTokenSource ended)
    {
        try
        {
            while (input.ReadLine() is not null)
            {
            }
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The sandbox has ended otherwise.
        }
    }

    private static async Task WaitAsync(CancellationToken ended)
    {
        var done = new TaskCompletionSource();
        await using var registration = ended.Register(() => done.TrySetResult()).ConfigureAwait(false);
        await done.Task.ConfigureAwait(false);
    }
}
