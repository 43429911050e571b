using System.Buffers;
using System.Globalization;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>A query that streams from PostgreSQL as CSV.</summary>
internal sealed class PostgreSqlReader : ISourceReader
{
    /// <summary>Bytes of a row that are gathered at most so that its long texts can be cut.</summary>
    private const int LongestRow = 256 * 1024 * 1024;

    private readonly WireSession _session;
    private readonly PostgreSqlConnection _connection;
    private readonly PostgreSqlQuery _query;
    private readonly string _copy;
    private readonly int _offset;
    private readonly CsvScanner _scanner;
    private readonly ValueRepairs _repairs;
    private readonly int _mostBytes;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(CsvBlock.TargetBytes);
    private int _length;
    private bool _hasBegun;

    /// <summary>Takes over the session.</summary>
    public PostgreSqlReader(
        WireSession session, PostgreSqlConnection connection, PostgreSqlQuery query, string copy, int offset,
        IReadOnlyList<EtlColumn> columns, IReadOnlyList<FieldRule> rules, CsvDialect dialect, ValueRules valueRules)
    {
        _session = session;
        _connection = connection;
        _query = query;
        _copy = copy;
        _offset = offset;
        Columns = columns;
        _repairs = new ValueRepairs(columns, valueRules);
        _mostBytes = columns.Any(column => valueRules.For(column.Name, ValueKind.Length) != ValueAction.Fail) ? LongestRow : RedshiftLimits.RowBytes;
        _scanner = new CsvScanner(columns, rules, dialect, _repairs);
    }

    /// <inheritdoc/>
    public IReadOnlyList<EtlColumn> Columns { get; }

    /// <inheritdoc/>
    public IReadOnlyList<EtlRepair> Repairs => _repairs.Counted;

    /// <inheritdoc/>
    public CsvBlock? Read(CancellationToken cancel)
    {
        try
        {
            cancel.ThrowIfCancellationRequested();
            using CancellationTokenRegistration stop = cancel.Register(state => _ = ((WireSession)state!).CancelAsync(), _session);
            return ReadBlock();
        }
        catch (Exception e) when (PostgreSqlError.IsForeign(e))
        {
            cancel.ThrowIfCancellationRequested();
            throw PostgreSqlError.Statement(e, _connection, _query, _offset);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_session.IsCopying)
        {
            await _session.RequestCancelAsync();
        }

        _session.Dispose();
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private CsvBlock? ReadBlock()
    {
        if (!_hasBegun)
        {
            _session.BeginCopy(_copy);
            _hasBegun = true;
        }

        long deadline = Environment.TickCount64 + CsvBlock.PatienceMilliseconds;
        int target = CsvBlock.TargetBytes;
        while (true)
        {
            int read = _session.ReadCopy(_buffer.AsSpan(_length));
            _length += read;
            if (read > 0 && _length < target && _length < _buffer.Length && Environment.TickCount64 < deadline)
            {
                continue;
            }

            int end = _scanner.Scan(_buffer.AsSpan(0, _length), out int rows);
            if (end > 0)
            {
                return Cut(end, rows);
            }

            if (read == 0)
            {
                return CheckEnd();
            }

            if (_length > _mostBytes)
            {
                throw RefusedValue.RowTooLong(_scanner.Rows + 1);
            }

            // A long row is not walked over at every packet.
            if (_length >= target)
            {
                target = _length * 2;
                deadline = long.MaxValue;
            }

            if (_length == _buffer.Length)
            {
                Grow();
            }
        }
    }

    /// <summary>Hands the whole rows on and keeps what is behind them.</summary>
    private CsvBlock Cut(int end, int rows)
    {
        if (!_scanner.Edits.IsEmpty)
        {
            return CutRepaired(end, rows);
        }

        var block = new CsvBlock(_buffer, end, rows);
        byte[] used = _buffer;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(CsvBlock.TargetBytes, _length - end + 1));
        used.AsSpan(end, _length - end).CopyTo(_buffer);
        _length -= end;
        return block;
    }

    /// <summary>Hands the whole rows on as the rules change them.</summary>
    private CsvBlock CutRepaired(int end, int rows)
    {
        int length = end + _scanner.Edits.Growth();
        byte[] repaired = ArrayPool<byte>.Shared.Rent(Math.Max(CsvBlock.TargetBytes, length));
        _scanner.Edits.Apply(_buffer.AsSpan(0, end), repaired);
        _buffer.AsSpan(end, _length - end).CopyTo(_buffer);
        _length -= end;
        return new CsvBlock(repaired, length, rows);
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    /// <summary>Compares with what the server says it has sent: a short stream never passes for a whole one.</summary>
    private CsvBlock? CheckEnd()
    {
        if (_length > 0 || _session.CopiedRows != _scanner.Rows)
        {
            throw new EtlException(Fault.CountMismatch, string.Create(CultureInfo.InvariantCulture,
                $"PostgreSQL '{_connection.Name}' says it sent {_session.CopiedRows:N0} rows, but {_scanner.Rows:N0} came."), _connection.Name);
        }

        return null;
    }
}
