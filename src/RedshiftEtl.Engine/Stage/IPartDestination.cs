namespace RedshiftEtl.Engine.Stage;

/// <summary>Where parts are written to: a folder, or S3 without a stop on disk.</summary>
public interface IPartDestination
{
    /// <summary>The folder or s3:// prefix.</summary>
    string Location { get; }

    /// <summary>Whether whoever uploads the parts removes them here.</summary>
    bool IsTemporary { get; }

    /// <summary>Checks that parts can be written there before the source is asked for anything.</summary>
    Task PrepareAsync(CancellationToken cancel);

    /// <summary>Begins a part.</summary>
    Task<IPartWriter> CreateAsync(string name, CancellationToken cancel);

    /// <summary>Removes what is left of an extract that failed: its completed parts, and what <see cref="PrepareAsync"/> made. As far as it can, without an error of its own.</summary>
    Task RemoveAsync(IReadOnlyList<string> names);
}

/// <summary>A part that is being written. Disposing one that was not completed removes every trace of it.</summary>
public interface IPartWriter : IAsyncDisposable
{
    /// <summary>Appends bytes.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>Ends the part, durably, and verifies its checksum where the destination can; returns where it lies.</summary>
    Task<string> CompleteAsync(string crc32C, CancellationToken cancel);
}
