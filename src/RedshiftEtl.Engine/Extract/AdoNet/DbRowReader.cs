using System.Data.Common;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>Writes every field of the row that a provider's reader stands on.</summary>
internal delegate void RowEncoder(CsvRowWriter writer);

/// <summary>Reads a provider's rows into CSV.</summary>
internal sealed class DbRowReader : ISourceReader
{
    private readonly DbSession _session;
    private readonly DbDataReader _rows;
    private readonly RowEncoder _encode;
    private readonly Func<Exception, EtlException> _translate;
    private readonly CsvRowWriter _writer;

    /// <summary>Takes over the session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="rows">Its reader, before the first row.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="encode">What writes a row.</param>
    /// <param name="dialect">How NULL is written.</param>
    /// <param name="rules">What becomes of values that Redshift cannot hold.</param>
    /// <param name="translate">Turns what the provider throws into a fault.</param>
    public DbRowReader(
        DbSession session, DbDataReader rows, IReadOnlyList<EtlColumn> columns, RowEncoder encode, CsvDialect dialect, ValueRules rules, Func<Exception, EtlException> translate)
    {
        _session = session;
        _rows = rows;
        Columns = columns;
        _encode = encode;
        _translate = translate;
        _writer = new CsvRowWriter(columns, dialect, rules);
    }

    /// <inheritdoc/>
    public IReadOnlyList<EtlColumn> Columns { get; }

    /// <inheritdoc/>
    public IReadOnlyList<EtlRepair> Repairs => _writer.Repairs;

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <inheritdoc/>
    public CsvBlock? Read(CancellationToken cancel)
    {
        if (_session.IsDone)
        {
            return null;
        }

        try
        {
            cancel.ThrowIfCancellationRequested();
            using CancellationTokenRegistration stop = cancel.Register(state => _ = ((DbSession)state!).CancelAsync(), _session);
            CsvBlock? block = ReadBlock();
            // A query that is stopped may also end as if it were done.
            cancel.ThrowIfCancellationRequested();
            return block;
        }
        catch (Exception e) when (DbSource.IsForeign(e))
        {
            cancel.ThrowIfCancellationRequested();
            throw _translate(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _session.Dispose();
        return ValueTask.CompletedTask;
    }

    private CsvBlock? ReadBlock()
    {
        long deadline = Environment.TickCount64 + CsvBlock.PatienceMilliseconds;
        while (_rows.Read())
        {
            _encode(_writer);
            _writer.EndRow();
            if (_writer.IsFull || Environment.TickCount64 >= deadline)
            {
                return _writer.Take();
            }
        }

        _session.IsDone = true;
        return _writer.HasRows ? _writer.Take() : null;
    }
}
