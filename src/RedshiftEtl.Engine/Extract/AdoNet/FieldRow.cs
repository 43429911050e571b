using System.Data.Common;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>Writes a row field by field, each by the encoder that its column's type was given once.</summary>
/// <param name="rows">The provider's reader.</param>
/// <param name="encoders">The encoder of each column.</param>
internal sealed class FieldRow(DbDataReader rows, FieldEncoder[] encoders)
{
    /// <summary>Writes the current row; a <see cref="RowEncoder"/>.</summary>
    public void Write(CsvRowWriter writer)
    {
        for (int i = 0; i < encoders.Length; i++)
        {
            if (rows.IsDBNull(i))
            {
                writer.WriteNull();
            }
            else
            {
                encoders[i](rows, i, writer);
            }
        }
    }
}
