using System.Globalization;
using System.Text;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define.Write;

/// <summary>Writes the files of a draft: texts that run as they stand, with comments that say why. Pure.</summary>
internal static class JobText
{
    /// <summary>The texts by file name.</summary>
    public static IReadOnlyDictionary<string, string> Write(JobDraft draft)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["job.psd1"] = Definition(draft), ["create.sql"] = Create(draft) };
        if (draft.Source is not FileConnection)
        {
            files["initial.sql"] = Query(draft, null);
            files["ongoing.sql"] = Query(draft, draft.Watermark);
        }

        if (draft.Mode == LoadMode.Overwrite)
        {
            files["delete.sql"] = Delete(draft);
        }

        return files;
    }

    private static string Create(JobDraft draft)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"-- {Comment(draft.Table.ToString())}, from {Comment(draft.SourceTable ?? "a query")} of {Comment(draft.Source.Name)}. Encodings are left to Redshift (ENCODE AUTO).\n");
        if (draft.Table.Schema is { } schema)
        {
            text.Append(CultureInfo.InvariantCulture, $"CREATE SCHEMA IF NOT EXISTS {SqlLiteral.Identifier(schema)};\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"CREATE TABLE {draft.Table.Sql} (\n");
        string key = draft.Key.Count == 0 ? "" : string.Join(", ", draft.Key.Select(Name));
        for (int i = 0; i < draft.Columns.Count; i++)
        {
            DraftColumn column = draft.Columns[i];
            bool isLast = i == draft.Columns.Count - 1 && key.Length == 0;
            text.Append(CultureInfo.InvariantCulture, $"    {Name(column.Source.Name)} {column.Type}{(column.IsNotNull ? " NOT NULL" : "")}{(isLast ? "" : ",")}");
            text.Append(column.Remark is null ? "\n" : $"  -- {Comment(column.Remark)}\n");
        }

        if (key.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"    -- Redshift does not enforce it, but plans by it: the key must be the rows' own.\n    PRIMARY KEY ({key})\n");
        }

        text.Append(')');
        string? dist = draft.Key.Count == 1 && CanDistribute(draft, draft.Key[0]) ? draft.Key[0] : null;
        if (dist is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n-- Rows of one key on one slice: merges and joins by it are local, and the values are as even as can be.\nDISTKEY ({Name(dist)})");
        }

        if (draft.SortColumn is { } sort && CanSort(draft, sort))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n-- Sorted by {Comment(sort)}: {draft.SortReason}.\nSORTKEY ({Name(sort)})");
        }

        return text.Append(";\n").ToString();
    }

    private static string Query(JobDraft draft, string? watermark)
    {
        if (draft.Query is { } query)
        {
            return watermark is null ? $"{query}\n"
                : $"SELECT * FROM (\n{query}\n) q\nWHERE {SqlLiteral.Identifier(watermark, draft.Source.SqlDialect)} > @watermark\n";
        }

        string columns = string.Join(",\n    ", draft.Columns.Select(column => SqlLiteral.Identifier(column.Source.Name, draft.Source.SqlDialect)));
        string where = watermark is null ? "" : $"\nWHERE {SqlLiteral.Identifier(watermark, draft.Source.SqlDialect)} > @watermark";
        return $"SELECT\n    {columns}\nFROM {draft.SourceTable}{where}\n";
    }

    private static string Delete(JobDraft draft) => draft.Watermark is { } watermark
        ? $"-- The same window as in ongoing.sql.\nDELETE FROM {draft.Table.Sql} WHERE {Name(watermark)} > @watermark;\n"
        : $"-- Each load brings all rows, so all are replaced. With a window, read and delete the same one: WHERE day >= @since in both.\nDELETE FROM {draft.Table.Sql};\n";

    private static string Definition(JobDraft draft)
    {
        var text = new StringBuilder("@{\n");
        Line("Description", Quote($"{draft.Table} from {draft.SourceTable ?? "a query"} of {draft.Source.Name}"), null);
        Line("Mode", Quote(draft.Mode.ToString()), draft.Mode switch
        {
            LoadMode.Append => "rows are only added",
            LoadMode.Merge => "rows with the same key are replaced, the others added",
            _ => "delete.sql removes what ongoing.sql brings again",
        });
        Line("Source", Quote(draft.Source.Name), null);
        Line("Table", Quote(draft.Table.Written), null);
        if (draft.Source is FileConnection)
        {
            Line("SourceTable", Quote(draft.SourceTable!), "the file, or a wildcard for several");
        }

        if (draft.Mode == LoadMode.Merge)
        {
            Line("Key", string.Join(", ", draft.Key.Select(Quote)), "identifies a row");
        }

        if (draft.Watermark is { } watermark)
        {
            Line("Watermark", Quote(watermark), "ongoing loads go on after the greatest value of the last one");
        }

        return text.Append("}\n").ToString();

        void Line(string key, string value, string? why) =>
            text.Append(CultureInfo.InvariantCulture, $"    {key,-11} = {value}{(why is null ? "" : $"  # {why}")}\n");
    }

    private static bool CanDistribute(JobDraft draft, string column) =>
        RedshiftType.Parse(TypeOf(draft, column)).Family is not (TypeFamily.Other or TypeFamily.Binary) && draft.Columns.Any(candidate => candidate.Source.Name == column);

    private static bool CanSort(JobDraft draft, string column) => RedshiftType.Parse(TypeOf(draft, column)).Family is not (TypeFamily.Other or TypeFamily.Binary);

    private static string TypeOf(JobDraft draft, string column) => draft.Columns.First(candidate => candidate.Source.Name == column).Type;

    private static string Name(string column) => SqlLiteral.Identifier(TableName.Fold(column));

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Text that stays on a comment's line, and in which nothing is a parameter.</summary>
    private static string Comment(string text) => text.ReplaceLineEndings(" ");
}
