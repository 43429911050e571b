using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Schedule;

namespace RedshiftEtl.Commands;

/// <summary>Checks everything that a run of a job needs, before it runs.</summary>
[Cmdlet(VerbsDiagnostic.Test, "EtlJob", DefaultParameterSetName = "Name")]
[OutputType(typeof(EtlJobCheck))]
public sealed class TestEtlJobCommand : JobCommand
{
    private static readonly JobOverride s_noChange = new();

    /// <summary>So many first rows are taken through to a temporary table, and rolled back.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int? Sample { get; set; }

    /// <inheritdoc/>
    protected override void Process(EtlJob job)
    {
        Stream((progress, cancel) => JobTest.RunAsync(job, Sample, progress, cancel), WriteObject);
        if (job.DependsOn.Count > 0)
        {
            WriteObject(CheckDependencies(job));
        }
    }

    /// <summary>The jobs that it depends on, and those that they depend on: each can be read, and none leads back.</summary>
    private EtlJobCheck CheckDependencies(EtlJob job)
    {
        const string Check = "DependsOn";
        try
        {
            EtlProject project = OpenProject();
            var needed = new Dictionary<string, EtlJob>(StringComparer.OrdinalIgnoreCase) { [job.Name] = job };
            var open = new Queue<string>(job.DependsOn);
            while (open.TryDequeue(out string? name))
            {
                if (!needed.ContainsKey(name))
                {
                    EtlJob other = project.GetJob(name, s_noChange);
                    needed.Add(name, other);
                    other.DependsOn.ToList().ForEach(open.Enqueue);
                }
            }

            return new EtlJobCheck(job.Name, Check, CheckStatus.Passed, $"Runs in this order: {string.Join(", ", JobBatch.Order(needed.Values.ToArray()))}.");
        }
        catch (EtlException e)
        {
            return new EtlJobCheck(job.Name, Check, CheckStatus.Failed, e.Message, e.Fault.Name, e.Advice);
        }
    }
}
