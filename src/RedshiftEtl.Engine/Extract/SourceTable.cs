using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract;

/// <summary>A whole table as the extract, or some of its columns and rows: what is said instead of a SQL file.</summary>
/// <param name="Name">The table as the source names it, with its schema before a point if it needs one; for a File connection a file's name or a wildcard.</param>
/// <param name="Columns">The columns to read; empty for all.</param>
/// <param name="Where">The user's condition, with @parameters; null for all rows.</param>
public sealed record SourceTable(string Name, IReadOnlyList<string> Columns, string? Where)
{
    /// <summary>The query. For files, which have none, their name.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: the name cannot be read, or files are given a condition.</exception>
    public SqlText ToSql(SourceConnection source)
    {
        if (source is FileConnection)
        {
            return Where is null ? SqlText.Of(Name, source.SqlDialect) : throw new EtlException(Fault.ArgumentInvalid,
                $"'{source.Name}' is files, which are read as they are: there is no condition for them.", source.Name);
        }

        string columns = Columns.Count == 0 ? "*" : string.Join(", ", Columns.Select(name => SqlLiteral.Identifier(name, source.SqlDialect)));
        string table = Quoted(source);
        // A line of its own, so that a comment at the condition's end ends there.
        return SqlText.Of($"SELECT {columns} FROM {table}{(Where is null ? "" : $" WHERE ({Where}\n)")}", source.SqlDialect);
    }

    /// <summary>The table's name in the source's SQL.</summary>
    internal string Quoted(SourceConnection source) => string.Join('.', Split(Name).Select(part => SqlLiteral.Identifier(part, source.SqlDialect)));

    /// <summary>The same with one more condition.</summary>
    internal SourceTable And(string condition) => this with { Where = Where is null ? condition : $"({Where}\n) AND ({condition})" };

    /// <summary>Cuts a name at its points, except inside of quotes of any dialect.</summary>
    internal static List<string> Split(string name)
    {
        var parts = new List<string>();
        int at = 0;
        while (true)
        {
            char close = at < name.Length ? name[at] switch { '"' => '"', '[' => ']', '`' => '`', _ => '\0' } : '\0';
            int end = close == '\0' ? name.IndexOf('.', at) : Close(name, at + 1, close);
            string part = close == '\0'
                ? (end < 0 ? name[at..] : name[at..end])
                : name[(at + 1)..end].Replace($"{close}{close}", $"{close}", StringComparison.Ordinal);
            parts.Add(part.Length > 0 ? part : throw Unreadable(name));
            at = close == '\0' ? end : end + 1;
            if (at < 0 || at == name.Length)
            {
                return parts;
            }

            at = name[at] == '.' ? at + 1 : throw Unreadable(name);
        }
    }

    private static int Close(string name, int at, char close)
    {
        while (true)
        {
            int end = name.IndexOf(close, at);
            if (end < 0)
            {
                throw Unreadable(name);
            }

            if (end + 1 == name.Length || name[end + 1] != close)
            {
                return end;
            }

            at = end + 2;
        }
    }

    private static EtlException Unreadable(string name) => new(
        Fault.ArgumentInvalid, $"'{name}' is no table's name.", name, advice: "Write schema.table, and quote a name that has a point in it: \"my.table\".");
}
