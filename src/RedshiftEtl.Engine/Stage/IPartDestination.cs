namespace RedshiftEtl.Engine.Stage;

/// <summary>Where parts are written to: a folder, or S3 without a stop on disk.</summary>
internal interface IPartDestination
{
    /// <summary>The folder or s3:// prefix.</summary>
    string Location { get; }

    /// <summary>Checks that parts can be written there before the source is asked for anything.</summary>
    Task PrepareAsync(CancellationToken cancel);

    /// <summary>Begins a part.</summary>
    Task<IPartWriter> CreateAsync(string name, CancellationToken cancel);
}

/// <summary>A part that is being written. Disposing one that was not completed removes every trace of it.</summary>
internal interface IPartWriter : IAsyncDisposable
{
    /// <summary>Appends bytes.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>Ends the part, durably, and verifies its checksum where the destination can; returns where it lies.</summary>
    Task<string> CompleteAsync(string crc32C, CancellationToken cancel);
}
