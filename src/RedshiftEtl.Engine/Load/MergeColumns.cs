using System.Text.RegularExpressions;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Load;

/// <summary>A merge's columns among the extract's and the table's.</summary>
internal static partial class MergeColumns
{
    /// <summary>Whether a column that the table lacks is one that the merge goes by (a change log's operation or its sequence number), so that it need not be in the table.</summary>
    public static bool IsForMergeOnly(MergeDefinition? merge, EtlColumn column)
    {
        string name = TableName.Fold(column.Name);
        return merge is not null && (TableName.Fold(merge.KeepLatest ?? "") == name
            || (merge.DeletedWhen is { } condition && Name().EnumerateMatches(condition) is var names && Any(names, condition, name)));
    }

    /// <summary>The table's names of the key's columns.</summary>
    /// <exception cref="EtlException"><see cref="Fault.MergeKeyInvalid"/>: one is not in the extract, or not in the table.</exception>
    public static IReadOnlyList<string> Key(LoadRequest request, SchemaMatch match, IReadOnlyList<EtlColumn> extract) =>
        request.Merge!.Key.Select(name => match.Columns[Index(request, "Key", name, extract)]
            ?? throw new EtlException(Fault.MergeKeyInvalid, $"Key column '{name}' of job '{request.Job}' is not in '{request.Table}'.", name)).ToArray();

    /// <summary>Position of a column that the merge names.</summary>
    /// <exception cref="EtlException"><see cref="Fault.MergeKeyInvalid"/>: it is not in the extract.</exception>
    public static int Index(LoadRequest request, string what, string name, IReadOnlyList<EtlColumn> extract)
    {
        string[] names = extract.Select(column => TableName.Fold(column.Name)).ToArray();
        int index = Array.IndexOf(names, TableName.Fold(name));
        return index >= 0 ? index : throw new EtlException(Fault.MergeKeyInvalid,
            $"{what} column '{name}' of job '{request.Job}' is not in the extract, which has {string.Join(", ", names)}.{NearestName.Hint(name, names)}", name);
    }

    private static bool Any(Regex.ValueMatchEnumerator names, string condition, string name)
    {
        foreach (ValueMatch match in names)
        {
            string found = condition.Substring(match.Index, match.Length);
            if (TableName.Fold(found[0] == '"' ? found[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : found) == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A name, quoted or not. One inside of a text constant is taken for a column as well, which does no harm: the column then stays out of a table that has none of its name.</summary>
    [GeneratedRegex("""\"(?:[^\"]|\"\")+\"|[\p{L}_][\p{L}\p{Nd}_$]*""")]
    private static partial Regex Name();
}
