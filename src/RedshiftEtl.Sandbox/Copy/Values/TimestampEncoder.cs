using System.Buffers.Text;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>TIMESTAMP, which drops a zone without converting, and TIMESTAMPTZ, which is UTC when no zone is given (redshift-facts.md 1.7).</summary>
/// <param name="reading">TIMEFORMAT.</param>
/// <param name="acceptAny">ACCEPTANYDATE.</param>
/// <param name="zoned">TIMESTAMPTZ.</param>
internal sealed class TimestampEncoder(DateTimeReading reading, bool acceptAny, bool zoned) : ValueEncoder
{
    private const long LeastEpochMicros = -210_866_803_200_000_000;

    private readonly ValueFault _fault = new(1206, reading.Form == DateTimeForm.Default
        ? zoned ? "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SSOF]" : "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]"
        : "Invalid timestamp format or value");

    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        if (!TryRead(value, out Instant instant))
        {
            if (!acceptAny)
                return _fault;
            row.AppendNull();
            return null;
        }
        instant.AppendDate(row);
        row.Append((byte)' ');
        instant.AppendTime(row);
        if (zoned)
            instant.AppendOffset(row);
        instant.AppendEra(row);
        return null;
    }

    private bool TryRead(ReadOnlySpan<byte> value, out Instant instant)
    {
        instant = default;
        switch (reading.Form)
        {
            case DateTimeForm.Auto:
                return AutoDateTime.TryRead(value, out instant);
            case DateTimeForm.Pattern:
                return reading.Pattern!.TryRead(value, out instant);
            case DateTimeForm.EpochSeconds:
                return TryReadEpoch(value, 1_000_000, ref instant);
            case DateTimeForm.EpochMilliseconds:
                return TryReadEpoch(value, 1000, ref instant);
            default:
                var cursor = new DateTimeCursor(value);
                return cursor.TakeIsoDate(ref instant) && cursor.Take((byte)' ') && cursor.TakeIsoTime(ref instant)
                    && (cursor.AtEnd || (cursor.TakeOffset(minutes: false, ref instant) && cursor.AtEnd));
        }
    }

    private static bool TryReadEpoch(ReadOnlySpan<byte> value, long micros, ref Instant instant)
    {
        if (!Utf8Parser.TryParse(value, out long number, out int used) || used != value.Length || value[0] == (byte)'+'
            || number > long.MaxValue / micros || number < LeastEpochMicros / micros)
            return false;
        instant.SetFromEpoch(number * micros);
        return true;
    }
}
