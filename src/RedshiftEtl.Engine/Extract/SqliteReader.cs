using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using RedshiftEtl.Engine.Define;
using SQLitePCL;

namespace RedshiftEtl.Engine.Extract;

/// <summary>A running query on SQLite.</summary>
internal sealed class SqliteReader : ISourceReader
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly SqliteConnection _connection;
    private readonly SqliteKind[] _kinds;
    private readonly bool[] _isText;
    private readonly CsvRowWriter _writer;

    /// <summary>Takes over the database and the statement.</summary>
    /// <exception cref="EtlException">The columns cannot be a table's.</exception>
    public SqliteReader(sqlite3 database, sqlite3_stmt statement, SqliteConnection connection, CsvDialect dialect)
    {
        _database = database;
        _statement = statement;
        _connection = connection;
        int count = raw.sqlite3_column_count(statement);
        _kinds = new SqliteKind[count];
        _isText = new bool[count];
        var columns = new EtlColumn[count];
        for (int i = 0; i < count; i++)
        {
            string declared = raw.sqlite3_column_decltype(statement, i).utf8_to_string() ?? "";
            (_kinds[i], string redshiftType) = SqliteTypes.Map(declared);
            _isText[i] = SqliteTypes.IsText(redshiftType);
            columns[i] = new EtlColumn(raw.sqlite3_column_name(statement, i).utf8_to_string(), declared, redshiftType);
        }

        Columns = columns;
        ColumnNames.Check(columns, connection.Name);
        _writer = new CsvRowWriter(columns, dialect);
    }

    /// <inheritdoc/>
    public IReadOnlyList<EtlColumn> Columns { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CsvBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // SQLite works on the thread that calls it; leave the caller's.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await using CancellationTokenRegistration interrupt = cancel.Register(() => raw.sqlite3_interrupt(_database));
        while (Step(cancel))
        {
            for (int i = 0; i < _kinds.Length; i++)
            {
                WriteValue(i);
            }

            _writer.EndRow();
            if (_writer.IsFull)
            {
                yield return _writer.Take();
            }
        }

        if (_writer.HasRows)
        {
            yield return _writer.Take();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _statement.Dispose();
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool Step(CancellationToken cancel)
    {
        int result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        cancel.ThrowIfCancellationRequested();
        return result == raw.SQLITE_DONE
            ? false
            : throw SqliteError.From(result, raw.sqlite3_errmsg(_database).utf8_to_string(), _connection, null);
    }

    private void WriteValue(int i)
    {
        switch (raw.sqlite3_column_type(_statement, i))
        {
            case raw.SQLITE_NULL:
                _writer.WriteNull();
                break;
            case raw.SQLITE_INTEGER:
                WriteInteger(i, raw.sqlite3_column_int64(_statement, i));
                break;
            case raw.SQLITE_FLOAT:
                WriteReal(i, raw.sqlite3_column_double(_statement, i));
                break;
            case raw.SQLITE_BLOB:
                _writer.WriteHex(raw.sqlite3_column_blob(_statement, i));
                break;
            default:
                WriteText(i);
                break;
        }
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
                    throw Refuse("the number is not a time in seconds since 1970", value.ToString(CultureInfo.InvariantCulture));
                }

                WriteTime(_kinds[i], DateTime.UnixEpoch.AddSeconds(value));
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
            throw Refuse("Redshift's COPY takes no infinite number", value.ToString(CultureInfo.InvariantCulture));
        }

        switch (_kinds[i])
        {
            case SqliteKind.Date or SqliteKind.Timestamp:
                // 1721425.5 is 0001-01-01 as a Julian day number.
                if (value is < 1_721_425.5 or >= 5_373_484.5)
                {
                    throw Refuse("the number is not a Julian day of the years 1 to 9999", value.ToString("R", CultureInfo.InvariantCulture));
                }

                WriteTime(_kinds[i], DateTime.MinValue.AddMilliseconds(Math.Round((value - 1_721_425.5) * 86_400_000)));
                break;
            case SqliteKind.Decimal:
                _writer.WriteDecimal(value);
                break;
            default:
                _writer.WriteDouble(value);
                break;
        }
    }

    private void WriteTime(SqliteKind kind, DateTime time) =>
        _writer.WriteRaw(Encoding.ASCII.GetBytes(time.ToString(kind == SqliteKind.Date ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)));

    private void WriteText(int i)
    {
        // column_text brings UTF-16 databases to UTF-8; only then do bytes and blob mean that text.
        _ = raw.sqlite3_column_text(_statement, i);
        ReadOnlySpan<byte> text = raw.sqlite3_column_blob(_statement, i);
        if (text.IsEmpty && !_isText[i])
        {
            throw Refuse($"an empty text in a column declared as {Columns[i].SourceType}, which COPY would load as NULL", "");
        }

        _writer.WriteText(text);
    }

    private EtlException Refuse(string what, string value) => _writer.Refuse(what, Encoding.UTF8.GetBytes(value));
}
