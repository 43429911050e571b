using System.Globalization;
using System.Text;
using RedshiftEtl.Engine.Define;
using SQLitePCL;

namespace RedshiftEtl.Engine.Extract.Sqlite;

/// <summary>A running query on SQLite.</summary>
internal sealed class SqliteReader : ISourceReader
{
    private readonly SqliteSession _session;
    private readonly SqliteKind[] _kinds;
    private readonly bool[] _isText;
    private readonly CsvRowWriter _writer;
    private bool _isDone;

    /// <summary>Takes over the session, whose statement is prepared.</summary>
    /// <exception cref="EtlException">The columns cannot be a table's.</exception>
    public SqliteReader(SqliteSession session, SqliteConnection connection, CsvDialect dialect, ValueRules rules)
    {
        _session = session;
        IReadOnlyList<(string Name, string DeclaredType)> described = session.Columns;
        _kinds = new SqliteKind[described.Count];
        _isText = new bool[described.Count];
        var columns = new EtlColumn[described.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            (_kinds[i], string redshiftType) = SqliteTypes.Map(described[i].DeclaredType);
            _isText[i] = SqliteTypes.IsText(redshiftType);
            columns[i] = new EtlColumn(described[i].Name, described[i].DeclaredType, redshiftType) { IsDeclared = false };
        }

        Columns = columns;
        ColumnNames.Check(columns, connection.Name);
        _writer = new CsvRowWriter(columns, dialect, rules);
    }

    /// <inheritdoc/>
    public IReadOnlyList<EtlColumn> Columns { get; }

    /// <inheritdoc/>
    public IReadOnlyList<EtlRepair> Repairs => _writer.Repairs;

    /// <inheritdoc/>
    public CsvBlock? Read(CancellationToken cancel)
    {
        if (_isDone)
        {
            return null;
        }

        using CancellationTokenRegistration interrupt = cancel.Register(_session.Interrupt);
        cancel.ThrowIfCancellationRequested();
        long deadline = Environment.TickCount64 + CsvBlock.PatienceMilliseconds;
        while (_session.Step(cancel))
        {
            WriteRow(_session.Statement);
            if (_writer.IsFull || Environment.TickCount64 >= deadline)
            {
                return _writer.Take();
            }
        }

        _isDone = true;
        return _writer.HasRows ? _writer.Take() : null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _session.Dispose();
        return ValueTask.CompletedTask;
    }

    private void WriteRow(nint statement)
    {
        for (int i = 0; i < _kinds.Length; i++)
        {
            switch (SqliteNative.ColumnType(statement, i))
            {
                case raw.SQLITE_NULL:
                    _writer.WriteNull();
                    break;
                case raw.SQLITE_INTEGER:
                    WriteInteger(i, SqliteNative.ColumnInt64(statement, i));
                    break;
                case raw.SQLITE_FLOAT:
                    WriteReal(i, SqliteNative.ColumnDouble(statement, i));
                    break;
                case raw.SQLITE_BLOB:
                    WriteBlob(i, _session.ColumnBytes(i));
                    break;
                default:
                    WriteText(i, _session.ColumnText(i));
                    break;
            }
        }

        _writer.EndRow();
    }

    private void WriteInteger(int i, long value)
    {
        switch (_kinds[i])
        {
            case SqliteKind.Boolean when value is 0 or 1:
                _writer.WriteRaw(value == 1 ? "t"u8 : "f"u8);
                break;
            case SqliteKind.Date or SqliteKind.Timestamp:
                if (value is < -62_135_596_800 or > 253_402_300_799)
                {
                    RepairYear(i, "the number is not a time of the years 1 to 9999 in seconds since 1970", value.ToString(CultureInfo.InvariantCulture), isEarly: value < 0);
                    break;
                }

                _writer.WriteTime(DateTime.UnixEpoch.AddSeconds(value), isDate: _kinds[i] == SqliteKind.Date);
                break;
            default:
                _writer.WriteInteger(value);
                break;
        }
    }

    private void WriteReal(int i, double value)
    {
        if (!double.IsFinite(value))
        {
            _writer.Repair(ValueKind.Infinity, "Redshift's COPY takes no infinity", Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
            return;
        }

        switch (_kinds[i])
        {
            case SqliteKind.Date or SqliteKind.Timestamp:
                // 1721425.5 is 0001-01-01 as a Julian day number.
                if (value is < 1_721_425.5 or >= 5_373_484.5)
                {
                    RepairYear(i, "the number is not a Julian day of the years 1 to 9999", value.ToString("R", CultureInfo.InvariantCulture), isEarly: value < 2_000_000);
                    break;
                }

                // To the millisecond, which is as far as SQLite's own date functions go.
                _writer.WriteTime(
                    DateTime.MinValue.AddMilliseconds(Math.Min(Math.Round((value - 1_721_425.5) * 86_400_000), (DateTime.MaxValue - DateTime.MinValue).TotalMilliseconds - 1)),
                    isDate: _kinds[i] == SqliteKind.Date);
                break;
            case SqliteKind.Decimal:
                _writer.WriteDecimal(value);
                break;
            default:
                _writer.WriteDouble(value);
                break;
        }
    }

    private void WriteBlob(int i, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty && !_isText[i])
        {
            _writer.Repair(ValueKind.Empty, RefusedValue.IsEmptyBinary, value, RefusedValue.EmptyAdvice);
            return;
        }

        _writer.WriteHex(value);
    }

    private void WriteText(int i, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty && !_isText[i])
        {
            _writer.Repair(ValueKind.Empty, $"an empty text in a column declared as {Columns[i].SourceType}, which COPY would load as NULL", text, RefusedValue.EmptyAdvice);
            return;
        }

        _writer.WriteText(text);
    }

    private void RepairYear(int i, string what, string value, bool isEarly)
    {
        if (_writer.Repair(ValueKind.Year, what, Encoding.UTF8.GetBytes(value)) == ValueAction.Replace)
        {
            _writer.WriteTime(isEarly ? DateTime.MinValue : DateTime.MaxValue, isDate: _kinds[i] == SqliteKind.Date);
        }
    }
}
