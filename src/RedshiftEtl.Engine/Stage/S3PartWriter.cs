using System.Buffers;
using Amazon.S3.Model;

namespace RedshiftEtl.Engine.Stage;

/// <summary>One object in S3: a single put when it is small, else a multipart upload whose next piece fills while the last one is sent.</summary>
internal sealed class S3PartWriter(S3Store store, string key) : IPartWriter
{
    /// <summary>Bytes of a piece: over S3's least of 5 MiB, and 10,000 pieces hold more than the 1 GB a part may have.</summary>
    public const int PieceBytes = 8 * 1024 * 1024;

    private readonly List<PartETag> _pieces = [];
    private byte[] _buffer = [];
    private int _length;
    private long _total;
    private string? _uploadId;
    private Task _sending = Task.CompletedTask;
    private bool _isComplete;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        _total += bytes.Length;
        while (bytes.Length > 0)
        {
            // Only when there is more than a piece is it sent: the last one must not be empty.
            if (_length == PieceBytes)
            {
                await SendPieceAsync(cancel);
            }

            Reserve(bytes.Length);
            int taken = Math.Min(_buffer.Length - _length, bytes.Length);
            taken = Math.Min(PieceBytes - _length, taken);
            bytes[..taken].CopyTo(_buffer.AsMemory(_length));
            _length += taken;
            bytes = bytes[taken..];
        }
    }

    /// <inheritdoc/>
    public async Task<string> CompleteAsync(string crc32C, CancellationToken cancel)
    {
        if (_uploadId is null)
        {
            await store.PutAsync(key, _buffer, _length, crc32C, isNew: false, cancel);
        }
        else
        {
            await SendPieceAsync(cancel);
            await _sending;
            await store.EndAsync(key, _uploadId, _pieces, _total, crc32C, cancel);
        }

        _isComplete = true;
        try
        {
            await store.VerifyAsync(key, _total, cancel);
        }
        catch
        {
            await store.RemoveAsync([key]);
            throw;
        }

        return store.Url(key);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Return(_buffer);
        _buffer = [];
        if (!_isComplete && _uploadId is not null)
        {
            await store.AbortAsync(key, _uploadId);
        }
    }

    /// <summary>Grows with what is written: small parts, of which there may be many at once, need little memory.</summary>
    private void Reserve(int bytes)
    {
        int wanted = Math.Min(_length + bytes, PieceBytes);
        if (_buffer.Length >= wanted)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(wanted, Math.Max(_buffer.Length * 2, 256 * 1024)), PieceBytes));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        Return(_buffer);
        _buffer = larger;
    }

    private async Task SendPieceAsync(CancellationToken cancel)
    {
        _uploadId ??= await store.BeginAsync(key, cancel);
        await _sending;
        byte[] piece = _buffer;
        int length = _length;
        // The next piece will be as long most likely.
        _buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        _length = 0;
        int number = _pieces.Count + 1;
        _sending = Task.Run(
            async () =>
            {
                try
                {
                    _pieces.Add(await store.SendAsync(key, _uploadId, number, piece, length, cancel));
                }
                finally
                {
                    Return(piece);
                }
            },
            CancellationToken.None);
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
