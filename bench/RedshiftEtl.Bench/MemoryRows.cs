using System.Collections;
using System.Collections.ObjectModel;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace RedshiftEtl.Bench;

/// <summary>Rows of 16 columns that cost next to nothing to read: with them a benchmark measures what is done with rows, not a server.</summary>
/// <param name="rows">How many.</param>
internal sealed class MemoryRows(long rows) : DbDataReader, IDbColumnSchemaGenerator
{
    private static readonly (string Name, Type Type)[] s_columns =
    [
        ("id", typeof(long)), ("customer_id", typeof(int)), ("order_date", typeof(DateTime)), ("created_at", typeof(DateTime)), ("amount", typeof(decimal)), ("score", typeof(double)),
        ("active", typeof(bool)), ("name", typeof(string)), ("note", typeof(string)), ("hash", typeof(Guid)), ("qty", typeof(short)), ("opt", typeof(int)), ("city", typeof(string)),
        ("status", typeof(string)), ("ratio", typeof(decimal)), ("payload", typeof(byte[])),
    ];

    private static readonly DateTime s_start = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
    private static readonly string[] s_names = [.. Enumerable.Range(0, 1000).Select(i => $"Customer name {i}")];
    private static readonly string[] s_notes = [.. Enumerable.Range(0, 1000).Select(i => $"note, with \"quotes\" {i}")];
    private static readonly string[] s_cities = [.. Enumerable.Range(0, 500).Select(i => $"city-{i}")];
    private static readonly string[] s_statuses = ["new", "paid", "sent", "closed"];
    private static readonly byte[][] s_payloads = [.. Enumerable.Range(0, 1000).Select(i => Encoding.UTF8.GetBytes(i.ToString("D16", CultureInfo.InvariantCulture)))];
    private long _row = -1;

    public override int FieldCount => s_columns.Length;

    public override int Depth => 0;

    public override bool HasRows => rows > 0;

    public override bool IsClosed => false;

    public override int RecordsAffected => -1;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool Read() => ++_row < rows;

    public override bool NextResult() => false;

    public override bool IsDBNull(int ordinal) => ordinal == 11 ? _row % 4 == 0 : ordinal == 8 && _row % 10 == 0;

    public override long GetInt64(int ordinal) => _row;

    public override int GetInt32(int ordinal) => ordinal == 1 ? (int)(_row * 7919 % 100000) : (int)(_row % 1000);

    public override short GetInt16(int ordinal) => (short)(_row % 100);

    public override DateTime GetDateTime(int ordinal) => ordinal == 2 ? s_start.AddDays(_row % 2000) : s_start.AddTicks(_row * 10_000_370);

    public override decimal GetDecimal(int ordinal) => ordinal == 4 ? new decimal((int)(_row * 13 % 1000000), 0, 0, false, 2) : new decimal((int)(_row * 7919), (int)_row & 0xFFFF, 0, false, 10);

    public override double GetDouble(int ordinal) => _row % 1000000 / 997.0;

    public override bool GetBoolean(int ordinal) => _row % 3 == 0;

    public override Guid GetGuid(int ordinal) => new((int)_row, 7, 9, 1, 2, 3, 4, 5, 6, 7, 8);

    public override string GetString(int ordinal) => ordinal switch
    {
        7 => s_names[_row % 1000],
        8 => s_notes[_row % 1000],
        12 => s_cities[_row % 500],
        _ => s_statuses[_row % 4],
    };

    public override object GetValue(int ordinal)
    {
        if (IsDBNull(ordinal))
        {
            return DBNull.Value;
        }

        Type type = s_columns[ordinal].Type;
        return type == typeof(long) ? GetInt64(ordinal)
            : type == typeof(int) ? GetInt32(ordinal)
            : type == typeof(short) ? GetInt16(ordinal)
            : type == typeof(DateTime) ? GetDateTime(ordinal)
            : type == typeof(decimal) ? GetDecimal(ordinal)
            : type == typeof(double) ? GetDouble(ordinal)
            : type == typeof(bool) ? GetBoolean(ordinal)
            : type == typeof(Guid) ? GetGuid(ordinal)
            : type == typeof(byte[]) ? s_payloads[_row % 1000]
            : GetString(ordinal);
    }

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        byte[] payload = s_payloads[_row % 1000];
        if (buffer is null)
        {
            return payload.Length;
        }

        int count = Math.Min(length, payload.Length - (int)dataOffset);
        payload.AsSpan((int)dataOffset, count).CopyTo(buffer.AsSpan(bufferOffset));
        return count;
    }

    public override string GetName(int ordinal) => s_columns[ordinal].Name;

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetFieldType(int ordinal) => s_columns[ordinal].Type;

    public override string GetDataTypeName(int ordinal) => ordinal == 2 ? "DATE" : s_columns[ordinal].Type.Name;

    public override int GetOrdinal(string name) => Array.FindIndex(s_columns, column => column.Name == name);

    public ReadOnlyCollection<DbColumn> GetColumnSchema() => new([.. s_columns.Select((column, i) => new Column(column.Name, column.Type, GetDataTypeName(i)))]);

    public override int GetValues(object[] values) => throw new NotSupportedException();

    public override byte GetByte(int ordinal) => throw new NotSupportedException();

    public override char GetChar(int ordinal) => throw new NotSupportedException();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

    public override float GetFloat(int ordinal) => throw new NotSupportedException();

    public override IEnumerator GetEnumerator() => throw new NotSupportedException();

    private sealed class Column : DbColumn
    {
        public Column(string name, Type type, string typeName)
        {
            ColumnName = name;
            DataType = type;
            DataTypeName = typeName;
            ColumnSize = type == typeof(string) ? 60 : type == typeof(byte[]) ? 16 : null;
            NumericPrecision = name switch { "amount" => 12, "ratio" => 20, _ => null };
            NumericScale = name switch { "amount" => 2, "ratio" => 10, _ => null };
        }
    }
}
