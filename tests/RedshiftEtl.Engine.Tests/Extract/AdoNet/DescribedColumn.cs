using System.Data.Common;

namespace RedshiftEtl.Engine.Tests.Extract.AdoNet;

/// <summary>What a provider tells of a column.</summary>
internal sealed class DescribedColumn : DbColumn
{
    public DescribedColumn(Type? type, string name, int? precision, int? scale, int? size)
    {
        ColumnName = "c";
        DataType = type;
        DataTypeName = name;
        NumericPrecision = precision;
        NumericScale = scale;
        ColumnSize = size;
    }
}
