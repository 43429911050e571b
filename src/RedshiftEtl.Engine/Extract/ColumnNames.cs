using System.Text;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Checks the column names of a query before a row is read.</summary>
internal static class ColumnNames
{
    /// <summary>Refuses what cannot be a table's columns.</summary>
    /// <exception cref="EtlException"><see cref="Fault.QueryWithoutColumns"/>, <see cref="Fault.ColumnNameInvalid"/>: empty, over 127 bytes, or the same but for ASCII case, which Redshift folds (fact sheet 7.3).</exception>
    public static void Check(IReadOnlyList<EtlColumn> columns, string source)
    {
        if (columns.Count == 0)
        {
            throw new EtlException(Fault.QueryWithoutColumns, $"The query on '{source}' returns no columns.", source);
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < columns.Count; i++)
        {
            string name = columns[i].Name;
            if (string.IsNullOrWhiteSpace(name) || name == "?column?")
            {
                throw new EtlException(Fault.ColumnNameInvalid, $"Column {i + 1} of the query on '{source}' has no name.", source);
            }

            if (Encoding.UTF8.GetByteCount(name) > 127)
            {
                throw new EtlException(Fault.ColumnNameInvalid, $"Column '{name}' has a name of over 127 bytes.", name);
            }

            if (!seen.Add(TableName.Fold(name)))
            {
                throw new EtlException(Fault.ColumnNameInvalid, $"Two columns of the query on '{source}' are named '{name}' (upper and lower case are the same to Redshift).", name);
            }
        }
    }
}
