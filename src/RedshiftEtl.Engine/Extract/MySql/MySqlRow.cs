using MySqlConnector;

namespace RedshiftEtl.Engine.Extract.MySql;

/// <summary>Writes a row from its bytes in the binary protocol, in which a prepared statement's rows come.</summary>
/// <param name="rows">The reader.</param>
/// <param name="values">What writes each column's values.</param>
internal sealed class MySqlRow(MySqlDataReader rows, MySqlValue[] values)
{
    /// <summary>Bits of the bitmap of NULLs before the first column's.</summary>
    private const int BitmapOffset = 2;

    /// <summary>Writes the current row; a <see cref="AdoNet.RowEncoder"/>.</summary>
    public void Write(CsvRowWriter writer)
    {
        ReadOnlySpan<byte> row = MySqlRowData.Of(rows);
        ReadOnlySpan<byte> nulls = row[1..];
        ReadOnlySpan<byte> rest = row[(1 + ((values.Length + BitmapOffset + 7) / 8))..];
        for (int i = 0; i < values.Length; i++)
        {
            int bit = i + BitmapOffset;
            if ((nulls[bit >> 3] & (1 << (bit & 7))) != 0)
            {
                writer.WriteNull();
            }
            else
            {
                rest = rest[values[i](rest, writer)..];
            }
        }
    }
}
