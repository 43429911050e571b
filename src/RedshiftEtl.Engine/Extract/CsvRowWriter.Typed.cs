using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace RedshiftEtl.Engine.Extract;

/// <content>The types that database clients give.</content>
internal sealed partial class CsvRowWriter
{
    private byte[] _scratch = [];

    /// <summary>A number or another value whose invariant text needs no quotes.</summary>
    /// <param name="value">The value.</param>
    /// <param name="maximum">Bytes that its text may have at most.</param>
    /// <param name="format">Its format.</param>
    public void WriteFormatted<T>(T value, int maximum, string? format = null)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(BeginField(maximum), out int written, format, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>A date.</summary>
    public void WriteDate(int year, int month, int day)
    {
        Span<byte> target = BeginField(CsvTime.MaximumLength);
        _length += CsvTime.WriteDate(target, year, month, day);
    }

    /// <summary>A time of day.</summary>
    public void WriteTimeOfDay(int hour, int minute, int second, int microsecond)
    {
        Span<byte> target = BeginField(CsvTime.MaximumLength);
        _length += CsvTime.WriteTime(target, hour, minute, second, microsecond);
    }

    /// <summary>A date and time.</summary>
    /// <param name="time">The time, with whole microseconds.</param>
    /// <param name="isUtc">Whether it is an instant in UTC, which is then said.</param>
    public void WriteTimestamp(DateTime time, bool isUtc) => WriteTimestamp(
        time.Year, time.Month, time.Day, time.Hour, time.Minute, time.Second, (int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond), isUtc);

    /// <summary>A date and time.</summary>
    public void WriteTimestamp(int year, int month, int day, int hour, int minute, int second, int microsecond, bool isUtc)
    {
        Span<byte> target = BeginField(CsvTime.MaximumLength);
        int written = CsvTime.WriteDate(target, year, month, day);
        target[written++] = (byte)' ';
        written += CsvTime.WriteTime(target[written..], hour, minute, second, microsecond);
        if (isUtc)
        {
            "+00"u8.CopyTo(target[written..]);
            written += 3;
        }

        _length += written;
    }

    /// <summary>Text, quoted where it must be.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: half a surrogate pair, NUL, over 65,535 bytes of UTF-8, or equal to the NULL marker.</exception>
    public void WriteText(ReadOnlySpan<char> value)
    {
        // One byte more than a text may have is enough to see that it is too long; how long it is matters only then.
        if (!TryTranscode(value, RedshiftLimits.TextBytes + 1, out ReadOnlySpan<byte> text, out bool isWhole))
        {
            return;
        }

        WriteText(isWhole ? text : Encoding.UTF8.GetBytes(value.ToArray()));
    }

    /// <summary>Writes a text of a SUPER column, which may be as long as a row.</summary>
    public void WriteDocument(ReadOnlySpan<char> value)
    {
        if (!TryTranscode(value, RedshiftLimits.RowBytes, out ReadOnlySpan<byte> text, out bool isWhole))
        {
            return;
        }

        WriteDocument(isWhole ? text : throw RefusedValue.RowTooLong(_row));
    }

    /// <summary>Writes a text of a SUPER column, which may be as long as a row.</summary>
    public void WriteDocument(ReadOnlySpan<byte> value)
    {
        if (value.Length > RedshiftLimits.RowBytes)
        {
            throw RefusedValue.RowTooLong(_row);
        }

        if (!TryRepair(ref value, RedshiftLimits.RowBytes))
        {
            return;
        }

        Span<byte> target = BeginField((value.Length * 2) + 2);
        _length += CsvText.WriteQuoted(value, target);
    }

    /// <summary>The text as UTF-8; false when NULL was written instead, for half a surrogate pair.</summary>
    private bool TryTranscode(ReadOnlySpan<char> value, int limit, out ReadOnlySpan<byte> text, out bool isWhole)
    {
        int room = (int)Math.Min(value.Length * 3L, limit);
        if (room > _scratch.Length)
        {
            _scratch = new byte[Math.Max(room, 1024)];
        }

        OperationStatus status = Utf8.FromUtf16(value, _scratch.AsSpan(0, room), out _, out int written, replaceInvalidSequences: false);
        if (status is OperationStatus.InvalidData or OperationStatus.NeedMoreData)
        {
            if (Repair(ValueKind.Encoding, "the text has half a surrogate pair, which is no character", Encoding.UTF8.GetBytes(value.ToArray())) == ValueAction.Null)
            {
                text = default;
                isWhole = true;
                return false;
            }

            status = Utf8.FromUtf16(value, _scratch.AsSpan(0, room), out _, out written, replaceInvalidSequences: true);
        }

        isWhole = status != OperationStatus.DestinationTooSmall;
        text = _scratch.AsSpan(0, written);
        return true;
    }
}
