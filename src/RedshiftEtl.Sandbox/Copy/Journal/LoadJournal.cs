using Npgsql;

namespace RedshiftEtl.Sandbox.Copy.Journal;

/// <summary>
/// Keeps the history and the errors of loads through connections of its own, as superuser, so that they outlive the
/// rollback of the load (redshift-facts.md 6: error rows and STL_LOAD_COMMITS don't roll back).
/// </summary>
internal sealed class LoadJournal(NpgsqlDataSource dataSource)
{
    private const int MaxDetailedErrors = 20;

    /// <summary>Makes the journal's tables and views in the private database. Loads that a killed sandbox left running are aborted: call it before any session begins.</summary>
    public async Task InitializeAsync(CancellationToken cancel)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(JournalSchema.Sql);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Writes that a load runs.</summary>
    public async Task BeginAsync(LoadStart load, CancellationToken cancel)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            INSERT INTO rs_internal.load_query (query_id, transaction_id, user_name, user_id, session_id, database_name, table_id, table_name,
                data_source, file_format, source_file_count, source_file_bytes, compressed, started)
            VALUES ($1, $2, $3, coalesce((SELECT oid::bigint::integer FROM pg_catalog.pg_roles WHERE rolname = $3), 0), $4, $5, $6, $7, $8, $9, $10, $11, $12,
                clock_timestamp() AT TIME ZONE 'UTC')
            """);
        foreach (object value in (object[])[load.QueryId, load.TransactionId, load.UserName, load.SessionId, load.Database, load.TableId, load.TableName, load.Source, load.Format, load.Files, load.FileBytes, load.Compressed])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Writes how far a running load has come.</summary>
    public async Task ReportAsync(LoadProgress progress, CancellationToken cancel)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            UPDATE rs_internal.load_query
            SET loaded_rows = $2, loaded_bytes = $3, bytes_read = $4, files_read = $5, current_file = $6, reported = clock_timestamp() AT TIME ZONE 'UTC'
            WHERE query_id = $1
            """);
        foreach (object value in (object[])[progress.QueryId, progress.Rows, progress.TextBytes, progress.BytesRead, progress.FilesRead, progress.CurrentFile])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Writes errors; <paramref name="already"/> of this load were written before.</summary>
    public async Task WriteErrorsAsync(long queryId, IReadOnlyList<LoadError> errors, long already, CancellationToken cancel)
    {
        if (errors.Count == 0)
            return;
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancel);
        await using (NpgsqlBinaryImporter rows = await connection.BeginBinaryImportAsync("COPY rs_internal.load_error FROM STDIN (FORMAT binary)", cancel))
        {
            for (int i = 0; i < errors.Count; i++)
            {
                LoadError error = errors[i];
                await rows.WriteRowAsync(cancel, queryId, already + i, error.FileName, error.LineNumber, error.ColumnName, error.ColumnType,
                    error.ColumnLength, error.Position, error.RawLine, error.RawField, error.Code, error.Reason);
            }
            await rows.CompleteAsync(cancel);
        }
        if (already >= MaxDetailedErrors)
            return;
        await using NpgsqlBinaryImporter values = await connection.BeginBinaryImportAsync("COPY rs_internal.load_error_value FROM STDIN (FORMAT binary)", cancel);
        for (int i = 0; i < errors.Count && already + i < MaxDetailedErrors; i++)
        {
            foreach (LoadErrorValue value in errors[i].Values)
            {
                await values.WriteRowAsync(cancel, queryId, already + i, errors[i].FileName, errors[i].LineNumber, value.Field,
                    value.ColumnName, value.Value, value.Type, value.Length);
            }
        }
        await values.CompleteAsync(cancel);
    }

    /// <summary>Writes what ACCEPTINVCHARS replaced.</summary>
    public async Task WriteReplacementsAsync(long queryId, IReadOnlyList<LoadReplacement> replacements, CancellationToken cancel)
    {
        if (replacements.Count == 0)
            return;
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancel);
        DateTime now = DateTime.SpecifyKind(DateTime.UtcNow, DateTimeKind.Unspecified);
        await using NpgsqlBinaryImporter rows = await connection.BeginBinaryImportAsync("COPY rs_internal.load_replacement FROM STDIN (FORMAT binary)", cancel);
        foreach (LoadReplacement replacement in replacements)
            await rows.WriteRowAsync(cancel, queryId, replacement.FileName, replacement.LineNumber, replacement.ColumnName, replacement.RawLine, now);
        await rows.CompleteAsync(cancel);
    }

    /// <summary>Writes that a load has ended, with the files that were read to their end.</summary>
    public async Task EndAsync(long queryId, bool completed, IReadOnlyList<LoadedFile> files, long rows, long bytes, long errors, CancellationToken cancel)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancel);
        await using (NpgsqlBinaryImporter import = await connection.BeginBinaryImportAsync("COPY rs_internal.load_file FROM STDIN (FORMAT binary)", cancel))
        {
            for (int i = 0; i < files.Count; i++)
            {
                LoadedFile file = files[i];
                await import.WriteRowAsync(cancel, queryId, i, file.Name, file.Bytes, file.Lines, file.Errors, Plain(file.Started), Plain(file.Ended), file.ETag, Plain(file.LastModified));
            }
            await import.CompleteAsync(cancel);
        }
        await using var command = new NpgsqlCommand(
            """
            UPDATE rs_internal.load_query
            SET status = $2, loaded_rows = $3, loaded_bytes = $4, error_count = $5, ended = clock_timestamp() AT TIME ZONE 'UTC'
            WHERE query_id = $1
            """, connection);
        foreach (object value in (object[])[queryId, completed ? "completed" : "aborted", rows, bytes, errors])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static DateTime Plain(DateTime utc) => DateTime.SpecifyKind(utc, DateTimeKind.Unspecified);
}
