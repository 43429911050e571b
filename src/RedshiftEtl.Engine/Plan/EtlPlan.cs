using System.Globalization;
using System.Text;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Maintain;

namespace RedshiftEtl.Engine.Plan;

/// <summary>Exactly what a run will do. Invoke-EtlJob runs it; -WhatIf shows it.</summary>
public sealed record EtlPlan
{
    /// <summary>The run's id.</summary>
    public required string RunId { get; init; }

    /// <summary>The job.</summary>
    public required EtlJob Job { get; init; }

    /// <summary>Initial or Ongoing.</summary>
    public required LoadKind Load { get; init; }

    /// <summary>Why this load.</summary>
    public required string Reason { get; init; }

    /// <summary>When the run starts, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The parameters with their values.</summary>
    public required IReadOnlyList<EtlParameter> Parameters { get; init; }

    /// <summary>The query on the source.</summary>
    public required SqlText Query { get; init; }

    /// <summary>The query's columns.</summary>
    public required IReadOnlyList<EtlColumn> Columns { get; init; }

    /// <summary>The stage.</summary>
    public required S3Connection Stage { get; init; }

    /// <summary>Key prefix of the parts and the manifest.</summary>
    public required string KeyPrefix { get; init; }

    /// <summary>The statements of the load's transaction, between BEGIN and the history row, keys masked.</summary>
    public required IReadOnlyList<LoadStatement> Statements { get; init; }

    /// <summary>Statements that make VARCHARs longer, each alone and before the transaction.</summary>
    public IReadOnlyList<string> Widenings { get; init; } = [];

    /// <summary>Rows that the load's deletes would delete now, by Redshift's own count; null where there is nothing to delete, or it was not counted.</summary>
    public long? RowsToDelete { get; init; }

    /// <summary>What maintenance the table would get as it is now; null where it was not asked for.</summary>
    public EtlMaintenance? Maintenance { get; init; }

    /// <summary>What the load is to do.</summary>
    public required LoadRequest Request { get; init; }

    /// <summary>Parts that are written side by side.</summary>
    public int ParallelParts { get; init; } = WarehouseSlices.DefaultParts;

    /// <summary>How the extract is written.</summary>
    internal ExportOptions ExportOptions => new()
    {
        RunId = RunId, Compression = Job.Compression, CompressionLevel = Job.CompressionLevel, Dialect = Dialect, ParallelParts = ParallelParts,
        WatermarkColumn = Job.Watermark?.Column, MaxRows = Job.Guards.MaxRows,
    };

    /// <summary>How the parts are written.</summary>
    public CsvDialect Dialect => Job.NullMarker is { } marker ? new CsvDialect(marker) : CsvDialect.Default;

    /// <summary>The whole plan as text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Job        {Job.Name}: {Job.Mode}, {Load} ({Reason})");
        text.AppendLine(CultureInfo.InvariantCulture, $"Source     {Job.Source}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Stage      s3://{Stage.Bucket}/{KeyPrefix}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Warehouse  {Request.Warehouse}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Table      {Job.Table}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Parameters {(Parameters.Count == 0 ? "none" : string.Join(", ", Parameters))}");
        if (Request.Watermark is { } watermark)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Watermark  {Job.Watermark} (last committed: {watermark.Before?.Text ?? "none"})");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"Columns    {string.Join(", ", Columns.Select(column => $"{column.Name} {column.RedshiftType}"))}");
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"-- on {Job.Source.Name}{(Query.File is null ? "" : $", from {Query.File}")}");
        text.AppendLine(Query.Text.Trim());
        if (Widenings.Count > 0)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"-- on {Request.Warehouse.Name}, each alone");
            foreach (string statement in Widenings)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"{statement};");
            }
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"-- on {Request.Warehouse.Name}, in one transaction");
        foreach (string statement in Job.Session.ToStatements())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{statement};");
        }

        if (RowsToDelete is { } rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"-- rows to delete, as the table is now: {rows:N0}");
        }

        text.AppendLine("BEGIN;");
        foreach (LoadStatement statement in Statements)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{statement.Shown};");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"INSERT INTO {Record.History.TableOf(Request.Warehouse)} …;");
        text.Append("COMMIT;");
        if (Maintenance is { } maintenance)
        {
            text.AppendLine().AppendLine().Append(CultureInfo.InvariantCulture, $"-- maintenance, as the table is now: {maintenance.Action}");
            foreach (string line in maintenance.Reasons.Select(reason => $"-- {reason}").Concat(maintenance.Statements.Select(statement => $"{statement};")))
            {
                text.AppendLine().Append(line);
            }
        }

        return text.ToString();
    }
}
