using System.Globalization;
using System.Management.Automation;
using RedshiftEtl.Engine;

namespace RedshiftEtl;

/// <summary>Draws the engine's progress events as PowerShell progress bars: one for the work, one per step below it.</summary>
/// <param name="cmdlet">The cmdlet that writes them.</param>
internal sealed class ProgressView(Cmdlet cmdlet)
{
    private const int ParentId = 1;
    private readonly List<string> _steps = [];

    /// <summary>Shows how far a step is.</summary>
    public void Show(ProgressEvent progress)
    {
        int index = _steps.IndexOf(progress.Step);
        if (index < 0)
        {
            if (_steps.Count == 0)
            {
                cmdlet.WriteProgress(new ProgressRecord(ParentId, "RedshiftEtl", "Running"));
            }

            _steps.Add(progress.Step);
            index = _steps.Count - 1;
        }

        double seconds = Math.Max(progress.Elapsed.TotalSeconds, 0.001);
        double megabytes = progress.Bytes / 1e6;
        string status = string.Create(CultureInfo.CurrentCulture,
            $"{progress.Rows:N0} rows, {megabytes:N1} MB, {megabytes / seconds:N1} MB/s, {progress.Elapsed:hh\\:mm\\:ss}");
        cmdlet.WriteProgress(new ProgressRecord(ParentId + 1 + index, progress.Step, status)
        {
            ParentActivityId = ParentId,
            RecordType = progress.IsCompleted ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });
    }

    /// <summary>Takes all bars away.</summary>
    public void Complete()
    {
        try
        {
            for (int index = _steps.Count - 1; index >= 0; index--)
            {
                Complete(ParentId + 1 + index, _steps[index]);
            }

            if (_steps.Count > 0)
            {
                Complete(ParentId, "RedshiftEtl");
            }
        }
        catch (PipelineStoppedException)
        {
            // A stopping pipeline takes its bars away by itself; the exception that matters is already on its way.
        }
    }

    private void Complete(int id, string activity) =>
        cmdlet.WriteProgress(new ProgressRecord(id, activity, "Done") { RecordType = ProgressRecordType.Completed });
}
