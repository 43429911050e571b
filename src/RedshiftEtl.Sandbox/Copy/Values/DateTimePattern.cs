using System.Text;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>A DATEFORMAT or TIMEFORMAT string (redshift-facts.md 1.7): YYYY, YY, MM, MON, DD, HH, HH24, HH12, MI, SS, AM, PM and separators.</summary>
internal sealed class DateTimePattern
{
    private static readonly string[] s_parts = ["YYYY", "HH24", "HH12", "MON", "YY", "MM", "DD", "HH", "MI", "SS", "AM", "PM"];

    /// <summary>Parts in order; a separator is a part of one other character.</summary>
    private readonly List<string> _parts = [];

    private DateTimePattern()
    {
    }

    /// <summary>Reads the pattern.</summary>
    /// <exception cref="Redshift.BackendException">A part that isn't known, a zone, or no full date.</exception>
    public static DateTimePattern Parse(string text, string option)
    {
        var pattern = new DateTimePattern();
        for (int at = 0; at < text.Length;)
        {
            string? part = s_parts.FirstOrDefault(part => string.Compare(text, at, part, 0, part.Length, StringComparison.OrdinalIgnoreCase) == 0);
            if (part is null && (text[at] is not ('T' or 't') || at == 0) && (char.IsLetterOrDigit(text[at]) || text[at] > 0x7f))
                throw CopyErrors.Syntax($"Invalid {option} string: '{text}'");
            part ??= text[at..(at + 1)];
            pattern._parts.Add(part);
            at += part.Length;
        }
        bool full = (pattern.Has("YYYY") || pattern.Has("YY")) && (pattern.Has("MM") || pattern.Has("MON")) && pattern.Has("DD");
        return full && !text.Contains("TZ", StringComparison.OrdinalIgnoreCase) ? pattern : throw CopyErrors.Syntax($"Invalid {option} string: '{text}'");
    }

    /// <summary>Reads a value by the pattern.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out Instant instant)
    {
        instant = default;
        var cursor = new DateTimeCursor(text);
        bool? afternoon = null;
        bool twelve = false;
        foreach (string part in _parts)
        {
            if (!TakePart(part, ref cursor, ref instant, ref afternoon, ref twelve))
                return false;
        }
        if (!cursor.AtEnd || (twelve && instant.Hour is < 1 or > 12) || (afternoon is not null && instant.Hour > 12 && twelve))
            return false;
        if (afternoon is { } pm && instant.Hour <= 12)
            instant.Hour = (instant.Hour % 12) + (pm ? 12 : 0);
        return instant.HasValidDate && instant.HasValidTime;
    }

    private bool Has(string part) => _parts.Contains(part, StringComparer.Ordinal);

    private static bool TakePart(string part, ref DateTimeCursor cursor, ref Instant instant, ref bool? afternoon, ref bool twelve)
    {
        int value;
        switch (part)
        {
            case "YYYY":
                bool year = cursor.TakeDigits(4, 4, out value);
                instant.Year = value;
                return year && value > 0;
            case "YY":
                bool shortYear = cursor.TakeDigits(2, 2, out value);
                instant.Year = value + (value < 70 ? 2000 : 1900);
                return shortYear;
            case "MM":
                bool month = cursor.TakeDigits(1, 2, out value);
                instant.Month = value;
                return month;
            case "MON":
                instant.Month = MonthNames.Find(cursor.TakeLetters());
                return instant.Month > 0;
            case "DD":
                bool day = cursor.TakeDigits(1, 2, out value);
                instant.Day = value;
                return day;
            case "HH" or "HH24" or "HH12":
                twelve = part == "HH12";
                bool hour = cursor.TakeDigits(1, 2, out value);
                instant.Hour = value;
                return hour;
            case "MI":
                bool minute = cursor.TakeDigits(1, 2, out value);
                instant.Minute = value;
                return minute;
            case "SS":
                bool second = cursor.TakeDigits(1, 2, out value) & cursor.TakeFraction(out int micros);
                (instant.Second, instant.Micro) = (value, micros);
                return second;
            case "AM" or "PM":
                ReadOnlySpan<byte> half = cursor.TakeLetters();
                afternoon = Ascii.EqualsIgnoreCase(half, "PM"u8);
                return afternoon.Value || Ascii.EqualsIgnoreCase(half, "AM"u8);
            default:
                return cursor.Take((byte)part[0]);
        }
    }
}
