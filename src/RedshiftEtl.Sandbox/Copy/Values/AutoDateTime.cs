namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>The forms that 'auto' recognises (redshift-facts.md 1.7).</summary>
internal static class AutoDateTime
{
    /// <summary>Reads a date with or without a time and zone.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out Instant instant)
    {
        instant = default;
        text = text.Trim((byte)' ');
        return TryReadIso(text, ref instant) || AutoDateTimeWords.TryRead(text, out instant);
    }

    /// <summary>YYYY-MM-DD, then T or a blank and a time, then Z or an offset.</summary>
    private static bool TryReadIso(ReadOnlySpan<byte> text, ref Instant instant)
    {
        var cursor = new DateTimeCursor(text);
        if (!cursor.TakeIsoDate(ref instant))
            return false;
        if (cursor.AtEnd)
            return true;
        if (!cursor.Take((byte)'T') && !cursor.TakeBlanks())
            return false;
        if (!cursor.TakeIsoTime(ref instant))
            return false;
        cursor.TakeBlanks();
        if (cursor.AtEnd)
            return true;
        if (cursor.Take((byte)'Z'))
        {
            instant.Offset = 0;
            return cursor.AtEnd;
        }
        return cursor.TakeOffset(minutes: true, ref instant) && cursor.AtEnd;
    }
}
