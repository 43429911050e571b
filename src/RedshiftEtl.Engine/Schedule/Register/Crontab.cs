using System.Globalization;

namespace RedshiftEtl.Engine.Schedule.Register;

/// <summary>The user's crontab: two lines for each of our entries, a comment that says what it is and the line itself. Other lines stay as they are.</summary>
internal sealed class Crontab : IScheduler
{
    private const string Program = "crontab";

    /// <inheritdoc/>
    public string Describe(EtlSchedule schedule, IReadOnlyList<string> command)
    {
        string minutes = schedule.EveryMinutes == 60 ? "0" : string.Create(CultureInfo.InvariantCulture, $"*/{schedule.EveryMinutes}");
        // cron takes a bare % for a line end. What the script itself cannot say goes into the log too.
        string line = $"{string.Join(' ', command.Select(Quote))} >> {Quote(schedule.LogPath)} 2>&1".Replace("%", "\\%", StringComparison.Ordinal);
        return $"{minutes} * * * * {line}";
    }

    /// <inheritdoc/>
    public IReadOnlyList<EtlSchedule> List()
    {
        string[] lines = Read();
        var found = new List<EtlSchedule>();
        for (int i = 0; i + 1 < lines.Length; i++)
        {
            if (Marked(lines[i]) is { } schedule)
            {
                found.Add(schedule with { Entry = lines[i + 1] });
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public void Add(EtlSchedule schedule, IReadOnlyList<string> command) =>
        Write([.. Without(schedule.Name), $"# {ScheduleMark.Of(schedule)}", Describe(schedule, command)]);

    /// <inheritdoc/>
    public void Remove(EtlSchedule schedule) => Write(Without(schedule.Name));

    private static EtlSchedule? Marked(string line) => line.StartsWith("# ", StringComparison.Ordinal) ? ScheduleMark.Read(line[2..]) : null;

    private static List<string> Without(string name)
    {
        string[] lines = Read();
        var kept = new List<string>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (Marked(lines[i]) is { } schedule && schedule.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                // The line behind the comment is the entry.
                i++;
            }
            else
            {
                kept.Add(lines[i]);
            }
        }

        return kept;
    }

    private static string[] Read()
    {
        (int exitCode, string output, string errors) = SystemProgram.Run(Program, null, "-l");
        if (exitCode == 0)
        {
            return output.TrimEnd('\n').Split('\n') is [""] ? [] : output.TrimEnd('\n').Split('\n');
        }

        // A user who has none yet: an error to crontab, but not to us.
        return errors.Contains("no crontab", StringComparison.OrdinalIgnoreCase) ? [] : throw Failed(errors);
    }

    private static void Write(IReadOnlyList<string> lines)
    {
        (int exitCode, _, string errors) = SystemProgram.Run(Program, string.Concat(lines.Select(line => line + "\n")), "-");
        if (exitCode != 0)
        {
            throw Failed(errors);
        }
    }

    private static EtlException Failed(string errors) => new(Fault.SchedulerFailed, $"crontab refused: {errors.Trim()}", Program);

    /// <summary>For the shell that cron starts.</summary>
    private static string Quote(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':') ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
