using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Extract;

/// <summary>How an extract is written.</summary>
public sealed record ExportOptions
{
    /// <summary>The run's id.</summary>
    public required string RunId { get; init; }

    /// <summary>The compression of the parts.</summary>
    public Compression Compression { get; init; }

    /// <summary>Level of the compression: 1 to 22 for Zstd, 1 to 9 for Gzip; the fastest if null.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>How the CSV is written.</summary>
    public CsvDialect Dialect { get; init; } = CsvDialect.Default;

    /// <summary>The number of parts that are written side by side, from 1: best the warehouse's number of slices (fact sheet 2).</summary>
    public int ParallelParts { get; init; } = 4;

    /// <summary>Compressed bytes at which a part is full and another round of parts begins; well under the 1 GB that COPY is best below (fact sheet 2).</summary>
    public long PartBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>The column whose greatest value is looked for; null for none.</summary>
    public string? WatermarkColumn { get; init; }

    /// <summary>The most rows that may be read; null for no limit.</summary>
    public long? MaxRows { get; init; }

    /// <summary>So many first rows are read, and then the source is stopped; null for all.</summary>
    public int? SampleRows { get; init; }

    /// <summary>Refuses values that make no sense.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>.</exception>
    public void Check()
    {
        Dialect.Check();
        int highest = Compression == Compression.Gzip ? 9 : 22;
        if (CompressionLevel < 1 || CompressionLevel > highest)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"The level of {Compression} is 1 to {highest}, not {CompressionLevel}.", CompressionLevel);
        }

        if (ParallelParts is < 1 or > 1000)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"The number of parallel parts is 1 to 1000, not {ParallelParts}.", ParallelParts);
        }
    }
}
