namespace RedshiftEtl.Engine.Define;

/// <summary>Reads a psd1 file as data, never executing it.</summary>
/// <param name="file">Full path.</param>
/// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/>: not a table of constants.</exception>
public delegate Definition DefinitionParser(string file);

/// <summary>A project folder: connections.psd1 and jobs/&lt;name&gt;/job.psd1.</summary>
public sealed class EtlProject
{
    /// <summary>The file that makes a folder a project.</summary>
    public const string ConnectionsFile = "connections.psd1";

    private readonly DefinitionParser _parse;
    private IReadOnlyList<string>? _jobNames;

    private EtlProject(string? folder, IReadOnlyDictionary<string, EtlConnection> connections, DefinitionParser parse)
    {
        Folder = folder;
        Connections = connections;
        _parse = parse;
    }

    /// <summary>The folder; null when there is no project and all is given by parameters.</summary>
    public string? Folder { get; }

    /// <summary>The connections by name.</summary>
    public IReadOnlyDictionary<string, EtlConnection> Connections { get; }

    /// <summary>Finds the project: the given folder, else REDSHIFTETL_PROJECT, else the nearest folder from <paramref name="location"/> upwards that has connections.psd1.</summary>
    /// <returns>The full path, or null when there is none.</returns>
    /// <exception cref="EtlException"><see cref="Fault.ProjectNotFound"/>: a folder that was named has no connections.psd1.</exception>
    public static string? Find(string? given, string location)
    {
        string? named = given ?? Environment.GetEnvironmentVariable("REDSHIFTETL_PROJECT");
        if (!string.IsNullOrEmpty(named))
        {
            string folder = Path.GetFullPath(named, location);
            return File.Exists(Path.Combine(folder, ConnectionsFile))
                ? folder
                : throw new EtlException(Fault.ProjectNotFound, $"'{folder}' has no {ConnectionsFile}, so it is not a project folder.", folder);
        }

        for (DirectoryInfo? folder = new(location); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, ConnectionsFile)))
            {
                return folder.FullName;
            }
        }

        return null;
    }

    /// <summary>Reads the project's connections; with a null folder there are none.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/> with every mistake in connections.psd1.</exception>
    public static EtlProject Open(string? folder, DefinitionParser parse, SecretLookup lookUp)
    {
        var connections = new Dictionary<string, EtlConnection>(StringComparer.OrdinalIgnoreCase);
        if (folder is null)
        {
            return new EtlProject(null, connections, parse);
        }

        Definition definition = parse(Path.Combine(folder, ConnectionsFile));
        var mistakes = new List<DefinitionMistake>();
        foreach (DefinitionEntry entry in definition.Entries)
        {
            if (entry.Value is not Definition table)
            {
                mistakes.Add(new DefinitionMistake(definition.File, entry.Line, $"'{entry.Key}' must be a table: {entry.Key} = @{{ Type = '…' }}."));
            }
            else if (ConnectionReader.Read(entry.Key, table, folder, lookUp, mistakes) is { } connection)
            {
                connections.Add(entry.Key, connection);
            }
        }

        return mistakes.Count == 0
            ? new EtlProject(folder, connections, parse)
            : throw DefinitionMistake.ToException(mistakes, definition.File!);
    }

    /// <summary>The connection of that name.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ConnectionNotFound"/> with the nearest name; <see cref="Fault.ProjectNotFound"/>.</exception>
    public EtlConnection GetConnection(string name)
    {
        if (Connections.TryGetValue(name, out EtlConnection? connection))
        {
            return connection;
        }

        RequireFolder();
        throw new EtlException(Fault.ConnectionNotFound,
            $"No connection '{name}' is defined in '{Path.Combine(Folder!, ConnectionsFile)}'.{NearestName.Hint(name, Connections.Keys.ToArray())}", name);
    }

    /// <summary>The names of all jobs, sorted; the folder is read once.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ProjectNotFound"/>.</exception>
    public IReadOnlyList<string> GetJobNames()
    {
        RequireFolder();
        string jobs = Path.Combine(Folder!, "jobs");
        return _jobNames ??= Directory.Exists(jobs)
            ? Directory.EnumerateDirectories(jobs)
                .Where(folder => File.Exists(Path.Combine(folder, "job.psd1")))
                .Select(folder => Path.GetFileName(folder))
                .Order(StringComparer.OrdinalIgnoreCase)
                .ToArray()
            : [];
    }

    /// <summary>The job of that name, changed as a command says.</summary>
    /// <exception cref="EtlException"><see cref="Fault.JobNotFound"/> with the nearest name; <see cref="Fault.DefinitionInvalid"/> with every mistake.</exception>
    public EtlJob GetJob(string name, JobOverride change)
    {
        IReadOnlyList<string> names = GetJobNames();
        string? found = names.FirstOrDefault(candidate => candidate.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (found is null)
        {
            throw new EtlException(Fault.JobNotFound,
                $"No job '{name}' is defined in '{Path.Combine(Folder!, "jobs")}'.{NearestName.Hint(name, names)}", name);
        }

        string folder = Path.Combine(Folder!, "jobs", found);
        return JobReader.Read(found, _parse(Path.Combine(folder, "job.psd1")), folder, Connections, names, change);
    }

    /// <summary>A job that has no folder: all of it comes from a command.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/> with everything that is missing.</exception>
    public EtlJob MakeJob(string name, JobOverride change) =>
        JobReader.Read(name, new Definition(null, 0, []), null, Connections, [], change);

    /// <summary>Makes sure that there is a project folder.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ProjectNotFound"/>.</exception>
    public void RequireFolder()
    {
        if (Folder is null)
        {
            throw new EtlException(Fault.ProjectNotFound, $"No project folder was found: neither here nor above is a {ConnectionsFile}.");
        }
    }
}
