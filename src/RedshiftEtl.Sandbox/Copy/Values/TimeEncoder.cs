namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>TIME and TIMETZ: HH:MM:SS[.ffffff], TIMETZ with an offset that is converted to UTC; no TIMEFORMAT applies (redshift-facts.md 1.7).</summary>
/// <param name="zoned">TIMETZ.</param>
internal sealed class TimeEncoder(bool zoned) : ValueEncoder
{
    private const int DaySeconds = 86_400;

    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        Instant instant = default;
        var cursor = new DateTimeCursor(value);
        bool read = cursor.TakeIsoTime(ref instant)
            && (cursor.AtEnd || (zoned && cursor.TakeOffset(minutes: true, ref instant) && cursor.AtEnd));
        if (!read)
            return new ValueFault(1206, zoned ? "Invalid timetz format or value" : "Invalid time format or value");
        if (instant.Offset is { } offset)
        {
            int seconds = ((instant.Hour * 3600) + (instant.Minute * 60) + instant.Second - offset + DaySeconds) % DaySeconds;
            (instant.Hour, instant.Minute, instant.Second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            instant.Offset = 0;
        }
        instant.AppendTime(row);
        if (zoned)
            instant.AppendOffset(row);
        return null;
    }
}
