using System.Globalization;
using System.Text.RegularExpressions;

namespace RedshiftEtl.Engine.Schedule;

/// <summary>Turns a schedule in words into cron expressions; several where one cannot say it (two times of a day, the 15th and the last).</summary>
internal static partial class ScheduleWords
{
    /// <summary>What a schedule can be, for messages and the docs.</summary>
    public const string Forms = "'Every 15 minutes', 'Hourly', 'Hourly :20', 'Daily 02:30', 'Weekdays 06:00', 'Weekly Mon,Thu 03:00', 'SemiMonthly 1,15 04:00', 'Monthly last 05:00', 'Monthly first Mon 05:00', 'Quarterly 06:00', or five fields of cron";

    private const int MinutesInHour = 60;
    private const int HoursInDay = 24;
    private const string Midnight = "00:00";

    private static readonly string[] s_days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    private static readonly string[] s_longDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    private static readonly string[] s_ordinals = ["first", "second", "third", "fourth"];

    /// <summary>The cron expressions, of five fields each.</summary>
    /// <exception cref="FormatException">It is nothing that is known.</exception>
    public static IReadOnlyList<string> ToCron(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0)
        {
            throw Unknown(text);
        }

        // Digits, a star or a macro: cron, which Cronos reads.
        if (words[0][0] is '*' or '@' || char.IsAsciiDigit(words[0][0]))
        {
            return [text];
        }

        var rest = new Queue<string>(words.Skip(1));
        IReadOnlyList<string> cron = words[0].ToUpperInvariant() switch
        {
            "EVERY" => [Every(text, rest)],
            "HOURLY" => [Hourly(text, rest)],
            "DAILY" => At(text, rest, ["* * *"]),
            "WEEKDAYS" => At(text, rest, ["* * 1-5"]),
            "WEEKLY" => At(text, rest, [$"* * {Days(rest)}"]),
            "SEMIMONTHLY" => At(text, rest, MonthDays(text, rest, "1,15", "*")),
            "MONTHLY" => At(text, rest, MonthDays(text, rest, "1", "*")),
            "QUARTERLY" => At(text, rest, MonthDays(text, rest, "1", rest.TryPeek(out string? day) && IsWord(day, "last") ? "3,6,9,12" : "1,4,7,10")),
            _ => throw Unknown(text),
        };
        return rest.Count == 0 ? cron : throw new FormatException($"'{rest.Peek()}' in '{text}' is not understood. A schedule is {Forms}.");
    }

    private static string Every(string text, Queue<string> rest)
    {
        int count = rest.TryPeek(out string? number) && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : 1;
        if (number is not null && char.IsAsciiDigit(number[0]))
        {
            rest.Dequeue();
        }

        rest.TryDequeue(out string? unit);
        return unit?.ToUpperInvariant() switch
        {
            "MINUTE" or "MINUTES" => count > 0 && MinutesInHour % count == 0 && count < MinutesInHour ? $"*/{count} * * * *" : throw Uneven(text, "minutes", "1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30"),
            "HOUR" or "HOURS" => count > 0 && HoursInDay % count == 0 && count < HoursInDay ? $"0 */{count} * * *" : throw Uneven(text, "hours", "1, 2, 3, 4, 6, 8 or 12"),
            _ => throw Unknown(text),
        };
    }

    private static string Hourly(string text, Queue<string> rest)
    {
        if (!rest.TryDequeue(out string? minute))
        {
            return "0 * * * *";
        }

        return Minute().Match(minute) is { Success: true } match
            ? $"{int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)} * * * *"
            : throw new FormatException($"'{minute}' in '{text}' is no minute of an hour, such as :20.");
    }

    /// <summary>The days with the times of day that follow them, or midnight.</summary>
    private static string[] At(string text, Queue<string> rest, IReadOnlyList<string> days)
    {
        string times = rest.TryDequeue(out string? word) ? word : Midnight;
        return [.. times.Split(',').SelectMany(time => Time().Match(time) is { Success: true } match
            ? days.Select(day => string.Create(CultureInfo.InvariantCulture, $"{int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)} {int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)} {day}"))
            : throw new FormatException($"'{time}' in '{text}' is no time of a day, such as 02:30 or 14:00."))];
    }

    private static string Days(Queue<string> rest)
    {
        if (!rest.TryPeek(out string? word) || char.IsAsciiDigit(word[0]))
        {
            return "1";
        }

        rest.Dequeue();
        return string.Join(',', word.Split(',').Select(Day));
    }

    /// <summary>Day, month and weekday fields: numbers of days, «last», or «first Mon».</summary>
    private static string[] MonthDays(string text, Queue<string> rest, string fallback, string months)
    {
        if (!rest.TryPeek(out string? word) || word.Contains(':', StringComparison.Ordinal))
        {
            word = fallback;
        }
        else
        {
            rest.Dequeue();
            if (Array.FindIndex(s_ordinals, ordinal => IsWord(word, ordinal)) is >= 0 and var place)
            {
                string day = rest.TryDequeue(out string? of) ? of : throw new FormatException($"'{text}' lacks a weekday behind '{word}': Monthly {word} Mon.");
                return [string.Create(CultureInfo.InvariantCulture, $"* {months} {Day(day)}#{place + 1}")];
            }

            if (IsWord(word, "last") && rest.TryPeek(out string? next) && !char.IsAsciiDigit(next[0]))
            {
                return [$"* {months} {Day(rest.Dequeue())}L"];
            }
        }

        return [.. word.Split(',').Select(day => IsWord(day, "last") ? $"L {months} *"
            : int.TryParse(day, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 31 ? string.Create(CultureInfo.InvariantCulture, $"{number} {months} *")
            : throw new FormatException($"'{day}' in '{text}' is no day of a month: 1 to 31, last, or first Mon."))];
    }

    private static int Day(string name)
    {
        int day = Array.FindIndex(s_days, short_ => IsWord(name, short_));
        day = day >= 0 ? day : Array.FindIndex(s_longDays, whole => IsWord(name, whole));
        return day >= 0 ? day : throw new FormatException($"'{name}' is no day of a week: {string.Join(", ", s_days)}.");
    }

    private static bool IsWord(string word, string other) => word.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static FormatException Unknown(string text) => new($"'{text}' is no schedule. It can be {Forms}.");

    private static FormatException Uneven(string text, string unit, string counts) =>
        new($"'{text}' does not divide {(unit == "minutes" ? "an hour" : "a day")} evenly. Every … {unit} takes {counts}.");

    [GeneratedRegex("^([01]?[0-9]|2[0-3]):([0-5][0-9])$", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex("^:([0-5][0-9])$", RegexOptions.CultureInvariant)]
    private static partial Regex Minute();
}
