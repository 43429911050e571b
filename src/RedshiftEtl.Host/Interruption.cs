using System.Runtime.InteropServices;

namespace RedshiftEtl.Host;

/// <summary>Turns the first Ctrl-C or SIGTERM into a request to stop, so that <c>finally</c> blocks run.
/// The second one is left to the system, which ends the process.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _exitCode;

    /// <summary>Starts listening.</summary>
    public Interruption() =>
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Handle(signal, 130)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Handle(signal, 143)),
        ];

    /// <summary>Cancelled by the first signal, on a thread of its own.</summary>
    public CancellationToken Token => _requested.Token;

    /// <summary>128 and the signal's number, as shells report it; null while there was no signal.</summary>
    public int? ExitCode => _exitCode == 0 ? null : _exitCode;

    /// <summary>Stops listening: from now on a signal ends the process.</summary>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _requested.Dispose();
    }

    private void Handle(PosixSignalContext signal, int exitCode)
    {
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) != 0)
            return;
        signal.Cancel = true;
        _requested.CancelAsync();
    }
}
