namespace RedshiftEtl.Engine.Stage;

/// <summary>How parts are compressed; COPY is told by keyword (fact sheet 1.4).</summary>
public enum Compression
{
    /// <summary>Zstandard, one frame a part.</summary>
    Zstd,

    /// <summary>gzip, one member a part.</summary>
    Gzip,

    /// <summary>Not compressed.</summary>
    None,
}

/// <summary>One file of an extract.</summary>
/// <param name="Name">The file's name, e.g. <c>part-00000.csv.zst</c>.</param>
/// <param name="Location">Its full path, or its s3:// URL.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Bytes">Its size in bytes.</param>
/// <param name="Crc32C">CRC-32C of its bytes, as S3 writes it (base64 of the big-endian value).</param>
public sealed record EtlPart(string Name, string Location, long Rows, long Bytes, string Crc32C);
