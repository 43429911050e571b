using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Load;

/// <summary>A row that COPY refused, from STL_LOAD_ERRORS or SYS_LOAD_ERROR_DETAIL (fact sheet 6).</summary>
/// <param name="File">The staged part.</param>
/// <param name="Line">Line in it, from 1.</param>
/// <param name="Column">The table's column.</param>
/// <param name="Type">The column's type, with its length where it has one.</param>
/// <param name="Value">The field's text; null where the server does not keep it.</param>
/// <param name="Code">The error code.</param>
/// <param name="Reason">The server's words.</param>
public sealed record LoadError(string File, long Line, string Column, string Type, string? Value, int Code, string Reason)
{
    /// <summary>When the COPY ran, in UTC.</summary>
    public DateTime Time { get; init; }

    /// <summary>The COPY's query id.</summary>
    public long QueryId { get; init; }

    /// <summary>The whole line, up to 1,024 bytes; null where the server does not keep it and the part could not be read.</summary>
    public string? RawLine { get; init; }

    /// <summary>What the code means and what to do about it; null for a code that is not known.</summary>
    public string? Advice => LoadErrorCode.Advice(Code);

    /// <summary>«part-00000.csv.zst line 7, column name VARCHAR(10), value 'x': String length exceeds DDL length (1204, the value is too long …)».</summary>
    public override string ToString()
    {
        string column = Column.Length == 0 ? "" : $", column {Column} {Type}";
        string value = Value is null
            ? RawLine is null ? "" : $", line '{Cut(RawLine)}'"
            : string.Create(CultureInfo.InvariantCulture, $", value '{Cut(Value)}'{(Value.Length > 40 ? $" of {Value.Length:N0} characters or more" : "")}");
        string advice = Advice is null ? "" : $"; {Advice}";
        return string.Create(CultureInfo.InvariantCulture, $"{File[(File.LastIndexOf('/') + 1)..]} line {Line}{column}{value}: {Reason} ({Code}{advice})");
    }

    /// <summary>Errors of earlier loads, newest first.</summary>
    /// <param name="warehouse">Where.</param>
    /// <param name="table">Of loads into one table; null for all.</param>
    /// <param name="count">How many at most, from 1.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EtlException">The warehouse refused or failed.</exception>
    public static async Task<IReadOnlyList<LoadError>> ListAsync(
        RedshiftConnection warehouse, TableName? table, int count, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        string? id = table is null ? null : await TableIdAsync(session, table, cancel);
        return await ReadAsync(session, id is null ? "1 = 1" : $"tbl = {id}", id is null ? "1 = 1" : $"table_id = {id}", count, cancel);
    }

    /// <summary>The newest errors of a session, read through another one; empty when the server shows none.</summary>
    internal static async Task<IReadOnlyList<LoadError>> ReadAsync(WarehouseSession session, int processId, int count, CancellationToken cancel)
    {
        IReadOnlyList<LoadError> errors = await ReadAsync(session, $"session = {processId}", $"session_id = {processId}", count, cancel);

        // Process ids come again: only the newest COPY of the session is the one that has just failed.
        return errors.Where(error => error.QueryId == errors[0].QueryId).ToArray();
    }

    private static async Task<IReadOnlyList<LoadError>> ReadAsync(
        WarehouseSession session, string stlCondition, string sysCondition, int count, CancellationToken cancel)
    {
        // STL_LOAD_ERRORS keeps the value but exists only on provisioned clusters; SYS_LOAD_ERROR_DETAIL exists everywhere but has no value.
        string[] queries =
        [
            "SELECT TRIM(filename), line_number, TRIM(colname), TRIM(type), TRIM(col_length), TRIM(raw_field_value), err_code, TRIM(err_reason), starttime, query, TRIM(raw_line)"
                + $" FROM stl_load_errors WHERE {stlCondition} ORDER BY starttime DESC, line_number LIMIT {count}",
            "SELECT TRIM(file_name), line_number, TRIM(column_name), TRIM(column_type), TRIM(column_length), NULL, error_code, TRIM(error_message), start_time, query_id, NULL"
                + $" FROM sys_load_error_detail WHERE {sysCondition} ORDER BY start_time DESC, line_number LIMIT {count}",
        ];
        foreach (string query in queries)
        {
            try
            {
                List<object?[]> rows = await session.QueryAsync(query, [], cancel);
                if (rows.Count > 0)
                {
                    return rows.Select(From).ToArray();
                }
            }
            catch (EtlException e) when (e.Fault != Fault.ConnectionFailed)
            {
                // That view is not there; the next one may be.
                continue;
            }
        }

        return [];
    }

    private static async Task<string> TableIdAsync(WarehouseSession session, TableName table, CancellationToken cancel) =>
        Convert.ToString(await session.ScalarAsync(
            "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + $" WHERE c.relname = {SqlLiteral.Text(table.Table, SqlDialect.Redshift)} AND n.nspname = {SqlLiteral.Text(table.Schema ?? "public", SqlDialect.Redshift)}",
            [], cancel), CultureInfo.InvariantCulture) is { Length: > 0 } id
            ? id
            : throw new EtlException(Fault.TableNotFound, $"Table '{table}' does not exist on '{session.Target.Name}'.", table.ToString());

    private static LoadError From(object?[] row)
    {
        string Text(int i) => Convert.ToString(row[i], CultureInfo.InvariantCulture)?.Trim() ?? "";
        string length = Text(4);
        string type = length is "" or "0" ? Text(3) : $"{Text(3)}({length})";
        return new LoadError(Text(0), Convert.ToInt64(row[1], CultureInfo.InvariantCulture), Text(2), type,
            row[5] is null ? null : Text(5), Convert.ToInt32(row[6], CultureInfo.InvariantCulture), Text(7))
        {
            Time = row[8] is DateTime time ? time : default,
            QueryId = Convert.ToInt64(row[9] ?? 0L, CultureInfo.InvariantCulture),
            RawLine = row[10] is null ? null : Text(10),
        };
    }

    private static string Cut(string text) => text.Length > 200 ? string.Concat(text.AsSpan(0, 200), "…") : text;
}
