namespace RedshiftEtl.Sandbox.S3.Bodies;

/// <summary>A request's body, complete and verified, in a file of its own that goes unless it becomes an object or a part.</summary>
/// <param name="File">The file in the store's incoming folder.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Md5">Its MD5.</param>
/// <param name="Checksum">The checksum that the client sent, verified; else a computed CRC-64/NVME, as S3 keeps one with every object.</param>
internal sealed record ReceivedBody(string File, long Length, byte[] Md5, StoredChecksum Checksum) : IDisposable
{
    /// <summary>The entity tag of an object that is put at once, with its quotes.</summary>
    public string ETag => $"\"{Convert.ToHexStringLower(Md5)}\"";

    /// <inheritdoc/>
    public void Dispose() => System.IO.File.Delete(File);
}
