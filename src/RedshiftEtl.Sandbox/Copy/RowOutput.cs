using RedshiftEtl.Sandbox.Copy.Values;

namespace RedshiftEtl.Sandbox.Copy;

/// <summary>Sends rows to PostgreSQL while the next are made: one buffer is filled, the other is on its way.</summary>
internal sealed class RowOutput(Stream? target) : IAsyncDisposable
{
    private const int FlushAt = 1 << 17;

    private RowBuffer _filling = new();
    private RowBuffer _sending = new();
    private Task _sent = Task.CompletedTask;

    /// <summary>The buffer to append rows to.</summary>
    public RowBuffer Rows => _filling;

    /// <summary>Whether there's enough to send.</summary>
    public bool IsFull => _filling.Length >= FlushAt;

    /// <summary>Sends what there is without waiting for it to arrive.</summary>
    public async Task SendAsync(CancellationToken cancel)
    {
        await _sent;
        (_filling, _sending) = (_sending, _filling);
        _filling.Length = 0;
        if (target is not null)
            _sent = target.WriteAsync(_sending.Written, cancel).AsTask();
    }

    /// <summary>Sends the rest and waits for all of it.</summary>
    public async Task FinishAsync(CancellationToken cancel)
    {
        await SendAsync(cancel);
        await _sent;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A write that is still under way reads its buffer; how it ends no longer matters.
        await ((Task)_sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _filling.Dispose();
        _sending.Dispose();
    }
}
