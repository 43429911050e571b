using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract;

/// <summary>A query that streams from PostgreSQL as CSV.</summary>
internal sealed class PostgreSqlReader(
    NpgsqlConnection session, PostgreSqlConnection connection, IReadOnlyList<EtlColumn> columns, string copy, SqlText sql, CsvDialect dialect) : ISourceReader
{
    private const int BlockBytes = 256 * 1024;

    /// <summary>COPY takes no row over 4 MB (fact sheet 1.6).</summary>
    private const int RowLimit = 4 * 1024 * 1024;

    private readonly byte[] _quotedMarker = Encoding.UTF8.GetBytes($"\"{dialect.NullMarker}\"");

    /// <inheritdoc/>
    public IReadOnlyList<EtlColumn> Columns { get; } = columns;

    /// <inheritdoc/>
    public async IAsyncEnumerable<CsvBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var export = (NpgsqlCopyTextReader)await GuardAsync(() => session.BeginTextExportAsync(copy, cancel), cancel);
        Stream stream = export.BaseStream;
        bool isEnd = false;
        // A token given to ReadAsync would only drop the connection: the server would go on with a query that has no rows yet.
        await using CancellationTokenRegistration stop = cancel.Register(export.Cancel);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
        int length = 0;
        var rows = new CsvRows();
        try
        {
            while (true)
            {
                int read = await GuardAsync(() => stream.ReadAsync(buffer.AsMemory(length), CancellationToken.None).AsTask(), cancel);
                int scanned = length;
                length += read;
                rows.Scan(buffer.AsSpan(scanned, read), scanned);
                isEnd = read == 0;
                if (rows.Count > 0 && (isEnd || length >= BlockBytes / 2))
                {
                    byte[] next = ArrayPool<byte>.Shared.Rent(Math.Max(BlockBytes, length - rows.End + (BlockBytes / 2)));
                    buffer.AsSpan(rows.End, length - rows.End).CopyTo(next);
                    var block = new CsvBlock(buffer, rows.End, rows.Count);
                    length -= rows.End;
                    buffer = next;
                    rows.Restart();
                    RefuseMarker(block);
                    yield return block;
                }

                if (isEnd)
                {
                    break;
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }
            }

            if (length > 0)
            {
                throw new EtlException(Fault.ConnectionFailed, $"The stream from PostgreSQL '{connection.Name}' ended within a row.", connection.Name);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await EndAsync(export, isEnd);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => session.DisposeAsync();

    /// <summary>Ends the COPY. One that is not read to its end is cancelled on the server: just disposing it would read all the rest first.</summary>
    private static async Task EndAsync(NpgsqlCopyTextReader export, bool isRead)
    {
        try
        {
            if (!isRead)
            {
                await export.CancelAsync();
            }

            export.Dispose();
        }
        catch (Exception e) when (PostgreSqlError.IsDriver(e) || e is OperationCanceledException or ObjectDisposedException)
        {
            // The connection is broken or the cancelled COPY says so; what led here is the error that counts.
            return;
        }
    }

    private byte[] Grow(byte[] buffer, int length)
    {
        if (length > RowLimit)
        {
            throw new EtlException(Fault.ValueInvalid,
                string.Create(CultureInfo.InvariantCulture, $"A row from '{connection.Name}' has more than {RowLimit:N0} bytes, which COPY does not take."), connection.Name);
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <summary>A text equal to the NULL marker comes in quotes: Redshift might take it for NULL all the same (fact sheet 1.5 rule 4).</summary>
    private void RefuseMarker(CsvBlock block)
    {
        ReadOnlySpan<byte> bytes = block.Bytes.Span;
        int from = 0;
        while (bytes[from..].IndexOf(_quotedMarker) is >= 0 and int found)
        {
            int start = from + found;
            int end = start + _quotedMarker.Length;
            bool begins = start == 0 || bytes[start - 1] is CsvDialect.Delimiter or CsvDialect.RowEnd;
            if (begins && bytes[end] is CsvDialect.Delimiter or CsvDialect.RowEnd)
            {
                block.Dispose();
                throw new EtlException(Fault.ValueInvalid,
                    $"A text value of '{connection.Name}' is equal to the marker '{dialect.NullMarker}' that stands for NULL.", connection.Name, null,
                    "Choose another NullMarker, one that is in no text value.");
            }

            from = end;
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (PostgreSqlError.IsDriver(e))
        {
            cancel.ThrowIfCancellationRequested();
            throw PostgreSqlError.Statement(e, connection, sql, copy.IndexOf("FROM (", StringComparison.Ordinal) + 6);
        }
    }
}
