namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>A date and time of day as read from the data, perhaps with a zone.</summary>
internal struct Instant
{
    /// <summary>Astronomical year: 0 is 1 BC.</summary>
    public int Year { get; set; }

    /// <summary>1 to 12.</summary>
    public int Month { get; set; }

    /// <summary>1 to 31.</summary>
    public int Day { get; set; }

    /// <summary>0 to 24; 24 only at 24:00:00.</summary>
    public int Hour { get; set; }

    /// <summary>0 to 59.</summary>
    public int Minute { get; set; }

    /// <summary>0 to 59.</summary>
    public int Second { get; set; }

    /// <summary>Microseconds, 0 to 999999.</summary>
    public int Micro { get; set; }

    /// <summary>Seconds east of UTC, if a zone was given.</summary>
    public int? Offset { get; set; }

    /// <summary>Whether the date exists and lies in 4713 BC to 294276 AD (redshift-facts.md 7.2).</summary>
    public readonly bool HasValidDate =>
        Year is > -4713 and <= 294276 && Month is >= 1 and <= 12 && Day >= 1 && Day <= DaysInMonth(Year, Month);

    /// <summary>Whether the time of day exists.</summary>
    public readonly bool HasValidTime =>
        Hour is >= 0 and < 24 && Minute is >= 0 and < 60 && Second is >= 0 and < 60;

    /// <summary>The days of a month of the proleptic Gregorian calendar.</summary>
    public static int DaysInMonth(int year, int month) => month switch
    {
        2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>Sets date and time from the microseconds since 1970-01-01 00:00 UTC.</summary>
    public void SetFromEpoch(long micros)
    {
        long days = Math.DivRem(micros, 86_400_000_000, out long rest);
        if (rest < 0)
        {
            rest += 86_400_000_000;
            days--;
        }
        SetFromJulianDay((int)(days + 2_440_588));
        Micro = (int)(rest % 1_000_000);
        int seconds = (int)(rest / 1_000_000);
        (Hour, Minute, Second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /// <summary>Sets the date from a Julian day number (Fliegel and Van Flandern's formula, Gregorian).</summary>
    public void SetFromJulianDay(int day)
    {
        long l = day + 68_569L;
        long n = 4 * l / 146_097;
        l -= ((146_097 * n) + 3) / 4;
        long i = 4000 * (l + 1) / 1_461_001;
        l = l - (1461 * i / 4) + 31;
        long j = 80 * l / 2447;
        Day = (int)(l - (2447 * j / 80));
        l = j / 11;
        Month = (int)(j + 2 - (12 * l));
        Year = (int)((100 * (n - 49)) + i + l);
    }

    /// <summary>Appends YYYY-MM-DD; years before 1 AD also need <see cref="AppendEra"/> at the end.</summary>
    public readonly void AppendDate(RowBuffer row)
    {
        row.AppendNumber(Year > 0 ? Year : 1 - Year, 4);
        row.Append((byte)'-');
        row.AppendNumber(Month, 2);
        row.Append((byte)'-');
        row.AppendNumber(Day, 2);
    }

    /// <summary>Appends HH:MM:SS and the microseconds, if any.</summary>
    public readonly void AppendTime(RowBuffer row)
    {
        row.AppendNumber(Hour, 2);
        row.Append((byte)':');
        row.AppendNumber(Minute, 2);
        row.Append((byte)':');
        row.AppendNumber(Second, 2);
        if (Micro == 0)
            return;
        row.Append((byte)'.');
        row.AppendNumber(Micro, 6);
    }

    /// <summary>Appends the zone; UTC if none was given.</summary>
    public readonly void AppendOffset(RowBuffer row)
    {
        int seconds = Math.Abs(Offset ?? 0);
        row.Append(Offset < 0 ? (byte)'-' : (byte)'+');
        row.AppendNumber(seconds / 3600, 2);
        row.Append((byte)':');
        row.AppendNumber(seconds / 60 % 60, 2);
    }

    /// <summary>Appends BC where it belongs.</summary>
    public readonly void AppendEra(RowBuffer row)
    {
        if (Year <= 0)
            row.Append(" BC"u8);
    }
}
