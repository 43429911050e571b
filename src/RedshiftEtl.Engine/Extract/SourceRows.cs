using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Rows of a source as text, read the way an extract reads them: for catalogs and samples, whatever the source is.</summary>
internal static class SourceRows
{
    /// <summary>The columns of a query and its first rows; NULL is null.</summary>
    /// <param name="source">The source.</param>
    /// <param name="query">The query.</param>
    /// <param name="most">Rows at most; it may be a block more.</param>
    /// <param name="visit">Gets each row, whose array is used again.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The columns, and whether these were all rows.</returns>
    /// <exception cref="EtlException">What the source refused.</exception>
    public static async Task<(IReadOnlyList<EtlColumn> Columns, bool IsAll)> ReadAsync(
        SourceConnection source, SourceQuery query, long most, Action<string?[]> visit, CancellationToken cancel)
    {
        CsvDialect dialect = CsvDialect.Default;
        await using ISourceReader reader = await Sources.Of(source).OpenAsync(query with { Partition = null, Rules = Lenient }, dialect, cancel);
        IReadOnlyList<EtlColumn> columns = reader.Columns;
        bool isAll = await Task.Factory.StartNew(() => Read(reader, dialect, columns.Count, most, visit, cancel), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return (columns, isAll);
    }

    /// <summary>All rows of a small query.</summary>
    public static async Task<List<string?[]>> ReadAllAsync(SourceConnection source, string sql, CancellationToken cancel)
    {
        var rows = new List<string?[]>();
        await ReadAsync(source, new SourceQuery(SqlText.Of(sql, source.SqlDialect), []), long.MaxValue, row => rows.Add([.. row]), cancel);
        return rows;
    }

    /// <summary>A sample is for its lengths: a value that a load would refuse is one of the load's concerns.</summary>
    private static ValueRules Lenient { get; } = new() { All = Enum.GetValues<ValueKind>().ToDictionary(kind => kind, _ => ValueAction.Null) };

    private static bool Read(ISourceReader reader, CsvDialect dialect, int columns, long most, Action<string?[]> visit, CancellationToken cancel)
    {
        var row = new string?[columns];
        long rows = 0;
        while (reader.Read(cancel) is { } block)
        {
            using (block)
            {
                using var text = new StreamReader(new MemoryStream(block.Bytes.ToArray()), new UTF8Encoding(false));
                using var csv = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture) { IgnoreBlankLines = false });
                while (csv.Read())
                {
                    for (int i = 0; i < columns; i++)
                    {
                        row[i] = csv[i] == dialect.NullMarker ? null : csv[i];
                    }

                    visit(row);
                    rows++;
                }
            }

            if (rows >= most)
            {
                return false;
            }
        }

        return true;
    }
}
