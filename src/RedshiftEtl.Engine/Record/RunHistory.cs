using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Record;

/// <summary>Which runs are wanted of the history; what is null or empty does not restrict.</summary>
public sealed record RunFilter
{
    /// <summary>Names of jobs; * and ? are wildcards.</summary>
    public IReadOnlyList<string> Jobs { get; init; } = [];

    /// <summary>How they ended.</summary>
    public IReadOnlyList<RunStatus> Statuses { get; init; } = [];

    /// <summary>The id.</summary>
    public string? RunId { get; init; }

    /// <summary>Started at or after.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Started before.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>The newest so many, 1 or more.</summary>
    public int? Last { get; init; }
}

/// <summary>The history as its users read and correct it.</summary>
public static class RunHistory
{
    private static readonly string[] s_columns =
    [
        "run_id", "job", "load", "mode", "status", "source", "target", "started_at", "ended_at", "rows_read", "rows_written", "rows_loaded", "rows_deleted",
        "csv_bytes", "staged_bytes", "part_count", "manifest", "parameters", "extract_ms", "load_ms", "host", "os_user", "module_version", "error",
        "job_sequence", "watermark_column", "watermark_type", "watermark_before", "watermark_after", "watermark_nulls", "plan_ms", "delete_ms", "copy_ms", "sql_hashes", "rows_inserted", "rows_replaced", "maintenance",
    ];

    /// <summary>Reads runs, newest first.</summary>
    /// <exception cref="EtlException">The warehouse refused or failed.</exception>
    public static async Task<IReadOnlyList<EtlRun>> ReadAsync(RedshiftConnection warehouse, RunFilter filter, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        if (!await HistoryTable.Run.ExistsAsync(session, cancel))
        {
            progress.Report(new VerboseEvent($"There is no history on '{warehouse.Name}' yet."));
            return [];
        }

        await History.EnsureAsync(session, cancel);
        string limit = filter.Last is { } last ? string.Create(CultureInfo.InvariantCulture, $" LIMIT {last}") : "";
        List<object?[]> rows = await session.QueryAsync(
            $"SELECT {string.Join(", ", s_columns)} FROM {HistoryTable.Run.In(warehouse)}{Where(filter)} ORDER BY started_at DESC, ended_at DESC{limit}", [], cancel);
        return rows.Select(row => From(new Row(row))).ToArray();
    }

    /// <summary>Writes a row by itself, if the warehouse answers in time; that it did not is only said.</summary>
    internal static async Task TryInsertAsync(RedshiftConnection warehouse, EtlRun run, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        try
        {
            await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
            await History.EnsureAsync(session, cancel);
            (string sql, IReadOnlyList<EtlParameter> values) = History.Insert(warehouse, run);
            await session.ExecuteAsync(sql, values, cancel);
        }
        catch (Exception e) when (e is EtlException or OperationCanceledException)
        {
            progress.Report(new VerboseEvent($"The run could not be written into the history: {e.Message}"));
        }
    }

    /// <summary>Commits another watermark for a job: its next ongoing load goes on from there.</summary>
    /// <param name="job">The job; it must have a watermark.</param>
    /// <param name="text">The value, as CSV would have it: <c>2026-01-31 12:00:00</c>, <c>1234</c>.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EtlException"><see cref="Fault.WatermarkInvalid"/>, <see cref="Fault.JobRunning"/>, or what the warehouse refused.</exception>
    public static async Task<EtlRun> SetWatermarkAsync(EtlJob job, string text, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        RedshiftConnection warehouse = job.Warehouse ?? throw Planner.Missing(job, "Warehouse", "Redshift");
        WatermarkDefinition definition = job.Watermark ?? throw new EtlException(Fault.WatermarkInvalid, $"Job '{job.Name}' has no Watermark.", job.Name, null,
            "Name its column in job.psd1: Watermark = 'updated_at'.");
        var key = new JobKey(job.Name, job.Table);
        string runId = RunId.New();
        await using Lease lease = await Lease.AcquireAsync(warehouse, key, runId, waits: false, progress, cancel);
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        await History.EnsureAsync(session, cancel);
        JobState state = await History.ReadStateAsync(session, key, cancel);
        WatermarkValue value = state.Watermark is { } before ? WatermarkValue.Parse(text, before.Type) : Guess(text);
        var run = new EtlRun
        {
            RunId = runId,
            Job = job.Name,
            Load = RunKind.Watermark,
            Mode = job.Mode,
            Status = RunStatus.Succeeded,
            Source = job.Source.Name,
            Table = job.Table.ToString(),
            StartedAt = DateTimeOffset.UtcNow,
            EndedAt = DateTimeOffset.UtcNow,
            Sequence = state.LastSequence + 1,
            WatermarkColumn = definition.Column,
            WatermarkBefore = state.Watermark,
            WatermarkAfter = value,
        };
        (string sql, IReadOnlyList<EtlParameter> values) = History.Insert(warehouse, run);
        await session.ExecuteAsync(sql, values, cancel);
        return run;
    }

    /// <summary>The value and its type, for a job that never committed one.</summary>
    private static WatermarkValue Guess(string text)
    {
        foreach (string type in new[] { "BIGINT", "DATE", "TIMESTAMP", "TIMESTAMPTZ" })
        {
            try
            {
                WatermarkValue value = WatermarkValue.Parse(text, type);
                if (type != "BIGINT" || !text.Contains('.', StringComparison.Ordinal))
                {
                    bool isTime = text.Contains(':', StringComparison.Ordinal);
                    bool hasZone = isTime && text.LastIndexOfAny(['+', '-']) > text.IndexOf(':', StringComparison.Ordinal);
                    if (type switch { "DATE" => !isTime, "TIMESTAMP" => !hasZone, _ => true })
                    {
                        return value;
                    }
                }
            }
            catch (EtlException e) when (e.Fault == Fault.WatermarkInvalid)
            {
                continue;
            }
        }

        throw new EtlException(Fault.WatermarkInvalid, $"'{text}' is no number, date or timestamp.", text, null, "Write 1234, 2026-01-31, '2026-01-31 12:00:00' or '2026-01-31 12:00:00+00'.");
    }

    private static string Where(RunFilter filter)
    {
        static string Text(string value) => SqlLiteral.Text(value, SqlDialect.Redshift);
        static string Time(DateTimeOffset time) => SqlLiteral.Value(DateTime.SpecifyKind(time.UtcDateTime, DateTimeKind.Unspecified), SqlDialect.Redshift);
        var conditions = new List<string>();
        if (filter.Jobs.Count > 0)
        {
            conditions.Add($"({string.Join(" OR ", filter.Jobs.Select(job => $"job LIKE {Text(Pattern(job))} ESCAPE '!'"))})");
        }

        if (filter.Statuses.Count > 0)
        {
            conditions.Add($"status IN ({string.Join(", ", filter.Statuses.Select(status => Text(status.ToString())))})");
        }

        if (filter.RunId is not null)
        {
            conditions.Add($"run_id = {Text(filter.RunId)}");
        }

        if (filter.After is { } after)
        {
            conditions.Add($"started_at >= {Time(after)}");
        }

        if (filter.Before is { } before)
        {
            conditions.Add($"started_at < {Time(before)}");
        }

        return conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
    }

    private static string Pattern(string job) => string.Concat(job.Select(c => c switch
    {
        '*' => "%",
        '?' => "_",
        '%' or '_' or '!' => $"!{c}",
        _ => c.ToString(),
    }));

    private static EtlRun From(Row row) => new()
    {
        RunId = row.Text("run_id")!,
        Job = row.Text("job")!,
        Load = Enum.TryParse(row.Text("load"), out RunKind kind) ? kind : RunKind.Undecided,
        Mode = Enum.TryParse(row.Text("mode"), out LoadMode mode) ? mode : default,
        Status = Enum.TryParse(row.Text("status"), out RunStatus status) ? status : RunStatus.Failed,
        Source = row.Text("source") ?? "",
        Table = row.Text("target") ?? "",
        StartedAt = row.Time("started_at"),
        EndedAt = row.Time("ended_at"),
        RowsRead = row.Number("rows_read"),
        RowsWritten = row.Number("rows_written"),
        RowsLoaded = row.Number("rows_loaded"),
        RowsDeleted = row.Number("rows_deleted"),
        RowsInserted = row.IsNull("rows_inserted") ? null : row.Number("rows_inserted"),
        RowsReplaced = row.IsNull("rows_replaced") ? null : row.Number("rows_replaced"),
        CsvBytes = row.Number("csv_bytes"),
        StagedBytes = row.Number("staged_bytes"),
        PartCount = (int)row.Number("part_count"),
        Manifest = row.Text("manifest"),
        Parameters = row.Text("parameters") ?? "",
        ExtractDuration = row.Duration("extract_ms"),
        LoadDuration = row.Duration("load_ms"),
        PlanDuration = row.Duration("plan_ms"),
        DeleteDuration = row.Duration("delete_ms"),
        CopyDuration = row.Duration("copy_ms"),
        Host = row.Text("host") ?? "",
        User = row.Text("os_user") ?? "",
        ModuleVersion = row.Text("module_version") ?? "",
        Error = row.Text("error"),
        Sequence = row.IsNull("job_sequence") ? null : row.Number("job_sequence"),
        WatermarkColumn = row.Text("watermark_column"),
        WatermarkBefore = row.Watermark("watermark_before"),
        WatermarkAfter = row.Watermark("watermark_after"),
        WatermarkNulls = row.Number("watermark_nulls"),
        SqlHashes = row.Text("sql_hashes"),
        Maintenance = row.Text("maintenance"),
    };

    /// <summary>A row by column names.</summary>
    private sealed class Row(object?[] values)
    {
        public bool IsNull(string column) => Of(column) is null;

        public string? Text(string column) => Of(column) as string;

        public long Number(string column) => Convert.ToInt64(Of(column) ?? 0L, CultureInfo.InvariantCulture);

        public TimeSpan Duration(string column) => TimeSpan.FromMilliseconds(Number(column));

        public DateTimeOffset Time(string column) => Of(column) is DateTime time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : default;

        public WatermarkValue? Watermark(string column) => Text(column) is { } text && Text("watermark_type") is { } type ? new WatermarkValue(text, type) : null;

        private object? Of(string column) => values[Array.IndexOf(s_columns, column)];
    }
}
