using System.Globalization;
using System.Text;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define.Write;

/// <summary>Makes drafts of jobs from what a source says of its tables, and from a look at their rows.</summary>
internal static class JobDrafter
{
    /// <summary>Columns that tell when a row came or changed, by what people call them; the sort key that most queries and ongoing loads profit from.</summary>
    private static readonly string[] s_timeNames = ["updated", "modified", "changed", "created", "inserted", "date", "time", "day"];

    /// <summary>One draft for each table, or one for the query.</summary>
    /// <exception cref="EtlException">What the source refused; <see cref="Fault.ArgumentInvalid"/>: no table fits, or what is asked does not go together.</exception>
    public static async Task<IReadOnlyList<JobDraft>> DraftAsync(JobDraftRequest request, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        if (request.SourceTable is not { } wanted)
        {
            string name = request.Name ?? request.Table?.Table ?? throw new EtlException(Fault.ArgumentInvalid, "A job of a query needs a name.", null, null, "Give -Name.");
            return [await DraftAsync(request, null, null, name, progress, cancel)];
        }

        bool isPattern = wanted.AsSpan().ContainsAny('*', '?') && request.Source is not FileConnection;
        if (!isPattern)
        {
            (string? schema, string table) = request.Source is FileConnection ? (null, wanted) : SourceCatalog.Split(wanted);
            string name = request.Source is FileConnection ? Path.GetFileName(table).Split('.')[0].Replace("*", "", StringComparison.Ordinal).Replace("?", "", StringComparison.Ordinal) : table;
            return [await DraftAsync(request, schema, table, request.Name ?? FolderName(name), progress, cancel)];
        }

        if (request.Name is not null || request.Table is not null)
        {
            throw new EtlException(Fault.ArgumentInvalid, "-Name and -Table name one job and one table, and -SourceTable has wildcards.", wanted, null, "Leave them out, and give -Schema for the target's schema.");
        }

        IReadOnlyList<(string? Schema, string Table)> found = await SourceCatalog.ListAsync(request.Source, wanted, cancel);
        if (found.Count == 0)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"No table of '{request.Source.Name}' fits '{wanted}'.", wanted, null, "Check the schema and the pattern; * and ? are the wildcards.");
        }

        // Of tables with one name in several schemas, each job's name has the schema in it.
        HashSet<string> repeated = found.GroupBy(one => FolderName(one.Table), StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var drafts = new List<JobDraft>();
        foreach ((string? schema, string table) in found)
        {
            string name = FolderName(table);
            drafts.Add(await DraftAsync(request, schema, table, repeated.Contains(name) && schema is not null ? FolderName($"{schema}.{table}") : name, progress, cancel));
        }

        return drafts;
    }

    private static async Task<JobDraft> DraftAsync(JobDraftRequest request, string? schema, string? table, string name, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        SourceConnection source = request.Source;
        string? quoted = table is null || source is FileConnection ? table : string.Join('.', new[] { schema, table }.OfType<string>().Select(part => SqlLiteral.Identifier(part, source.SqlDialect)));
        SourceTable? whole = quoted is null ? null : new SourceTable(quoted, [], null);
        if (whole is null)
        {
            SingleStatement.Check(request.Query!, source);
        }

        var query = new SourceQuery(whole?.ToSql(source) ?? request.Query!, []) { Table = whole };
        var lengths = new List<int>();
        long rows = 0;
        (IReadOnlyList<EtlColumn> columns, bool isAll) = await SourceRows.ReadAsync(source, query, request.SampleRows, Measure, cancel);
        IReadOnlyList<SourceColumnFacts> facts = table is null ? [] : await SourceCatalog.DescribeAsync(source, schema, table, cancel);
        string[] key = request.Key.Count > 0 ? request.Key.Select(column => Find(columns, column, "key", name)).ToArray()
            : facts.Where(fact => fact.KeyPosition > 0).OrderBy(fact => fact.KeyPosition).Select(fact => fact.Name).ToArray();
        string? watermark = request.Watermark is { } wanted ? Find(columns, wanted, "watermark", name) : null;
        LoadMode mode = request.Mode ?? (key.Length > 0 && watermark is not null ? LoadMode.Merge : LoadMode.Overwrite);
        if (mode == LoadMode.Merge && key.Length == 0)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"Job '{name}' is to merge, but '{table ?? name}' has no primary key.", name, null, "Give -Key with the columns that identify a row, or -Mode Overwrite.");
        }

        if (mode == LoadMode.Append && watermark is null)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"Job '{name}' is to append, but without a watermark each ongoing load would append all rows again.", name, null, "Give -Watermark with the column by which new rows are known, or -Mode Overwrite.");
        }

        DraftColumn[] drafted = columns.Select((column, i) => Column(column, i < lengths.Count ? lengths[i] : 0,
            facts.Any(fact => fact.Name == column.Name && (fact.IsNotNull || fact.KeyPosition > 0)) || key.Contains(column.Name), isAll && request.SampleRows > 0, rows)).ToArray();
        (string? sort, string? reason) = Sort(drafted, watermark);
        progress.Report(new VerboseEvent(string.Create(CultureInfo.InvariantCulture, $"{quoted ?? name}: {columns.Count} columns, {rows:N0} rows looked at{(isAll ? ", all there are" : "")}.")));
        return new JobDraft
        {
            Name = name,
            Source = source,
            SourceTable = quoted,
            Query = request.Query?.Statements[0].Text.Trim(),
            Table = request.Table ?? TableName.Parse($"\"{(request.Schema ?? schema ?? "public").Replace("\"", "\"\"", StringComparison.Ordinal)}\".\"{(source is FileConnection || table is null ? name : table).Replace("\"", "\"\"", StringComparison.Ordinal)}\""),
            Mode = mode,
            Columns = drafted,
            Key = key,
            Watermark = watermark,
            SortColumn = sort,
            SortReason = reason,
        };

        void Measure(string?[] row)
        {
            rows++;
            for (int i = 0; i < row.Length; i++)
            {
                if (lengths.Count <= i)
                {
                    lengths.Add(0);
                }

                lengths[i] = row[i] is { } value ? Math.Max(lengths[i], Encoding.UTF8.GetByteCount(value)) : lengths[i];
            }
        }
    }

    /// <summary>The type table's type; a text of no declared length is as long as the rows say, with room to grow.</summary>
    private static DraftColumn Column(EtlColumn column, int longest, bool isNotNull, bool isAll, long rows)
    {
        RedshiftType type = RedshiftType.Parse(column.RedshiftType);
        if (type.Family != TypeFamily.Text || type.Length < RedshiftType.LongestText)
        {
            return new DraftColumn(column, column.RedshiftType, isNotNull, null);
        }

        if (rows == 0)
        {
            return new DraftColumn(column, "VARCHAR(65535)", isNotNull, "no rows to measure; make it as short as it can be");
        }

        // Rows that were not seen may be longer: a load would refuse them, so there is more room when not all were.
        long room = isAll ? Math.Max(16, longest * 2L) : Math.Max(256, longest * 4L);
        long length = Math.Min(RedshiftType.LongestText, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)room));
        return new DraftColumn(column, string.Create(CultureInfo.InvariantCulture, $"VARCHAR({length})"), isNotNull,
            string.Create(CultureInfo.InvariantCulture, $"the longest of {rows:N0} rows{(isAll ? "" : " (not all)")} has {longest:N0} bytes"));
    }

    private static (string? Column, string? Reason) Sort(IReadOnlyList<DraftColumn> columns, string? watermark)
    {
        if (watermark is not null)
        {
            return (watermark, "ongoing loads and most queries ask for the newest rows");
        }

        DraftColumn[] times = columns.Where(column => RedshiftType.Parse(column.Type).Family is TypeFamily.Date or TypeFamily.Timestamp).ToArray();
        DraftColumn? best = s_timeNames.Select(word => times.FirstOrDefault(column => column.Source.Name.Contains(word, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(column => column is not null);
        return best is null ? (null, null) : (best.Source.Name, "queries by time read fewer blocks");
    }

    private static string Find(IReadOnlyList<EtlColumn> columns, string name, string what, string job) =>
        columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Name
        ?? throw new EtlException(Fault.ArgumentInvalid,
            $"The {what} column '{name}' of job '{job}' is not in the source, which has {string.Join(", ", columns.Select(column => column.Name))}.{NearestName.Hint(name, columns.Select(column => column.Name).ToArray())}", name);

    /// <summary>A name that a folder can have on every system.</summary>
    private static string FolderName(string name)
    {
        string safe = string.Concat(name.Select(c => c < ' ' || "<>:\"/\\|?*[]'`".Contains(c, StringComparison.Ordinal) ? '_' : c)).Trim(' ', '.');
        return safe.Length == 0 ? "job" : safe;
    }
}
