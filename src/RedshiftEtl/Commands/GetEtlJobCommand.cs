using System.Management.Automation;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Commands;

/// <summary>Lists the jobs of a project.</summary>
[Cmdlet(VerbsCommon.Get, "EtlJob")]
[OutputType(typeof(EtlJob))]
public sealed class GetEtlJobCommand : ProjectCommand
{
    private static readonly JobOverride s_noChange = new();

    /// <summary>Names; wildcards are allowed. All jobs if not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        EtlProject project = Require(OpenProject);
        IReadOnlyList<string> names = Require(project.GetJobNames);
        foreach (string name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            IEnumerable<string> found = WildcardPattern.ContainsWildcardCharacters(name) ? names.Where(pattern.IsMatch) : [name];
            foreach (string job in found)
            {
                ForInput(() => WriteObject(project.GetJob(job, s_noChange)));
            }
        }
    }
}
