using System.Globalization;
using RedshiftEtl.Sandbox.Copy.Statement;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Copy.Target;

/// <summary>The table that a COPY loads.</summary>
/// <param name="Oid">Its number in the private PostgreSQL.</param>
/// <param name="Name">Its bare name, as messages show it.</param>
/// <param name="QualifiedName">Its name with quotes, ready for SQL.</param>
/// <param name="IsEmpty">Whether it never held a row since it was made or compacted.</param>
/// <param name="Columns">Its columns in order.</param>
internal sealed record TargetTable(long Oid, string Name, string QualifiedName, bool IsEmpty, IReadOnlyList<TargetColumn> Columns)
{
    /// <summary>Finds the table and checks what the session's user may do.</summary>
    /// <param name="statement">Names the table.</param>
    /// <param name="database">The session's database; a name of three parts must begin with it.</param>
    /// <param name="backend">The session's connection.</param>
    /// <param name="cancel">Stops the search.</param>
    /// <exception cref="BackendException">No such table, not a table, no INSERT privilege, or STATUPDATE ON by someone who isn't its owner.</exception>
    public static async Task<TargetTable> FindAsync(CopyStatement statement, string database, IBackend backend, CancellationToken cancel)
    {
        if (statement.Database is not null && !string.Equals(statement.Database, database, StringComparison.OrdinalIgnoreCase))
            throw CopyErrors.Lacking("tables of other databases");
        string name = statement.Schema is null ? Quote(statement.Table) : $"{Quote(statement.Schema)}.{Quote(statement.Table)}";
        string literal = Literal(name);
        IReadOnlyList<string?[]> found = await backend.QueryAsync(
            $"""
            SELECT c.oid, c.relkind, pg_relation_size(c.oid) = 0, has_table_privilege(c.oid, 'INSERT'),
                   pg_has_role(c.relowner, 'USAGE'), quote_ident(n.nspname) || '.' || quote_ident(c.relname)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = to_regclass({literal})
            """, cancel);
        if (found.Count == 0)
            throw new BackendException("42P01", $"Cannot COPY into nonexistent table {statement.Table}");
        string?[] row = found[0];
        if (row[1] is not ("r" or "p"))
            throw new BackendException("42809", $"cannot copy to {(row[1] is "v" or "m" ? "view" : "non-table relation")} \"{statement.Table}\"");
        if (!IsTrue(row[3]))
            throw new BackendException("42501", $"permission denied for relation {statement.Table}");
        if (statement.UpdateStatistics == true && !IsTrue(row[4]))
            throw new BackendException("42501", $"must be owner of relation {statement.Table} to use STATUPDATE ON");
        long oid = long.Parse(row[0]!, CultureInfo.InvariantCulture);
        return new TargetTable(oid, statement.Table, row[5]!, IsTrue(row[2]), await ReadColumnsAsync(oid, backend, cancel));
    }

    /// <summary>A name in SQL.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Literal(string text) =>
        "E'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'";

    private static bool IsTrue(string? value) => value is "t" or "true" or "True";

    private static async Task<IReadOnlyList<TargetColumn>> ReadColumnsAsync(long oid, IBackend backend, CancellationToken cancel)
    {
        string sql = string.Create(CultureInfo.InvariantCulture,
            $"SELECT name, redshift_type, length, \"precision\", scale, not_null, default_expression, identity_kind FROM rs_internal.copy_columns({oid}::regclass) ORDER BY ordinal");
        return (await backend.QueryAsync(sql, cancel)).Select(ReadColumn).ToList();
    }

    private static TargetColumn ReadColumn(string?[] row) => new(
        row[0]!, row[1]!, Number(row[2]), Number(row[3]), Number(row[4]), IsTrue(row[5]), row[6],
        row[7] switch { "identity" => IdentityKind.Always, "default" => IdentityKind.ByDefault, _ => IdentityKind.None });

    private static int? Number(string? text) => text is null ? null : int.Parse(text, CultureInfo.InvariantCulture);
}
