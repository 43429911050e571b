using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace RedshiftEtl.Host;

/// <summary>The progress bars at the bottom of a terminal: one line for each running activity, children indented below their parents,
/// redrawn at most ten times a second, gone when the activities are done. Not thread-safe.</summary>
/// <param name="stage">Where to draw, null where nobody would see it.</param>
/// <param name="width">The terminal's width in columns.</param>
internal sealed class ProgressView(TextWriter? stage, Func<int> width)
{
    private const int BarWidth = 20;
    private const int MaxLines = 10;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly List<(long Source, ProgressRecord Record)> _running = [];
    private long _drawnAt;
    private int _drawnLines;

    /// <summary>True while something else stands on the current line.</summary>
    public bool Suspended { get; set; }

    /// <summary>Takes news of an activity.</summary>
    /// <param name="source">Which pipeline it comes from: ids are unique only within one.</param>
    /// <param name="record">The news.</param>
    public void Update(long source, ProgressRecord record)
    {
        if (stage is null)
            return;
        var index = _running.FindIndex(running => running.Source == source && running.Record.ActivityId == record.ActivityId);
        var isNew = index < 0;
        var isDone = record.RecordType == ProgressRecordType.Completed;
        if (isDone && !isNew)
            End(source, record.ActivityId);
        else if (isNew && !isDone)
            _running.Add((source, record));
        else if (!isNew)
            _running[index] = (source, record);

        if ((isDone && !isNew) || isNew || Stopwatch.GetElapsedTime(_drawnAt) >= s_pause)
        {
            Hide();
            Show();
        }
    }

    /// <summary>Forgets all activities: nothing runs any more.</summary>
    public void Clear()
    {
        Hide();
        _running.Clear();
    }

    /// <summary>Takes the bars off the screen and puts the cursor where the next text belongs.</summary>
    public void Hide()
    {
        if (_drawnLines == 0)
            return;
        var up = _drawnLines > 1 ? string.Create(CultureInfo.InvariantCulture, $"\e[{_drawnLines - 1}A") : "";
        stage!.Write($"\r{up}\e[0J");
        stage.Flush();
        _drawnLines = 0;
    }

    /// <summary>Draws the bars below the text.</summary>
    public void Show()
    {
        if (stage is null || Suspended || _running.Count == 0)
            return;
        var lines = Lines(width() - 1).Take(MaxLines).ToList();
        // Without line wrapping, a character that is wider than it counts cannot push a bar onto a second line.
        stage.Write($"\e[?7l{string.Join('\n', lines)}\e[?7h");
        stage.Flush();
        _drawnLines = lines.Count;
        _drawnAt = Stopwatch.GetTimestamp();
    }

    /// <summary>The bars as text, parents before their children.</summary>
    /// <param name="columns">The most columns a line may take.</param>
    internal IEnumerable<string> Lines(int columns)
    {
        return Below(null, 0);

        IEnumerable<string> Below((long Source, int Id)? parent, int depth)
        {
            foreach (var (source, record) in _running.Where(running => Parent(running.Source, running.Record) == parent).ToList())
            {
                yield return Line(record, depth, columns);
                foreach (var line in Below((source, record.ActivityId), depth + 1))
                    yield return line;
            }
        }
    }

    /// <summary>Ends an activity and all below it: what forgot to report its own end must not stay on the screen without its parent.</summary>
    private void End(long source, int id)
    {
        _running.RemoveAll(running => running.Source == source && running.Record.ActivityId == id);
        foreach (var (_, child) in _running.Where(running => running.Source == source && running.Record.ParentActivityId == id).ToList())
            End(source, child.ActivityId);
    }

    private (long Source, int Id)? Parent(long source, ProgressRecord record)
    {
        var parent = record.ParentActivityId;
        var exists = parent >= 0 && parent != record.ActivityId
            && _running.Exists(running => running.Source == source && running.Record.ActivityId == parent);
        return exists ? (source, parent) : null;
    }

    private static string Line(ProgressRecord record, int depth, int columns)
    {
        var line = new StringBuilder(columns).Append(' ', 2 * depth).Append(record.Activity);
        if (record.PercentComplete >= 0)
        {
            var done = Math.Min(record.PercentComplete, 100) * BarWidth / 100;
            line.Append(" [").Append('#', done).Append('.', BarWidth - done).Append("] ")
                .Append(CultureInfo.InvariantCulture, $"{record.PercentComplete,3} %");
        }

        Append(line, record.StatusDescription);
        Append(line, record.CurrentOperation);
        if (record.SecondsRemaining >= 0)
            Append(line, TimeSpan.FromSeconds(record.SecondsRemaining).ToString("c", CultureInfo.InvariantCulture) + " left");
        line.Replace('\r', ' ').Replace('\n', ' ').Replace('\e', ' ');
        return line.Length <= columns ? line.ToString() : line.ToString(0, Math.Max(columns, 0));
    }

    private static void Append(StringBuilder line, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            line.Append("  ").Append(text);
    }
}
