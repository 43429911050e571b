using Cronos;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Maintain;

namespace RedshiftEtl.Engine.Schedule;

/// <summary>What happens to times that have passed while nothing ran.</summary>
public enum CatchUp
{
    /// <summary>One run makes up for all of them.</summary>
    Once,

    /// <summary>They are left out, unless they are not older than the schedule's Grace.</summary>
    Skip,
}

/// <summary>When a job is to run: in words or as cron, in a time zone. Right across daylight-saving changes: a time that a change leaves out comes right after the change, one that it
/// repeats comes once.</summary>
public sealed class JobSchedule
{
    /// <summary>The longest that any schedule pauses: from one 29 February over a century without one to the next.</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromDays(366 * 9);

    private static readonly TimeSpan s_defaultGrace = TimeSpan.FromHours(1);

    private readonly IReadOnlyList<LocalClock> _clocks;

    private JobSchedule(string text, IReadOnlyList<LocalClock> clocks, TimeZoneInfo timeZone)
    {
        Text = text;
        _clocks = clocks;
        TimeZone = timeZone;
    }

    /// <summary>As it is written: <c>Daily 02:30</c>.</summary>
    public string Text { get; }

    /// <summary>The time zone whose clock it goes by.</summary>
    public TimeZoneInfo TimeZone { get; }

    /// <summary>What happens to times that have passed while nothing ran.</summary>
    public CatchUp CatchUp { get; private init; }

    /// <summary>How late a run may still begin with <see cref="CatchUp.Skip"/>, longer than zero.</summary>
    public TimeSpan Grace { get; private init; }

    /// <summary>How often it comes, which is what maintenance goes by.</summary>
    public MaintenancePace Pace => IsMoreThanDaily() ? MaintenancePace.MoreOften : MaintenancePace.DailyOrLess;

    /// <summary>Reads words or cron.</summary>
    /// <param name="text">«Daily 02:30», «Weekly Mon,Thu 03:00», «*/15 * * * *».</param>
    /// <param name="timeZone">The time zone; null for this machine's.</param>
    /// <param name="catchUp">What happens to times that have passed.</param>
    /// <param name="grace">How late a run may still begin with <see cref="CatchUp.Skip"/>; null for an hour.</param>
    /// <exception cref="FormatException">It is neither; the message says what it can be.</exception>
    public static JobSchedule Parse(string text, TimeZoneInfo? timeZone = null, CatchUp catchUp = CatchUp.Once, TimeSpan? grace = null)
    {
        TimeZoneInfo zone = timeZone ?? TimeZoneInfo.Local;
        var clocks = new List<LocalClock>();
        foreach (string cron in ScheduleWords.ToCron(text))
        {
            try
            {
                clocks.Add(new LocalClock(CronExpression.Parse(cron), Repeats(cron), zone));
            }
            catch (CronFormatException e)
            {
                throw new FormatException($"'{text}' is no cron expression: {e.Message}", e);
            }
        }

        var schedule = new JobSchedule(text, clocks, zone) { CatchUp = catchUp, Grace = grace ?? s_defaultGrace };
        return schedule.Next(DateTimeOffset.UtcNow) is null
            ? throw new FormatException($"'{text}' never comes: there is no such day.")
            : schedule;
    }

    /// <summary>The first time after a moment; null when there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => First(after.AddTicks(1));

    /// <summary>The last time at or before a moment; null when there was none in the nine years before it.</summary>
    public DateTimeOffset? Latest(DateTimeOffset at)
    {
        // Cron can only be asked forwards, so longer and longer stretches before the moment are walked through.
        for (var reach = TimeSpan.FromHours(2); ; reach *= 12)
        {
            TimeSpan stretch = reach < s_longestPause ? reach : s_longestPause;
            DateTimeOffset? latest = null;
            for (DateTimeOffset? time = First(at - stretch); time <= at; time = Next(time.Value))
            {
                latest = time;
            }

            if (latest is not null || stretch == s_longestPause)
            {
                return latest;
            }
        }
    }

    /// <summary>The time that a run is due for; null when none is.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="lastRun">When the last run began, whatever its end; for a job that never ran since when it has been there.</param>
    public DateTimeOffset? DueAt(DateTimeOffset now, DateTimeOffset lastRun) =>
        Latest(now) is { } time && time > lastRun && (CatchUp == CatchUp.Once || now - time <= Grace) ? time : null;

    /// <summary>«Daily 02:30», with the time zone when it is not this machine's.</summary>
    public override string ToString() => TimeZone.Equals(TimeZoneInfo.Local) ? Text : $"{Text} {TimeZone.Id}";

    /// <summary>Reads <c>Schedule</c> of a job: words, cron, or a table with At, TimeZone, CatchUp and Grace.</summary>
    internal static JobSchedule? Read(DefinitionReader owner, string subject, List<DefinitionMistake> mistakes)
    {
        if (owner.Value("Schedule") is not Definition)
        {
            return owner.Text("Schedule") is { } text ? Read(text, null, CatchUp.Once, null, message => owner.Refuse("Schedule", $"Schedule of {subject}: {message}")) : null;
        }

        var reader = new DefinitionReader(owner.Table("Schedule")!, $"Schedule of {subject}", mistakes);
        string? at = reader.Text("At", isRequired: true);
        TimeZoneInfo? zone = reader.Text("TimeZone") is { } id ? FindZone(id, reader) : null;
        CatchUp catchUp = reader.Choice<CatchUp>("CatchUp") ?? CatchUp.Once;
        TimeSpan? grace = reader.Duration("Grace");
        if (grace is not null && catchUp != CatchUp.Skip)
        {
            reader.Refuse("Grace", $"Grace of Schedule of {subject} goes with CatchUp = 'Skip'.");
        }

        reader.RefuseUnknown();
        return at is null ? null : Read(at, zone, catchUp, grace, message => reader.Refuse("At", $"Schedule of {subject}: {message}"));
    }

    private static JobSchedule? Read(string text, TimeZoneInfo? zone, CatchUp catchUp, TimeSpan? grace, Action<string> refuse)
    {
        try
        {
            return Parse(text, zone, catchUp, grace);
        }
        catch (FormatException e)
        {
            refuse(e.Message);
            return null;
        }
    }

    private static TimeZoneInfo? FindZone(string id, DefinitionReader reader)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(id);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            string? near = NearestName.Find(id, TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id));
            reader.Refuse("TimeZone", $"'{id}' is no time zone that this machine knows.{(near is null ? " Examples: 'Europe/Berlin', 'America/New_York', 'UTC'." : $" Did you mean '{near}'?")}");
            return null;
        }
    }

    /// <summary>As cron has it: what has a star for the minute or the hour.</summary>
    private static bool Repeats(string cron) => cron is ['@', ..]
        ? cron is "@hourly" or "@every_minute"
        : cron.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2].Any(field => field.Contains('*', StringComparison.Ordinal));

    /// <summary>The first time at or after a moment.</summary>
    private DateTimeOffset? First(DateTimeOffset from)
    {
        // Schedules come on whole minutes.
        var minute = new DateTime((from.UtcTicks + TimeSpan.TicksPerMinute - 1) / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, DateTimeKind.Utc);
        DateTime? first = _clocks.Select(clock => clock.First(minute)).Min();
        return first is { } utc ? TimeZoneInfo.ConvertTime(new DateTimeOffset(utc, TimeSpan.Zero), TimeZone) : null;
    }

    /// <summary>Two times within twenty hours: a day is 23 hours long at least.</summary>
    private bool IsMoreThanDaily()
    {
        const int Times = 40;
        DateTimeOffset? before = null;
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (int i = 0; i < Times && Next(from) is { } time; i++)
        {
            if (time - before < TimeSpan.FromHours(20))
            {
                return true;
            }

            before = from = time;
        }

        return false;
    }
}
