using Npgsql;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>A session's connection, without the front end.</summary>
internal sealed class NpgsqlBackend(NpgsqlConnection connection) : IBackend
{
    public int ProcessId => connection.ProcessID;

    public async Task<IReadOnlyList<string?[]>> QueryAsync(string sql, CancellationToken cancel)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancel);
            List<string?[]> rows = [];
            while (await reader.ReadAsync(cancel))
                rows.Add(Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i)).ToArray());
            return rows;
        }
        catch (PostgresException e)
        {
            throw new BackendException(e.SqlState, e.MessageText, e.Detail, e.Hint, e.Position);
        }
    }

    public async Task<long> CopyInAsync(string sql, Func<Stream, CancellationToken, Task> write, CancellationToken cancel)
    {
        try
        {
            var writer = (NpgsqlCopyTextWriter)await connection.BeginTextImportAsync(sql, cancel);
            try
            {
                await write(writer.BaseStream, cancel);
            }
            catch
            {
                await writer.CancelAsync();
                throw;
            }
            await writer.DisposeAsync();
        }
        catch (PostgresException e)
        {
            throw new BackendException(e.SqlState, e.MessageText, e.Detail, e.Hint, e.Position);
        }
        return 0;
    }
}
