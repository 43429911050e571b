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
        // One byte more than a text may have is enough to see that it is too long.
        ReadOnlySpan<byte> text = Transcode(value, RedshiftLimits.TextBytes + 1, out bool isWhole);
        if (!isWhole)
        {
            throw Refuse(string.Create(CultureInfo.InvariantCulture, $"the text has {Encoding.UTF8.GetByteCount(value):N0} bytes; Redshift holds {RedshiftLimits.TextBytes:N0}"), text);
        }

        WriteText(text);
    }

    /// <summary>A document for SUPER: text that may be as long as a row.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: half a surrogate pair, NUL, or too long for a row.</exception>
    public void WriteDocument(ReadOnlySpan<char> value)
    {
        ReadOnlySpan<byte> text = Transcode(value, RedshiftLimits.RowBytes, out bool isWhole);
        WriteDocument(isWhole ? text : throw RefusedValue.RowTooLong(_row));
    }

    /// <summary>A document for SUPER, in UTF-8: text that may be as long as a row.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: broken UTF-8, NUL, or too long for a row.</exception>
    public void WriteDocument(ReadOnlySpan<byte> value)
    {
        if (value.Length > RedshiftLimits.RowBytes)
        {
            throw RefusedValue.RowTooLong(_row);
        }

        CheckCharacters(value);
        if (value.SequenceEqual(_null))
        {
            throw Refuse(RefusedValue.IsMarker, value, RefusedValue.MarkerAdvice);
        }

        Span<byte> target = BeginField((value.Length * 2) + 2);
        _length += CsvText.WriteQuoted(value, target);
    }

    /// <summary>UTF-8 of a text, up to a limit, in a buffer that the next call overwrites.</summary>
    private ReadOnlySpan<byte> Transcode(ReadOnlySpan<char> value, int limit, out bool isWhole)
    {
        int room = (int)Math.Min(value.Length * 3L, limit);
        if (room > _scratch.Length)
        {
            _scratch = new byte[Math.Max(room, 1024)];
        }

        OperationStatus status = Utf8.FromUtf16(value, _scratch.AsSpan(0, room), out int read, out int written, replaceInvalidSequences: false);
        isWhole = status != OperationStatus.DestinationTooSmall;
        return status is OperationStatus.InvalidData or OperationStatus.NeedMoreData
            ? throw Refuse("the text has half a surrogate pair, which is no character", Encoding.UTF8.GetBytes(value[..Math.Min(read + 1, value.Length)].ToArray()))
            : _scratch.AsSpan(0, written);
    }
}
