using System.Globalization;
using System.Management.Automation;
using RedshiftEtl.Definitions;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Commands;

/// <summary>Sets from where a job's next ongoing load goes on.</summary>
[Cmdlet(VerbsCommon.Set, "EtlWatermark", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(EtlRun))]
public sealed class SetEtlWatermarkCommand : ProjectCommand
{
    /// <summary>The job.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The watermark: a number, a date or a timestamp, as a value or as text.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public object Value { get; set; } = "";

    /// <summary>The warehouse, instead of the job's: a Redshift connection's name, a hashtable, or a connection object.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WarehouseCompleter))]
    public object? Warehouse { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForInput(() =>
    {
        EtlJob job = OpenJob(Name, null, Warehouse);
        string text = Text(TableValues.Unwrap(Value));
        if (ShouldProcess($"job '{job.Name}' ({job.Table}) on {job.Warehouse?.Name}", $"Set the watermark {job.Watermark?.Column} to {text}"))
        {
            WriteObject(Run((progress, cancel) => RunHistory.SetWatermarkAsync(job, text, progress, cancel)));
        }
    });

    private static string Text(object? value) => value switch
    {
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "+00",
        DateTime { TimeOfDay.Ticks: 0, Kind: DateTimeKind.Unspecified } day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + (time.Kind == DateTimeKind.Utc ? "+00" : ""),
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
