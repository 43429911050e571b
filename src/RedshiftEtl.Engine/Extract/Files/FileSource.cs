using System.IO.Enumeration;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract.Files;

/// <summary>Reads delimited files of a folder.</summary>
internal sealed class FileSource(FileConnection connection) : ISource
{
    /// <inheritdoc/>
    public Task<ISourceReader> OpenAsync(SourceQuery query, CsvDialect dialect, CancellationToken cancel) => Task.Run<ISourceReader>(
        () => query.Table is { } table
            ? new FileReader(connection, Find(table.Name), query, dialect)
            : throw new EtlException(Fault.ArgumentInvalid, $"'{connection.Name}' is files, which take no SQL.", connection.Name, advice: "Name a file or a wildcard by -Table (SourceTable in a job)."),
        cancel);

    /// <inheritdoc/>
    public Task<string> TestAsync(CancellationToken cancel) => Task.Run(
        () => $"{(Directory.Exists(connection.Folder) ? Directory.EnumerateFiles(connection.Folder).Count() : throw NoFolder())} file(s)", cancel);

    /// <summary>The files that a name or wildcard stands for, sorted by name.</summary>
    private FileStamp[] Find(string pattern)
    {
        string full = Path.GetFullPath(pattern, connection.Folder);
        string folder = Path.GetDirectoryName(full) ?? connection.Folder;
        if (!Directory.Exists(folder))
        {
            throw NoFolder();
        }

        string name = Path.GetFileName(full);
        FileStamp[] files = Directory.EnumerateFiles(folder)
            .Where(path => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(path), ignoreCase: OperatingSystem.IsWindows()))
            .Order(StringComparer.Ordinal).Select(FileStamp.Of).ToArray();
        return files.Length > 0 ? files : throw new EtlException(Fault.DatabaseNotFound, $"There is no file '{full}' for '{connection.Name}'.", full);
    }

    private EtlException NoFolder() => new(Fault.DatabaseNotFound, $"The folder '{connection.Folder}' of '{connection.Name}' does not exist.", connection.Folder);
}
