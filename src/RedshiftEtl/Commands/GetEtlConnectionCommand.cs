using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Commands;

/// <summary>Lists the connections of a project.</summary>
[Cmdlet(VerbsCommon.Get, "EtlConnection")]
[OutputType(typeof(EtlConnection))]
public sealed class GetEtlConnectionCommand : ProjectCommand
{
    /// <summary>Names; wildcards are allowed. All connections if not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        EtlProject project = Require(() => ProjectWithFolder());
        foreach (string name in Name)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                ForInput(() => WriteObject(project.GetConnection(name)));
                continue;
            }

            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            WriteObject(project.Connections.Values.Where(connection => pattern.IsMatch(connection.Name)).OrderBy(connection => connection.Name, StringComparer.OrdinalIgnoreCase), true);
        }
    }

    private EtlProject ProjectWithFolder()
    {
        EtlProject project = OpenProject();
        project.RequireFolder();
        return project;
    }
}
