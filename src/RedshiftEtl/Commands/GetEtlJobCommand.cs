using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Schedule;

namespace RedshiftEtl.Commands;

/// <summary>Lists the jobs of a project, with what their warehouse's history says of them.</summary>
[Cmdlet(VerbsCommon.Get, "EtlJob")]
[OutputType(typeof(EtlJob))]
public sealed class GetEtlJobCommand : ProjectCommand
{
    private static readonly JobOverride s_noChange = new();

    private readonly List<EtlJob> _jobs = [];

    /// <summary>Names; wildcards are allowed. All jobs if not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only jobs with one of these tags; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>Only jobs whose time has come, by their schedule and the history.</summary>
    [Parameter]
    public SwitchParameter Due { get; set; }

    /// <summary>Reads the project's files only: no warehouse is asked, and state and last run stay unknown.</summary>
    [Parameter]
    public SwitchParameter SkipHistory { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => Require(() => Due && SkipHistory
        ? throw new EtlException(Fault.ArgumentInvalid, "-Due goes by the history, which -SkipHistory leaves out.", nameof(SkipHistory), null, "Give one of the two.")
        : true);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        EtlProject project = Require(OpenProject);
        Require(project.GetJobNames);
        foreach (string job in Name.SelectMany(name => JobNames.Choose(project, name)))
        {
            ForInput(() => _jobs.Add(project.GetJob(job, s_noChange)));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        WildcardPattern[]? tags = Tag?.Select(tag => WildcardPattern.Get(tag, WildcardOptions.IgnoreCase)).ToArray();
        EtlJob[] jobs = _jobs.Where(job => tags is null || job.Tag.Any(tag => tags.Any(pattern => pattern.IsMatch(tag)))).ToArray();
        foreach (EtlJob job in SkipHistory ? jobs : Due ? Require(() => ReadDue(jobs)) : Ask(jobs, false))
        {
            WriteObject(job);
        }
    }

    /// <summary>With the jobs that they depend on, whether or not these were named. What cannot be read, or does not answer, is an error of its own and stops no other job.</summary>
    private IReadOnlyList<EtlJob> ReadDue(EtlJob[] jobs)
    {
        var named = jobs.Select(job => job.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var others = new List<EtlJob>();
        foreach (string name in jobs.SelectMany(job => job.DependsOn).Distinct(StringComparer.OrdinalIgnoreCase).Where(name => !named.Contains(name)))
        {
            try
            {
                others.Add(OpenProject().GetJob(name, s_noChange));
            }
            catch (EtlException e)
            {
                WriteVerbose($"What depends on '{name}' is left out: {e.Message}");
            }
        }

        EtlJob[] known = Ask([.. jobs, .. others], isRequired: true);
        return Run((progress, _) => Task.FromResult(JobStates.Due(known[..jobs.Length], known[jobs.Length..], progress)));
    }

    private EtlJob[] Ask(EtlJob[] jobs, bool isRequired)
    {
        HashSet<EtlConnection> locked = new(ReferenceEqualityComparer.Instance);
        foreach (RedshiftConnection warehouse in jobs.Select(job => job.Warehouse).OfType<RedshiftConnection>().Distinct())
        {
            try
            {
                RevealSecrets(warehouse);
            }
            catch (EtlException e)
            {
                locked.Add(warehouse);
                Tell(warehouse, e, isRequired);
            }
        }

        HashSet<EtlJob> asked = new(jobs.Where(job => job.Warehouse is not null && !locked.Contains(job.Warehouse)), ReferenceEqualityComparer.Instance);
        if (asked.Count == 0)
        {
            return jobs;
        }

        (IReadOnlyList<EtlJob> known, IReadOnlyList<(RedshiftConnection Warehouse, EtlException Error)> silent) =
            Run((progress, cancel) => JobStates.ReadAsync(jobs.Where(asked.Contains).ToArray(), DateTimeOffset.UtcNow, progress, cancel));
        foreach ((RedshiftConnection warehouse, EtlException error) in silent)
        {
            Tell(warehouse, error, isRequired);
        }

        var answered = new Queue<EtlJob>(known);
        return jobs.Select(job => asked.Contains(job) ? answered.Dequeue() : job).ToArray();
    }

    private void Tell(RedshiftConnection warehouse, EtlException error, bool isRequired)
    {
        if (isRequired)
        {
            ForInput(() => throw error);
        }
        else
        {
            WriteWarning($"State and last run of the jobs on '{warehouse.Name}' are unknown, since its history could not be read: {error.Message}");
        }
    }
}
