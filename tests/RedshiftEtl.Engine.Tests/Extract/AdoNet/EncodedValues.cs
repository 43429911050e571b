using System.Data;
using System.Data.Common;
using System.Text;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Tests.Extract.AdoNet;

/// <summary>Values of one .NET type, through a real DbDataReader and the encoder of its type, as fields of CSV.</summary>
internal static class EncodedValues
{
    /// <summary>The fields, one a line, as they stand in the CSV.</summary>
    public static string[] Write(Type type, params object?[] values)
    {
        using DataTableReader rows = Table(type, values).CreateDataReader();
        FieldMapping mapping = AdoNetTypes.Map(rows.GetColumnSchema()[0], rows.GetType());
        return Write(rows, mapping.Encoder);
    }

    /// <summary>The same by an encoder that is given.</summary>
    public static string[] Write(FieldEncoder encoder, Type type, params object?[] values)
    {
        using DataTableReader rows = Table(type, values).CreateDataReader();
        return Write(rows, encoder);
    }

    /// <summary>The error of a value that is refused.</summary>
    public static EtlException Refused(Type type, object value)
    {
        EtlException error = Assert.Throws<EtlException>(() => Write(type, DBNull.Value, value));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.StartsWith("Column 'c', row 2: ", error.Message, StringComparison.Ordinal);
        return error;
    }

    /// <summary>The field of a value whose rule is not to fail.</summary>
    public static string Repaired(Type type, object value, ValueKind kind, ValueAction action)
    {
        using DataTableReader rows = Table(type, [value]).CreateDataReader();
        FieldMapping mapping = AdoNetTypes.Map(rows.GetColumnSchema()[0], rows.GetType());
        return Write(rows, mapping.Encoder, new ValueRules { All = new Dictionary<ValueKind, ValueAction> { [kind] = action } })[0];
    }

    private static DataTable Table(Type type, object?[] values)
    {
        var table = new DataTable();
        table.Columns.Add("c", type);
        foreach (object? value in values)
        {
            table.Rows.Add(value ?? DBNull.Value);
        }

        return table;
    }

    private static string[] Write(DbDataReader rows, FieldEncoder encoder, ValueRules? rules = null)
    {
        using var writer = new CsvRowWriter([new EtlColumn("c", "", "")], CsvDialect.Default, rules ?? ValueRules.None);
        while (rows.Read())
        {
            if (rows.IsDBNull(0))
            {
                writer.WriteNull();
            }
            else
            {
                encoder(rows, 0, writer);
            }

            writer.EndRow();
        }

        using CsvBlock block = writer.Take();
        return Encoding.UTF8.GetString(block.Bytes.Span)[..^1].Split('\n');
    }
}
