namespace RedshiftEtl.Loader.Tests;

/// <summary>A copy of the built module in a folder of its own, without the sandbox and the host.</summary>
internal sealed class ModuleCopy : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("etlmodule").FullName;

    /// <summary>Copies the module.</summary>
    /// <param name="checkout">Where it was built.</param>
    public ModuleCopy(string checkout)
    {
        Folder = Path.Combine(_root, "RedshiftEtl");
        Copy(checkout, "", "RedshiftEtl.psd1");
        Copy(checkout, "bin", "*");
        Copy(checkout, Path.Combine("bin", "engine"), "*");
    }

    /// <summary>The module's folder.</summary>
    public string Folder { get; }

    /// <summary>What is imported.</summary>
    public string Manifest => Path.Combine(Folder, "RedshiftEtl.psd1");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Copy(string checkout, string folder, string pattern)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(checkout, folder), pattern))
        {
            string target = Path.Combine(Folder, Path.GetRelativePath(checkout, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
