using System.Text;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>The name of a Redshift table. ASCII letters are folded to lower case, as Redshift does even with quoted names (fact sheet 7.3).</summary>
public sealed record TableName
{
    private TableName(string? schema, string table)
    {
        Schema = schema;
        Table = table;
    }

    /// <summary>The schema, or null for the first one of the search path that has the table.</summary>
    public string? Schema { get; }

    /// <summary>The table.</summary>
    public string Table { get; }

    /// <summary>The name for use in SQL, quoted.</summary>
    public string Sql => Schema is null ? SqlLiteral.Identifier(Table) : $"{SqlLiteral.Identifier(Schema)}.{SqlLiteral.Identifier(Table)}";

    /// <summary>The name as a user writes it and <see cref="Parse"/> reads it back: in double quotes where it needs them.</summary>
    public string Written => Schema is null ? Quote(Table) : $"{Quote(Schema)}.{Quote(Table)}";

    /// <summary>Whether it has wildcards, * or ?.</summary>
    internal bool IsPattern => ToString().AsSpan().ContainsAny('*', '?');

    /// <summary>A name of the catalog, as it is there.</summary>
    internal static TableName Of(string schema, string table) => new(schema, table);

    /// <summary>Reads <c>table</c>, <c>schema.table</c> or the same with double quotes.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: not of that form, or a name over 127 bytes.</exception>
    public static TableName Parse(string text)
    {
        List<string> names = Split(text);
        if (names.Count is < 1 or > 2 || names.Any(name => name.Length == 0 || Encoding.UTF8.GetByteCount(name) > 127))
        {
            throw new EtlException(Fault.ArgumentInvalid, $"'{text}' is not a table name.", text,
                advice: "Write table or schema.table, each name of 1 to 127 bytes; names with a dot or other signs in double quotes.");
        }

        return names.Count == 1 ? new TableName(null, Fold(names[0])) : new TableName(Fold(names[0]), Fold(names[1]));
    }

    /// <summary>Folds ASCII letters to lower case and leaves all others.</summary>
    public static string Fold(string name) =>
        string.Create(name.Length, name, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
            }
        });

    /// <summary>The name as a user writes it.</summary>
    public override string ToString() => Schema is null ? Table : $"{Schema}.{Table}";

    private static string Quote(string name) => name.AsSpan().ContainsAny('.', '"') ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;

    private static List<string> Split(string text)
    {
        var names = new List<string>();
        var current = new StringBuilder();
        bool isQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"' && isQuoted && i + 1 < text.Length && text[i + 1] == '"')
            {
                current.Append(c);
                i++;
            }
            else if (c == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (c == '.' && !isQuoted)
            {
                names.Add(current.ToString());
                current.Clear();
            }
            else
            {
                current.Append(c);
            }
        }

        names.Add(current.ToString());
        return names;
    }
}
