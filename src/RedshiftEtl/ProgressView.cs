using System.Globalization;
using System.Management.Automation;
using RedshiftEtl.Engine;

namespace RedshiftEtl;

/// <summary>Draws the engine's progress events as PowerShell progress bars: one for the work, and below it one per step or, where several jobs run, one per job.</summary>
/// <param name="cmdlet">The cmdlet that writes them.</param>
internal sealed class ProgressView(Cmdlet cmdlet)
{
    private const int ParentId = 1;
    private readonly List<string> _bars = [];
    private string _whole = "Running";
    private int _percent = -1;

    /// <summary>Shows how far a step is.</summary>
    public void Show(ProgressEvent progress)
    {
        double seconds = Math.Max(progress.Elapsed.TotalSeconds, 0.001);
        double megabytes = progress.Bytes / 1e6;
        string status = string.Create(CultureInfo.CurrentCulture,
            $"{progress.Rows:N0} rows, {megabytes:N1} MB, {megabytes / seconds:N1} MB/s, {progress.Elapsed:hh\\:mm\\:ss}");
        string bar = progress.Job ?? progress.Step;
        cmdlet.WriteProgress(new ProgressRecord(IdOf(bar), bar, progress.Job is null ? status : $"{progress.Step}: {status}")
        {
            ParentActivityId = ParentId,
            RecordType = progress.IsCompleted && progress.Job is null ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });
    }

    /// <summary>Takes a job's bar away and shows how many are left.</summary>
    public void Show(JobEndedEvent ended)
    {
        if (ended.Count > 1)
        {
            _whole = string.Create(CultureInfo.CurrentCulture, $"{ended.Ended:N0} of {ended.Count:N0} jobs");
            _percent = ended.Ended * 100 / ended.Count;
            Complete(IdOf(ended.Job), ended.Job);
            ShowWhole();
        }
    }

    /// <summary>Takes all bars away.</summary>
    public void Complete()
    {
        try
        {
            for (int index = _bars.Count - 1; index >= 0; index--)
            {
                Complete(ParentId + 1 + index, _bars[index]);
            }

            if (_bars.Count > 0)
            {
                Complete(ParentId, "RedshiftEtl");
            }
        }
        catch (PipelineStoppedException)
        {
            // A stopping pipeline takes its bars away by itself; the exception that matters is already on its way.
        }
    }

    /// <summary>The bar's number; the first bar brings the one above it.</summary>
    private int IdOf(string bar)
    {
        int index = _bars.IndexOf(bar);
        if (index < 0)
        {
            if (_bars.Count == 0)
            {
                ShowWhole();
            }

            _bars.Add(bar);
            index = _bars.Count - 1;
        }

        return ParentId + 1 + index;
    }

    private void ShowWhole() => cmdlet.WriteProgress(new ProgressRecord(ParentId, "RedshiftEtl", _whole) { PercentComplete = _percent });

    private void Complete(int id, string activity) =>
        cmdlet.WriteProgress(new ProgressRecord(id, activity, "Done")
    {
        ParentActivityId = id == ParentId ? -1 : ParentId,
        RecordType = ProgressRecordType.Completed,
    });
}
