using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Extract;

/// <summary>The result of an extract: parts in a folder or already in S3, with all that a load needs to know of them.</summary>
public sealed record EtlExport
{
    /// <summary>The run's unique id; S3 keys and the history carry it.</summary>
    public required string RunId { get; init; }

    /// <summary>When the extract began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>What was read, for messages: the connection's name.</summary>
    public required string Source { get; init; }

    /// <summary>The columns, in order.</summary>
    public required IReadOnlyList<EtlColumn> Columns { get; init; }

    /// <summary>Rows that the source gave.</summary>
    public required long RowsRead { get; init; }

    /// <summary>Rows that were written to parts.</summary>
    public required long RowsWritten { get; init; }

    /// <summary>Bytes of CSV before compression.</summary>
    public required long CsvBytes { get; init; }

    /// <summary>Bytes of all parts as they were written.</summary>
    public required long Bytes { get; init; }

    /// <summary>The parts, in order. None when there were no rows.</summary>
    public required IReadOnlyList<EtlPart> Parts { get; init; }

    /// <summary>The compression of every part.</summary>
    public required Compression Compression { get; init; }

    /// <summary>How the CSV is written.</summary>
    public required CsvDialect Dialect { get; init; }

    /// <summary>The folder or the s3:// prefix that holds the parts.</summary>
    public required string Location { get; init; }

    /// <summary>Whether Send-EtlStage removes the parts' folder once they are in S3.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>The values that a ValueRule changed because Redshift cannot hold them, counted by column and kind.</summary>
    public IReadOnlyList<EtlRepair> Repairs { get; init; } = [];

    /// <summary>How long the extract took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The greatest value of the watermark column; null when there is none.</summary>
    public WatermarkValue? Watermark { get; init; }

    /// <summary>Rows without a value in the watermark column.</summary>
    public long WatermarkNulls { get; init; }

    /// <summary>Where the time went, so that it can be told which side is slow.</summary>
    public ExportTimes Times { get; init; } = new(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>«5,000 rows in 1 part(s), folder».</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{RowsWritten:N0} rows in {Parts.Count} part(s), {Location}");
}

/// <summary>Where the time of an extract went. Reading, compressing and writing overlap, so the sum may be more than the duration.</summary>
/// <param name="Read">Waiting for the source and making CSV of what it gave.</param>
/// <param name="Held">The reader waited because compressing or writing was behind.</param>
/// <param name="Compress">Compressing, summed over the parts.</param>
/// <param name="Write">Waiting for the folder or S3, summed over the parts.</param>
public sealed record ExportTimes(TimeSpan Read, TimeSpan Held, TimeSpan Compress, TimeSpan Write);
