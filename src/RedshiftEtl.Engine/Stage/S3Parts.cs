using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Writes parts straight to S3: no temporary file, a few buffers of memory.</summary>
internal sealed class S3Parts : IPartDestination, IDisposable
{
    private readonly string _keyPrefix;

    /// <summary>Prepares; nothing is called yet.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="keyPrefix">Prefix of the run's keys, ending with a slash.</param>
    /// <exception cref="EtlException"><see cref="Fault.StageLoginFailed"/>: there are no credentials.</exception>
    public S3Parts(S3Connection stage, string keyPrefix)
    {
        _keyPrefix = keyPrefix;
        Store = new S3Store(stage);
    }

    /// <summary>The calls on S3.</summary>
    public S3Store Store { get; }

    /// <inheritdoc/>
    public string Location => Store.Url(_keyPrefix);

    /// <inheritdoc/>
    public bool IsTemporary => false;

    /// <inheritdoc/>
    public Task PrepareAsync(CancellationToken cancel) => Store.ProbeAsync(_keyPrefix, cancel);

    /// <inheritdoc/>
    public Task<IPartWriter> CreateAsync(string name, CancellationToken cancel) =>
        Task.FromResult<IPartWriter>(new S3PartWriter(Store, _keyPrefix + name));

    /// <inheritdoc/>
    public Task RemoveAsync(IReadOnlyList<string> names) => Store.RemoveAsync(names.Select(name => _keyPrefix + name));

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();
}
