using System.Management.Automation;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl;

/// <summary>Chooses jobs by name.</summary>
internal static class JobNames
{
    /// <summary>The names that a pattern fits; what has no wildcards is one name, whether or not there is such a job.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ProjectNotFound"/>.</exception>
    public static IEnumerable<string> Choose(EtlProject project, string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return WildcardPattern.ContainsWildcardCharacters(name) ? project.GetJobNames().Where(pattern.IsMatch) : [name];
    }
}
