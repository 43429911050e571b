using System.Globalization;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.Files;

namespace RedshiftEtl.Engine.Define;

/// <summary>Reads a connection of type File.</summary>
internal static class FileConnectionReader
{
    /// <summary>Reads it and notes its mistakes.</summary>
    public static FileConnection? Read(string name, string subject, DefinitionReader reader, string baseFolder)
    {
        string? path = reader.Text("Path", isRequired: true);
        string encoding = reader.Text("Encoding") ?? "utf-8";
        if (FileEncoding.Find(encoding) is null)
        {
            reader.Refuse("Encoding", $"'{encoding}' is no Encoding for {subject}. Examples: utf-8, utf-16, windows-1252, iso-8859-1.");
        }

        string culture = reader.Text("Culture") ?? "";
        if (!IsCulture(culture))
        {
            reader.Refuse("Culture", $"'{culture}' is no Culture for {subject}. Examples: de-DE, en-US.");
        }

        string quote = reader.Text("Quote") ?? "\"";
        if (quote.Length != 1)
        {
            reader.Refuse("Quote", $"Quote of {subject} must be one character.");
        }

        bool hasHeader = reader.Flag("Header") ?? true;
        List<EtlColumn> columns = Columns(reader, subject);
        if (!hasHeader && columns.Count == 0)
        {
            reader.Refuse("Column", $"{subject} has no header line, so it needs Column: Column = 'id bigint', 'name varchar(50)'.");
        }

        return path is null ? null : new FileConnection
        {
            Name = name,
            Folder = Path.GetFullPath(path, baseFolder),
            Delimiter = reader.Text("Delimiter") ?? ",",
            Quote = quote[0],
            HasHeader = hasHeader,
            Encoding = encoding,
            Culture = culture,
            Columns = columns,
            NullTexts = reader.Texts("Null"),
        };
    }

    private static List<EtlColumn> Columns(DefinitionReader reader, string subject)
    {
        var columns = new List<EtlColumn>();
        foreach (string text in reader.Texts("Column"))
        {
            // As in CREATE TABLE: a name, and a type behind it.
            string trimmed = text.Trim();
            int split = trimmed.IndexOf(' ', StringComparison.Ordinal);
            string type = split < 0 ? "VARCHAR(65535)" : trimmed[(split + 1)..].Trim();
            if (FileType.Find(type) is not { } fileType)
            {
                reader.Refuse("Column", $"Column of {subject}: '{text}' does not end with a type that is known: {string.Join(", ", FileType.Names)}.");
                continue;
            }

            columns.Add(new EtlColumn(split < 0 ? trimmed : trimmed[..split], "text", fileType.RedshiftType) { IsDeclared = false });
        }

        return columns;
    }

    private static bool IsCulture(string name)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name, predefinedOnly: name.Length > 0) is not null;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }
}
