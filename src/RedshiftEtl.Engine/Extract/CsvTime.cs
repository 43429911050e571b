using System.Buffers.Text;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Dates and times as digits, as COPY reads them (fact sheet 1.7), without a format to interpret. Values are checked by the caller.</summary>
internal static class CsvTime
{
    /// <summary>Bytes of the longest: <c>9999-12-31 23:59:59.999999+00</c>.</summary>
    public const int MaximumLength = 29;

    /// <summary>yyyy-MM-dd, at the start of <paramref name="target"/>.</summary>
    /// <returns>The bytes written: 10.</returns>
    public static int WriteDate(Span<byte> target, int year, int month, int day)
    {
        Utf8Formatter.TryFormat((uint)year, target, out _, new System.Buffers.StandardFormat('D', 4));
        target[4] = (byte)'-';
        WriteTwo(target[5..], month);
        target[7] = (byte)'-';
        WriteTwo(target[8..], day);
        return 10;
    }

    /// <summary>HH:mm:ss, and the microseconds behind a point without the zeros at their end, if there are any.</summary>
    /// <returns>The bytes written: 8, or 10 to 15.</returns>
    public static int WriteTime(Span<byte> target, int hour, int minute, int second, int microsecond)
    {
        WriteTwo(target, hour);
        target[2] = (byte)':';
        WriteTwo(target[3..], minute);
        target[5] = (byte)':';
        WriteTwo(target[6..], second);
        if (microsecond == 0)
        {
            return 8;
        }

        target[8] = (byte)'.';
        int digits = 6;
        while (microsecond % 10 == 0)
        {
            microsecond /= 10;
            digits--;
        }

        for (int i = 8 + digits; i > 8; i--)
        {
            target[i] = (byte)('0' + (microsecond % 10));
            microsecond /= 10;
        }

        return 9 + digits;
    }

    private static void WriteTwo(Span<byte> target, int value)
    {
        target[1] = (byte)('0' + (value % 10));
        target[0] = (byte)('0' + (value / 10));
    }
}
