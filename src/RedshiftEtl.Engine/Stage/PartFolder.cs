namespace RedshiftEtl.Engine.Stage;

/// <summary>Writes parts as files into a folder.</summary>
/// <param name="folder">Full path; new or empty.</param>
/// <param name="isTemporary">Whether whoever uploads the parts removes the folder.</param>
public sealed class PartFolder(string folder, bool isTemporary = false) : IPartDestination
{
    private bool _isOurs;

    /// <inheritdoc/>
    public bool IsTemporary => isTemporary;

    /// <inheritdoc/>
    public string Location => folder;

    /// <inheritdoc/>
    public Task PrepareAsync(CancellationToken cancel)
    {
        try
        {
            if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            {
                throw new EtlException(Fault.FolderNotEmpty, $"The folder '{folder}' is not empty.", folder);
            }

            _isOurs = !Directory.Exists(folder);
            Directory.CreateDirectory(folder);
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EtlException(Fault.PartWriteFailed, $"The folder '{folder}' cannot be used: {e.Message}", folder, e);
        }
    }

    /// <inheritdoc/>
    public Task<IPartWriter> CreateAsync(string name, CancellationToken cancel)
    {
        string path = Path.Combine(folder, name);
        try
        {
            return Task.FromResult<IPartWriter>(new PartFile(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EtlException(Fault.PartWriteFailed, $"The part '{path}' cannot be written: {e.Message}", path, e);
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(IReadOnlyList<string> names)
    {
        try
        {
            foreach (string name in names)
            {
                File.Delete(Path.Combine(folder, name));
            }

            if (_isOurs)
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that led here matters more than what is left behind.
            return Task.CompletedTask;
        }

        return Task.CompletedTask;
    }

    /// <summary>A part as a file.</summary>
    private sealed class PartFile(FileStream file) : IPartWriter
    {
        private bool _isComplete;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            try
            {
                await file.WriteAsync(bytes, cancel);
            }
            catch (IOException e)
            {
                throw new EtlException(Fault.PartWriteFailed, $"The part '{file.Name}' cannot be written: {e.Message}", file.Name, e);
            }
        }

        public async Task<string> CompleteAsync(string crc32C, CancellationToken cancel)
        {
            try
            {
                await file.DisposeAsync();
                _isComplete = true;
                return file.Name;
            }
            catch (IOException e)
            {
                throw new EtlException(Fault.PartWriteFailed, $"The part '{file.Name}' cannot be written: {e.Message}", file.Name, e);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await file.DisposeAsync();
            if (!_isComplete)
            {
                File.Delete(file.Name);
            }
        }
    }
}
