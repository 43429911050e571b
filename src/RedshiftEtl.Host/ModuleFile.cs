namespace RedshiftEtl.Host;

/// <summary>Finds the module that scripts get.</summary>
internal static class ModuleFile
{
    private const string ManifestName = "RedshiftEtl.psd1";

    /// <summary>The manifest in the host's own folder or the nearest one above it, which is the checkout's or the package's;
    /// else the module's name, which PowerShell looks for on <c>PSModulePath</c>.</summary>
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var manifest = Path.Combine(folder.FullName, ManifestName);
            if (File.Exists(manifest))
                return manifest;
        }

        return Path.GetFileNameWithoutExtension(ManifestName);
    }
}
