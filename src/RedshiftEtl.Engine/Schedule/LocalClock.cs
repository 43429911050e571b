using Cronos;

namespace RedshiftEtl.Engine.Schedule;

/// <summary>A cron expression on the clock of a time zone. The expression is asked for the clock's face only; how the face and the instants belong together is worked out from the zone's
/// offsets, since of zones whose winter time is the exception (Europe/Dublin) cron libraries and TimeZoneInfo's own conversions make an endless walk.</summary>
/// <param name="expression">The expression.</param>
/// <param name="repeats">Whether it comes again and again within a day: then it goes through an hour that the clock repeats, and leaves out one that it leaps over.
/// Otherwise a time that is leapt over comes right after the leap, and one that is repeated comes once.</param>
/// <param name="zone">The time zone.</param>
internal sealed class LocalClock(CronExpression expression, bool repeats, TimeZoneInfo zone)
{
    /// <summary>The first instant at or after one.</summary>
    /// <param name="from">UTC, on a whole minute.</param>
    /// <returns>UTC; null when there is none any more.</returns>
    public DateTime? First(DateTime from)
    {
        // Stretches without a change of the clock, one after the other.
        while (true)
        {
            TimeSpan offset = zone.GetUtcOffset(from);
            if (expression.GetNextOccurrence(from + offset, TimeZoneInfo.Utc, inclusive: true) is not { } face)
            {
                return null;
            }

            DateTime found = face - offset;
            if (NextChange(from, found) is not { } change)
            {
                if (repeats || !IsRepeated(face, found, offset))
                {
                    return found;
                }

                from = found.AddMinutes(1);
                continue;
            }

            TimeSpan after = zone.GetUtcOffset(change);
            bool isLeapt = after > offset && face < change + after;
            if (isLeapt && !repeats)
            {
                return change;
            }

            from = change;
        }
    }

    /// <summary>Whether the clock has shown the same face before, up to a few hours ago.</summary>
    private bool IsRepeated(DateTime face, DateTime found, TimeSpan offset)
    {
        TimeSpan before = zone.GetUtcOffset(found.AddHours(-3));
        return before > offset && zone.GetUtcOffset(face - before) == before;
    }

    /// <summary>The first instant behind one, and not behind another, from which on the offset is a different one; to the minute.</summary>
    private DateTime? NextChange(DateTime from, DateTime to)
    {
        TimeSpan offset = zone.GetUtcOffset(from);
        for (DateTime low = from; low < to;)
        {
            DateTime high = low.AddDays(1) < to ? low.AddDays(1) : to;
            if (zone.GetUtcOffset(high) != offset)
            {
                while (high - low > TimeSpan.FromMinutes(1))
                {
                    DateTime middle = low.AddMinutes(Math.Floor((high - low).TotalMinutes / 2));
                    (low, high) = zone.GetUtcOffset(middle) == offset ? (middle, high) : (low, middle);
                }

                return high;
            }

            low = high;
        }

        return null;
    }
}
