using RedshiftEtl.Sandbox.Copy.Statement;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Copy.Target;

/// <summary>Which fields go to which columns, and what fills the rest (redshift-facts.md 1.4, column list).</summary>
/// <param name="Fields">The columns of the data's fields, in their order.</param>
/// <param name="Constants">Columns that the data leaves out and that have a DEFAULT: its value, the same for every row.</param>
internal sealed record LoadPlan(IReadOnlyList<TargetColumn> Fields, IReadOnlyList<(TargetColumn Column, string? Value)> Constants)
{
    /// <summary>Makes the plan; each DEFAULT is evaluated here, once per COPY.</summary>
    /// <exception cref="BackendException">An unknown column, values for IDENTITY without EXPLICIT_IDS, a NOT NULL column that nothing fills.</exception>
    public static async Task<LoadPlan> MakeAsync(CopyStatement statement, TargetTable table, IBackend backend, CancellationToken cancel)
    {
        List<TargetColumn> fields = statement.Columns is null
            ? table.Columns.Where(column => statement.ExplicitIds || column.Identity != IdentityKind.Always).ToList()
            : statement.Columns.Select(name => Find(name, table)).ToList();
        CheckIdentity(statement, table, fields);
        var constants = new List<(TargetColumn, string?)>();
        foreach (TargetColumn column in table.Columns.Except(fields).Where(column => column.Identity == IdentityKind.None))
        {
            string? value = column.DefaultExpression is null ? null : (await backend.QueryAsync($"SELECT ({column.DefaultExpression})::text", cancel))[0][0];
            if (value is null && column.NotNull)
                throw new BackendException("23502", $"Cannot insert a NULL value into column {column.Name}");
            if (column.DefaultExpression is not null)
                constants.Add((column, value));
        }
        return new LoadPlan(fields, constants);
    }

    /// <summary>The statement that takes the rows on the PostgreSQL side.</summary>
    public string CopySql(TargetTable table)
    {
        IEnumerable<string> names = Fields.Concat(Constants.Select(constant => constant.Column)).Select(column => TargetTable.Quote(column.Name));
        return $"COPY {table.QualifiedName} ({string.Join(", ", names)}) FROM STDIN";
    }

    private static TargetColumn Find(string name, TargetTable table) =>
        table.Columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.Ordinal))
        ?? throw new BackendException("42703", $"column \"{name}\" of relation \"{table.Name}\" does not exist");

    private static void CheckIdentity(CopyStatement statement, TargetTable table, List<TargetColumn> fields)
    {
        bool listed = fields.Exists(column => column.Identity == IdentityKind.Always);
        if (listed && !statement.ExplicitIds)
            throw CopyErrors.Refused("cannot set an identity column to a value", "Use EXPLICIT_IDS to load values for an IDENTITY column, or leave the column out of the list.");
        if (statement.ExplicitIds && !listed && table.Columns.Any(column => column.Identity == IdentityKind.Always))
            throw CopyErrors.Refused("EXPLICIT_IDS requires the IDENTITY column in the column list");
    }
}
