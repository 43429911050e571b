using System.Runtime.InteropServices;

namespace RedshiftEtl.Engine;

/// <summary>While a run is under way, the system's wish to end the process (SIGTERM, a closed console, a shutdown) stops the run first: it cancels its statements, rolls back and gives up its lease.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>How long the process is held for the run to end: systems kill what takes longer than about five seconds.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    private readonly ManualResetEventSlim _hasEnded = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Registers for as long as the run goes on.</summary>
    /// <param name="stop">What a signal cancels.</param>
    public StopSignals(CancellationTokenSource stop)
    {
        _registrations = new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, _ =>
        {
            WasSignalled = true;
            try
            {
                stop.Cancel();
                _hasEnded.Wait(s_patience);
            }
            catch (ObjectDisposedException)
            {
                // The run ended in this very moment; there is nothing to wait for.
                return;
            }
        })).ToArray();
    }

    /// <summary>Whether the system asked the process to end.</summary>
    public bool WasSignalled { get; private set; }

    /// <summary>The run has ended: a process that waits for it may go.</summary>
    public void Dispose()
    {
        _hasEnded.Set();
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _hasEnded.Dispose();
    }
}
