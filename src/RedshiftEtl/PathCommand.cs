using System.Management.Automation;
using RedshiftEtl.Engine;

namespace RedshiftEtl;

/// <summary>A cmdlet that takes paths.</summary>
public abstract class PathCommand : EtlCommand
{
    /// <summary>The full path in the file system that a path parameter stands for: relative to $PWD, through PSDrives, never a wildcard.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: a path of another provider, or of a drive that is not there.</exception>
    protected string ResolvePath(string path)
    {
        try
        {
            string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            return provider.Name == "FileSystem"
                ? full
                : throw new EtlException(Fault.ArgumentInvalid, $"'{path}' is not in the file system.", path, advice: "Name a file or folder on a file system drive.");
        }
        catch (System.Management.Automation.DriveNotFoundException e)
        {
            throw new EtlException(Fault.ArgumentInvalid, e.Message, path, e, "Name a file or folder on a file system drive.");
        }
    }
}
