using System.Globalization;
using CsCheck;
using RedshiftEtl.Engine.Maintain;
using RedshiftEtl.Engine.Schedule;

namespace RedshiftEtl.Engine.Tests.Schedule;

public class JobScheduleTests
{
    private static readonly string[] s_zones = ["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Apia", "Europe/Dublin", "Africa/Casablanca"];

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<(string, int), (DateTimeOffset, DateTime[])> s_years = new();

    /// <summary>A year in each zone against days and times that are walked through by the calendar: another way than cron's.</summary>
    [Theory]
    [InlineData("Daily 02:30", "2:30")]
    [InlineData("Daily 00:00,02:00,23:59", "0:00 2:00 23:59")]
    [InlineData("Weekdays 02:15", "2:15", "Mon Tue Wed Thu Fri")]
    [InlineData("Weekly Mon,Thu 03:00", "3:00", "Mon Thu")]
    [InlineData("Weekly sunday 02:30", "2:30", "Sun")]
    [InlineData("Weekly", "0:00", "Mon")]
    [InlineData("SemiMonthly 1,15 04:00", "4:00", "1 15")]
    [InlineData("SemiMonthly", "0:00", "1 15")]
    [InlineData("SemiMonthly 15,last 02:30", "2:30", "15 last")]
    [InlineData("Monthly 31 02:30", "2:30", "31")]
    [InlineData("Monthly last 05:00", "5:00", "last")]
    [InlineData("Monthly", "0:00", "1")]
    [InlineData("Monthly first Mon", "0:00", "Mon#1")]
    [InlineData("Monthly fourth Sun 02:30", "2:30", "Sun#4")]
    [InlineData("Monthly last Sun 02:30", "2:30", "Sun#last")]
    [InlineData("Quarterly 06:00", "6:00", "q1")]
    [InlineData("Quarterly last 02:30", "2:30", "qlast")]
    [InlineData("30 2 * * 1-5", "2:30", "Mon Tue Wed Thu Fri")]
    public void A_year_in_every_zone_is_as_the_calendar_says(string words, string times, string? days = null)
    {
        foreach (string zone in s_zones)
        {
            var its = TimeZoneInfo.FindSystemTimeZoneById(zone);
            foreach (int year in new[] { 2024, 2026 })
            {
                DateTimeOffset[] expected = Calendar(its, year, times.Split(' '), days?.Split(' ')).Order().Distinct().ToArray();
                DateTimeOffset from = new(year, 1, 2, 0, 0, 0, TimeSpan.Zero), to = new(year, 12, 30, 0, 0, 0, TimeSpan.Zero);
                Assert.Equal(
                    expected.Where(time => time > from && time <= to).Select(Show),
                    Walk(JobSchedule.Parse(words, its), from, to).Select(Show));
            }
        }
    }

    [Theory]
    [InlineData("Every 15 minutes", 15)]
    [InlineData("Every 5 minutes", 5)]
    [InlineData("every minute", 1)]
    [InlineData("Every 30 minutes", 30)]
    public void What_repeats_within_the_hour_goes_on_through_every_change_of_the_clock(string words, int minutes)
    {
        foreach (string zone in s_zones)
        {
            var schedule = JobSchedule.Parse(words, TimeZoneInfo.FindSystemTimeZoneById(zone));
            DateTimeOffset from = new(2026, 3, 25, 0, 0, 0, TimeSpan.Zero);
            // Offsets are whole quarters of an hour, so the grid is the same in every zone.
            DateTimeOffset[] walked = Walk(schedule, from, from.AddDays(14)).ToArray();
            Assert.Equal(14 * 24 * 60 / minutes, walked.Length);
            Assert.All(walked.Zip(walked.Skip(1)), pair => Assert.Equal(minutes, (pair.Second - pair.First).TotalMinutes));
        }
    }

    [Theory]
    [InlineData("Hourly", "00:00 01:00 02:00")]
    [InlineData("Hourly :20", "00:20 01:20 02:20")]
    [InlineData("Every 2 hours", "00:00 02:00 04:00")]
    [InlineData("@daily", "00:00 00:00 00:00")]
    [InlineData("*/20 1 * * *", "01:00 01:20 01:40")]
    public void Hours_and_cron(string words, string expected)
    {
        var schedule = JobSchedule.Parse(words, TimeZoneInfo.Utc);
        var at = new DateTimeOffset(2026, 5, 4, 23, 59, 0, TimeSpan.Zero);
        Assert.Equal(expected, string.Join(' ', Walk(schedule, at, at.AddDays(9)).Take(3).Select(time => time.ToString("HH:mm", CultureInfo.InvariantCulture))));
    }

    /// <summary>2026: Berlin leaps from 2 to 3 on 29 March, and repeats 2 to 3 on 25 October.</summary>
    [Fact]
    public void In_spring_a_time_that_is_not_there_comes_right_after_and_in_autumn_one_that_is_there_twice_comes_once()
    {
        var schedule = JobSchedule.Parse("Daily 02:30", TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.Equal("2026-03-29 03:00 +02:00", Show(schedule.Next(At("2026-03-29 00:00")).GetValueOrDefault(), local: true));
        Assert.Equal(["2026-10-24 02:30 +02:00", "2026-10-25 02:30 +02:00", "2026-10-26 02:30 +01:00"], Walk(schedule, At("2026-10-23 12:00"), At("2026-10-26 12:00")).Select(time => Show(time, local: true)));
    }

    [Fact]
    public void The_latest_time_is_the_one_before_the_next() => Gen.Select(
            Gen.OneOf("Every 15 minutes", "Hourly :07", "Daily 02:30", "Weekly Mon,Thu 03:00", "SemiMonthly 1,last", "Monthly last Fri 12:00", "Quarterly", "0 0 29 2 *"),
            Gen.OneOf(s_zones), Gen.Int[0, 3 * 366 * 24 * 60], Gen.OneOf(0L, 1L, 300_000_000L, 599_999_999L))
        .Sample((words, zone, minute, ticks) =>
        {
            var schedule = JobSchedule.Parse(words, TimeZoneInfo.FindSystemTimeZoneById(zone));
            DateTimeOffset at = At("2025-01-01 00:00").AddMinutes(minute).AddTicks(ticks);
            DateTimeOffset latest = schedule.Latest(at).GetValueOrDefault();
            DateTimeOffset next = schedule.Next(latest).GetValueOrDefault();
            return latest <= at && next > at && schedule.Latest(latest) == latest && schedule.Next(latest.AddTicks(-1)) == latest && schedule.Latest(next.AddTicks(-1)) == latest;
        });

    [Theory]
    [InlineData("2026-05-05 02:30", "2026-05-04 02:31", "2026-05-05 02:30")]
    [InlineData("2026-05-05 02:29", "2026-05-04 02:31", null)]
    [InlineData("2026-05-09 12:00", "2026-05-04 02:31", "2026-05-09 02:30")]
    [InlineData("2026-05-05 12:00", "2026-05-05 02:30", null)]
    [InlineData("2026-05-05 12:00", "2026-05-05 02:29", "2026-05-05 02:30")]
    public void Due_is_a_time_that_has_come_since_the_last_run(string now, string lastRun, string? due)
    {
        var schedule = JobSchedule.Parse("Daily 02:30", TimeZoneInfo.Utc);
        Assert.Equal(due, schedule.DueAt(At(now), At(lastRun)) is { } time ? time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : null);
    }

    [Theory]
    [InlineData("2026-05-05 03:30", true)]
    [InlineData("2026-05-05 03:31", false)]
    public void A_schedule_that_skips_is_due_within_its_grace_only(string now, bool isDue)
    {
        var schedule = JobSchedule.Parse("Daily 02:30", TimeZoneInfo.Utc, CatchUp.Skip);
        Assert.Equal(isDue, schedule.DueAt(At(now), At("2026-05-01 00:00")) is not null);
    }

    [Theory]
    [InlineData("Daily 02:30", MaintenancePace.DailyOrLess)]
    [InlineData("Weekly", MaintenancePace.DailyOrLess)]
    [InlineData("Quarterly", MaintenancePace.DailyOrLess)]
    [InlineData("Daily 02:30,14:30", MaintenancePace.MoreOften)]
    [InlineData("Hourly", MaintenancePace.MoreOften)]
    [InlineData("0 8-18 * * 1-5", MaintenancePace.MoreOften)]
    public void Maintenance_learns_how_often_it_comes(string words, MaintenancePace pace) => Assert.Equal(pace, JobSchedule.Parse(words, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).Pace);

    [Theory]
    [InlineData("", "is no schedule")]
    [InlineData("Dayly 02:30", "'Dayly 02:30' is no schedule. It can be 'Every 15 minutes'")]
    [InlineData("Every 7 minutes", "does not divide an hour evenly. Every … minutes takes 1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30.")]
    [InlineData("Every 0 minutes", "does not divide an hour evenly")]
    [InlineData("Every 5 hours", "does not divide a day evenly")]
    [InlineData("Every 5 fortnights", "is no schedule")]
    [InlineData("Every", "is no schedule")]
    [InlineData("Daily 24:00", "'24:00' in 'Daily 24:00' is no time of a day")]
    [InlineData("Daily 2.30", "is no time of a day")]
    [InlineData("Hourly 20", "'20' in 'Hourly 20' is no minute of an hour, such as :20.")]
    [InlineData("Weekly Mon,Dog 03:00", "'Dog' is no day of a week: Sun, Mon")]
    [InlineData("SemiMonthly 1,32", "'32' in 'SemiMonthly 1,32' is no day of a month")]
    [InlineData("Monthly first 05:00", "is no day of a week")]
    [InlineData("Monthly first", "lacks a weekday behind 'first'")]
    [InlineData("Daily 02:30 sharp", "'sharp' in 'Daily 02:30 sharp' is not understood")]
    [InlineData("61 * * * *", "is no cron expression")]
    [InlineData("* * * * * * *", "is no cron expression")]
    [InlineData("0 0 30 2 *", "never comes")]
    public void What_is_no_schedule_is_refused_with_what_it_can_be(string words, string said) =>
        Assert.Contains(said, Assert.Throws<FormatException>(() => JobSchedule.Parse(words)).Message, StringComparison.Ordinal);

    private static IEnumerable<DateTimeOffset> Walk(JobSchedule schedule, DateTimeOffset from, DateTimeOffset to)
    {
        for (DateTimeOffset? time = schedule.Next(from); time <= to; time = schedule.Next(time.Value))
        {
            yield return time.Value;
        }
    }

    /// <summary>Each day that fits, each time on it: the first minute at which the zone's clock shows it or, where it leaps over it, a later one.</summary>
    private static IEnumerable<DateTimeOffset> Calendar(TimeZoneInfo zone, int year, string[] times, string[]? days)
    {
        (DateTimeOffset start, DateTime[] faces) = s_years.GetOrAdd((zone.Id, year), _ => Minutes(zone, year));
        for (var day = new DateTime(year, 1, 1); day.Year == year; day = day.AddDays(1))
        {
            int last = DateTime.DaysInMonth(year, day.Month);
            string name = day.ToString("ddd", CultureInfo.InvariantCulture);
            string[] names =
            [
                name, $"{day.Day}", day.Day == last ? "last" : "", $"{name}#{((day.Day - 1) / 7) + 1}", day.Day > last - 7 ? $"{name}#last" : "",
                day.Day == 1 && day.Month % 3 == 1 ? "q1" : "", day.Day == last && day.Month % 3 == 0 ? "qlast" : "",
            ];
            foreach (string time in days is null || days.Intersect(names).Any() ? times : [])
            {
                int index = Array.BinarySearch(faces, day + TimeSpan.Parse(time, CultureInfo.InvariantCulture));
                index = index < 0 ? ~index : index;
                while (index > 0 && index < faces.Length && faces[index - 1] == faces[index])
                {
                    index--;
                }

                yield return start.AddMinutes(index);
            }
        }
    }

    /// <summary>For every minute of a year and the days around it the latest face that the clock has shown so far.</summary>
    private static (DateTimeOffset Start, DateTime[] Faces) Minutes(TimeZoneInfo zone, int year)
    {
        var start = new DateTimeOffset(year - 1, 12, 30, 0, 0, 0, TimeSpan.Zero);
        var faces = new DateTime[370 * 24 * 60];
        for (int i = 0; i < faces.Length; i++)
        {
            DateTime face = TimeZoneInfo.ConvertTime(start.AddMinutes(i), zone).DateTime;
            faces[i] = i > 0 && face < faces[i - 1] ? faces[i - 1] : face;
        }

        return (start, faces);
    }

    private static DateTimeOffset At(string utc) => DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Show(DateTimeOffset time) => Show(time, local: false);

    private static string Show(DateTimeOffset time, bool local) => (local ? time : time.ToUniversalTime()).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
}
