using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RedshiftEtl.Sandbox.Faults;

/// <summary>What is to go wrong with one S3 request.</summary>
/// <param name="Status">The HTTP status to answer with, or null to go on.</param>
/// <param name="Code">S3's error code for it.</param>
/// <param name="Message">S3's message for it.</param>
/// <param name="Delay">How long to wait before the request is looked at.</param>
/// <param name="BytesPerSecond">The most that the body may pass, either way; null for no limit.</param>
/// <param name="CutAfterBytes">After how many bytes of the body, either way, the connection is dropped; null for not at all.</param>
internal sealed record S3Fault(int? Status, string Code, string Message, TimeSpan Delay, long? BytesPerSecond, long? CutAfterBytes)
{
    /// <summary>How many of the next bytes of the body may pass before the connection is cut.</summary>
    /// <param name="passed">Bytes that passed already.</param>
    /// <param name="count">Bytes that are to pass.</param>
    public int Allowed(long passed, int count) => CutAfterBytes is { } cut ? (int)Math.Clamp(cut - passed, 0, count) : count;

    /// <summary>Slows or cuts the body after some of its bytes have passed.</summary>
    /// <param name="http">The exchange, to cut.</param>
    /// <param name="total">Bytes of the body so far, these included.</param>
    /// <param name="count">Bytes that passed just now.</param>
    /// <param name="cancel">Cancels the wait.</param>
    public async ValueTask PassAsync(HttpContext http, long total, int count, CancellationToken cancel)
    {
        if (CutAfterBytes <= total)
        {
            http.Abort();
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"Cut after {CutAfterBytes} bytes, as the fault asks."));
        }
        if (BytesPerSecond is > 0 and { } rate) await Task.Delay(TimeSpan.FromSeconds((double)count / rate), cancel);
    }
}
