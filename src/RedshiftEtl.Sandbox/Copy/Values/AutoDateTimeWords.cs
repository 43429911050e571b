using System.Text;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>
/// The forms of 'auto' that aren't plain ISO: J2451187, 1996.008, Jan-08-95 BC, 19960108 040809, 960108 040809,
/// 17 Dec 07:37:16 1997 PST, 12/17/1997 07:37:16.00 PST, 17.12.1997 07:37:16 UTC (redshift-facts.md 1.7). Words are
/// separated by blanks; of numbers with slashes the first is the month, of numbers with dots the day. A date in one
/// word comes first, and era, zone and half of the day come once and behind what they belong to.
/// </summary>
internal ref struct AutoDateTimeWords
{
    private Instant _instant;
    private int? _year;
    private int? _month;
    private int? _day;
    private bool _hasTime;
    private bool _takesNoEra;
    private bool? _beforeChrist;
    private bool? _afternoon;

    /// <summary>Reads the words.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out Instant instant)
    {
        instant = default;
        var words = default(AutoDateTimeWords);
        foreach (Range range in text.Split((byte)' '))
        {
            ReadOnlySpan<byte> word = text[range];
            if (!word.IsEmpty && !words.Take(word))
                return false;
        }
        return words.TryFinish(out instant);
    }

    private readonly bool IsDated => _year is not null && _month is not null && _day is not null;

    private readonly bool IsFirst => _year is null && _month is null && _day is null && !_hasTime;

    private bool Take(ReadOnlySpan<byte> word)
    {
        if (word.Contains((byte)':'))
            return TakeTime(word);
        bool digitsOnly = !word.ContainsAnyExceptInRange((byte)'0', (byte)'9');
        if (digitsOnly)
            return TakeNumber(word);
        if (word[0] is (byte)'J' or (byte)'j' && word.Length > 1 && !word[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return TakeJulian(word[1..]);
        if (!word.ContainsAny((byte)'/', (byte)'.', (byte)'-'))
            return TakeName(word);
        return TakeDate(word);
    }

    private bool TakeTime(ReadOnlySpan<byte> word)
    {
        var cursor = new DateTimeCursor(word);
        if (_hasTime || !cursor.TakeIsoTime(ref _instant))
            return false;
        _hasTime = true;
        return cursor.AtEnd || TakeZone(ref cursor);
    }

    private bool TakeZone(ref DateTimeCursor cursor)
    {
        if (cursor.Next is (byte)'+' or (byte)'-')
            return _instant.Offset is null && cursor.TakeOffset(minutes: true, ref _instant) && cursor.AtEnd;
        return TakeName(cursor.TakeLetters()) && cursor.AtEnd;
    }

    /// <summary>YYYYMMDD or YYMMDD, then HHMMSS; or a day beside the name of a month and a year behind it.</summary>
    private bool TakeNumber(ReadOnlySpan<byte> word)
    {
        var cursor = new DateTimeCursor(word);
        if (word.Length is 6 or 8 && IsFirst)
        {
            cursor.TakeDigits(word.Length - 4, word.Length - 4, out int year);
            cursor.TakeDigits(2, 2, out int month);
            cursor.TakeDigits(2, 2, out int day);
            (_year, _month, _day) = (word.Length == 8 ? year : ~year, month, day);
            return true;
        }
        if (word.Length == 6 && IsDated && !_hasTime)
        {
            cursor.TakeDigits(2, 2, out int hour);
            cursor.TakeDigits(2, 2, out int minute);
            cursor.TakeDigits(2, 2, out int second);
            (_instant.Hour, _instant.Minute, _instant.Second, _hasTime) = (hour, minute, second, true);
            return _instant.HasValidTime;
        }
        cursor.TakeDigits(1, 9, out int value);
        if (word.Length <= 2 && _day is null)
            _day = value;
        else if (word.Length == 4 && _year is null && _month is not null)
            _year = value;
        else
            return false;
        return true;
    }

    private bool TakeJulian(ReadOnlySpan<byte> digits)
    {
        var cursor = new DateTimeCursor(digits);
        if (!IsFirst || !cursor.TakeDigits(1, 8, out int day) || !cursor.AtEnd)
            return false;
        _instant.SetFromJulianDay(day);
        (_year, _month, _day) = (_instant.Year, _instant.Month, _instant.Day);
        _takesNoEra = true;
        return true;
    }

    private bool TakeName(ReadOnlySpan<byte> word)
    {
        if (MonthNames.Find(word) is var month and > 0)
        {
            bool first = _month is null;
            _month = month;
            return first;
        }
        if (Ascii.EqualsIgnoreCase(word, "BC"u8) || Ascii.EqualsIgnoreCase(word, "AD"u8))
        {
            bool once = _beforeChrist is null && _year is not null && !_takesNoEra;
            _beforeChrist = (word[0] | 0x20) == 'b';
            return once;
        }
        if (Ascii.EqualsIgnoreCase(word, "AM"u8) || Ascii.EqualsIgnoreCase(word, "PM"u8))
        {
            bool once = _afternoon is null && _hasTime;
            _afternoon = (word[0] | 0x20) == 'p';
            return once;
        }
        if (ZoneNames.Find(word) is not { } offset || _instant.Offset is not null)
            return false;
        _instant.Offset = offset;
        return IsDated || _hasTime;
    }

    /// <summary>Three parts, or year.day-of-year.</summary>
    private bool TakeDate(ReadOnlySpan<byte> word)
    {
        if (!IsFirst)
            return false;
        byte separator = word[word.IndexOfAny((byte)'/', (byte)'.', (byte)'-')];
        Span<Range> ranges = stackalloc Range[3];
        int count = 0;
        foreach (Range range in word.Split(separator))
        {
            if (count == ranges.Length)
                return false;
            ranges[count++] = range;
        }
        if (count == 2 && separator == (byte)'.' && word[ranges[0]].Length == 4 && word[ranges[1]].Length == 3)
            return TakeOrdinal(word[ranges[0]], word[ranges[1]]);
        if (count != 3)
            return false;
        ReadOnlySpan<byte> first = word[ranges[0]];
        ReadOnlySpan<byte> second = word[ranges[1]];
        ReadOnlySpan<byte> third = word[ranges[2]];
        if (MonthNames.Find(first) is var named and > 0)
            return SetParts(third, named, second);
        if (MonthNames.Find(second) is var middle and > 0)
            return first.Length == 4 ? SetParts(first, middle, third) : SetParts(third, middle, first);
        if (first.Length == 4)
            return Number(second) is { } month && SetParts(first, month, third);
        return separator == (byte)'.'
            ? Number(second) is { } european && SetParts(third, european, first)
            : Number(first) is { } american && SetParts(third, american, second);
    }

    private bool TakeOrdinal(ReadOnlySpan<byte> year, ReadOnlySpan<byte> ordinal)
    {
        if (Number(year) is not { } y || Number(ordinal) is not { } day || day < 1)
            return false;
        int month = 1;
        while (month <= 12 && day > Instant.DaysInMonth(y, month))
            day -= Instant.DaysInMonth(y, month++);
        (_year, _month, _day) = (y, month, day);
        _takesNoEra = true;
        return true;
    }

    private bool SetParts(ReadOnlySpan<byte> year, int month, ReadOnlySpan<byte> day)
    {
        if (Number(year) is not { } y || Number(day) is not { } d || day.Length > 2)
            return false;
        (_year, _month, _day) = (year.Length <= 2 ? ~y : y, month, d);
        return true;
    }

    private static int? Number(ReadOnlySpan<byte> digits)
    {
        var cursor = new DateTimeCursor(digits);
        return cursor.TakeDigits(1, 6, out int value) && cursor.AtEnd ? value : null;
    }

    private static int Century(int year) => year + (year < 70 ? 2000 : 1900);

    private readonly bool TryFinish(out Instant instant)
    {
        instant = _instant;
        if (_year is not { } year || _month is not { } month || _day is not { } day)
            return false;
        // A year of two digits was kept as its complement: whether a century is added depends on BC.
        if (year < 0 && year >= ~99 && instant.Year == 0)
            year = _beforeChrist == true ? ~year : Century(~year);
        if (year <= 0 && instant.Year == 0)
            return false;
        (instant.Year, instant.Month, instant.Day) = (_beforeChrist == true ? 1 - year : year, month, day);
        if (_afternoon is { } afternoon)
        {
            if (instant.Hour is < 1 or > 12)
                return false;
            instant.Hour = (instant.Hour % 12) + (afternoon ? 12 : 0);
        }
        return instant.HasValidDate;
    }
}
