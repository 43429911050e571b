using System.Text;

namespace RedshiftEtl.Engine.Define.Write;

/// <summary>Writes job folders of a project.</summary>
public static class JobFolders
{
    /// <summary>What would be written.</summary>
    /// <param name="request">What to write.</param>
    /// <param name="project">The project's folder.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EtlException">What the source refused, or what does not go together.</exception>
    public static async Task<IReadOnlyList<EtlJobFolder>> DraftAsync(JobDraftRequest request, string project, IProgress<EtlEvent> progress, CancellationToken cancel) =>
        (await JobDrafter.DraftAsync(request, progress, cancel)).Select(draft => new EtlJobFolder
        {
            Name = draft.Name,
            Folder = Path.Combine(project, "jobs", draft.Name),
            Source = draft.Source.Name,
            SourceTable = draft.SourceTable,
            Table = draft.Table.ToString(),
            Mode = draft.Mode,
            ColumnCount = draft.Columns.Count,
            Files = JobText.Write(draft),
        }).ToArray();

    /// <summary>Writes a folder.</summary>
    /// <param name="job">The folder.</param>
    /// <param name="overwrites">Whether files that are there are replaced; others are left alone.</param>
    /// <exception cref="EtlException"><see cref="Fault.JobExists"/>, <see cref="Fault.PartWriteFailed"/>.</exception>
    public static void Write(EtlJobFolder job, bool overwrites)
    {
        string? there = job.Files.Keys.FirstOrDefault(name => File.Exists(Path.Combine(job.Folder, name)));
        if (there is not null && !overwrites)
        {
            throw new EtlException(Fault.JobExists, $"'{Path.Combine(job.Folder, there)}' is there already.", job.Name);
        }

        try
        {
            Directory.CreateDirectory(job.Folder);
            // The dictionary last: without it the folder is no job, should writing stop in the middle.
            foreach ((string name, string text) in job.Files.OrderBy(file => file.Key == "job.psd1"))
            {
                File.WriteAllText(Path.Combine(job.Folder, name), text, new UTF8Encoding(false));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EtlException(Fault.PartWriteFailed, $"The job folder '{job.Folder}' could not be written: {e.Message}", job.Folder, e);
        }
    }
}
