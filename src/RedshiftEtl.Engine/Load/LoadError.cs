using System.Globalization;

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
    /// <summary>«part-00000.csv.zst line 7, column name VARCHAR(10), value 'x': String length exceeds DDL length (1204)».</summary>
    public override string ToString()
    {
        string column = Column.Length == 0 ? "" : $", column {Column} {Type}";
        string value = Value is null ? "" : $", value '{(Value.Length > 200 ? string.Concat(Value.AsSpan(0, 200), "…") : Value)}'";
        return string.Create(CultureInfo.InvariantCulture, $"{File[(File.LastIndexOf('/') + 1)..]} line {Line}{column}{value}: {Reason} ({Code})");
    }

    /// <summary>The newest errors of a session, read through another one; empty when the server shows none.</summary>
    internal static async Task<IReadOnlyList<LoadError>> ReadAsync(WarehouseSession session, int processId, int count, CancellationToken cancel)
    {
        // STL_LOAD_ERRORS keeps the value but exists only on provisioned clusters; SYS_LOAD_ERROR_DETAIL exists everywhere but has no value.
        string[] queries =
        [
            "SELECT TRIM(filename), line_number, TRIM(colname), TRIM(type), TRIM(col_length), TRIM(raw_field_value), err_code, TRIM(err_reason)"
                + $" FROM stl_load_errors WHERE session = {processId} ORDER BY starttime DESC, line_number LIMIT {count}",
            "SELECT TRIM(file_name), line_number, TRIM(column_name), TRIM(column_type), TRIM(column_length), NULL, error_code, TRIM(error_message)"
                + $" FROM sys_load_error_detail WHERE session_id = {processId} ORDER BY start_time DESC, line_number LIMIT {count}",
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

    private static LoadError From(object?[] row)
    {
        string Text(int i) => Convert.ToString(row[i], CultureInfo.InvariantCulture)?.Trim() ?? "";
        string length = Text(4);
        string type = length is "" or "0" ? Text(3) : $"{Text(3)}({length})";
        return new LoadError(Text(0), Convert.ToInt64(row[1], CultureInfo.InvariantCulture), Text(2), type,
            row[5] is null ? null : Text(5), Convert.ToInt32(row[6], CultureInfo.InvariantCulture), Text(7));
    }
}
