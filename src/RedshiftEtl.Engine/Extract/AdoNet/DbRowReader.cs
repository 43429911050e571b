using System.Data.Common;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>Reads a provider's rows into CSV: for each column the encoder that its type was given once.</summary>
internal sealed class DbRowReader : ISourceReader
{
    private readonly DbSession _session;
    private readonly DbDataReader _rows;
    private readonly FieldEncoder[] _encoders;
    private readonly Func<Exception, EtlException> _translate;
    private readonly CsvRowWriter _writer;

    /// <summary>Takes over the session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="rows">Its reader, before the first row.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="encoders">The encoder of each.</param>
    /// <param name="dialect">How NULL is written.</param>
    /// <param name="translate">Turns what the provider throws into a fault.</param>
    public DbRowReader(
        DbSession session, DbDataReader rows, IReadOnlyList<EtlColumn> columns, FieldEncoder[] encoders, CsvDialect dialect, Func<Exception, EtlException> translate)
    {
        _session = session;
        _rows = rows;
        Columns = columns;
        _encoders = encoders;
        _translate = translate;
        _writer = new CsvRowWriter(columns, dialect);
    }

    /// <inheritdoc/>
    public IReadOnlyList<EtlColumn> Columns { get; }

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
            for (int i = 0; i < _encoders.Length; i++)
            {
                if (_rows.IsDBNull(i))
                {
                    _writer.WriteNull();
                }
                else
                {
                    _encoders[i](_rows, i, _writer);
                }
            }

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
