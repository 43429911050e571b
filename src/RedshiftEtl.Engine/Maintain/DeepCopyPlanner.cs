using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>Reads a table with all that hangs on it and writes the plan of its deep copy. Leaves the session's search path changed.</summary>
internal static class DeepCopyPlanner
{
    /// <summary>The plan, or the refusal.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DeepCopyRefused"/> with everything that stands against it; <see cref="Fault.TableNotFound"/>.</exception>
    public static async Task<DeepCopyPlan> ReadAsync(WarehouseSession session, TableName name, DeepCopyOptions options, CancellationToken cancel)
    {
        (string user, string? reason) = await DeepCopyObstacles.UserAsync(session, cancel);
        if (reason is not null)
        {
            throw Refused(name, [reason]);
        }

        TableDefinition table = await TableDefinitionReader.ReadAsync(session, name, null, cancel);
        TableName target = TableName.Parse($"{SqlLiteral.Identifier(table.Schema)}.{SqlLiteral.Identifier(table.Name)}");
        IReadOnlyList<BoundView> views = await DeepCopyViews.ReadAsync(session, table.Id, cancel);
        List<string> obstacles = await DeepCopyObstacles.FindAsync(session, table, views, options, cancel);
        Dictionary<string, long> seeds = await SeedsAsync(session, table, target, obstacles, cancel);
        if (obstacles.Count > 0)
        {
            throw Refused(target, obstacles);
        }

        (string copy, string old) = await FreeNamesAsync(session, table, cancel);
        DeepCopyStatement[] steps = DeepCopyScript.Build(table, views, copy, old, seeds, user).ToArray();
        return new DeepCopyPlan(target, steps.Select(step => step.Sql).ToArray(), views.Select(view => view.FullName).ToArray(), Warnings(table, target).ToArray())
        {
            Steps = steps,
            Definition = table,
            Views = views,
        };
    }

    /// <summary>A search path as SHOW gives it, for use in SET: every name quoted.</summary>
    internal static string SearchPath(string shown)
    {
        var names = new List<string>();
        var current = new System.Text.StringBuilder();
        char quote = '\0';
        bool wasQuoted = false;
        foreach (char c in shown.Append(','))
        {
            if (quote == '\0' && c is '"' or '\'')
            {
                // A doubled quote closes and opens again.
                current.Append(wasQuoted ? c.ToString() : "");
                (quote, wasQuoted) = (c, true);
            }
            else if (quote != '\0' && c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c == ',')
            {
                names.Add(current.ToString().Trim());
                current.Clear();
                wasQuoted = false;
            }
            else if (current.Length > 0 || quote != '\0' || c != ' ')
            {
                current.Append(c);
            }
        }

        return string.Join(", ", names.Where(name => name.Length > 0).Select(SqlLiteral.Identifier).DefaultIfEmpty("''"));
    }

    /// <summary>Where an identity goes on: the next number of its row behind the last one that is there, never before its own seed (fact sheet 4).</summary>
    /// <returns>Null when no number of the type is left.</returns>
    internal static long? NextSeed(TableIdentity identity, long? last, string type)
    {
        if (last is not { } value || (identity.Step > 0 ? value < identity.Seed : value > identity.Seed))
        {
            return identity.Seed;
        }

        Int128 steps = (((Int128)value - identity.Seed) / identity.Step) + 1;
        Int128 next = identity.Seed + (steps * identity.Step);
        (long least, long most) = type == "integer" ? (int.MinValue, int.MaxValue) : (long.MinValue, long.MaxValue);
        return next >= least && next <= most ? (long)next : null;
    }

    private static async Task<Dictionary<string, long>> SeedsAsync(
        WarehouseSession session, TableDefinition table, TableName name, List<string> obstacles, CancellationToken cancel)
    {
        var seeds = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (TableColumn column in table.Columns.Where(column => column.Identity is not null))
        {
            TableIdentity identity = column.Identity!;
            object? last = await session.ScalarAsync($"SELECT {(identity.Step > 0 ? "MAX" : "MIN")}({SqlLiteral.Identifier(column.Name)})::bigint FROM {name.Sql}", [], cancel);
            if (identity.Step != 0 && NextSeed(identity, (long?)last, column.Type) is { } seed)
            {
                seeds[column.Name] = seed;
            }
            else
            {
                obstacles.Add(string.Create(CultureInfo.InvariantCulture, $"no number is left for identity column {column.Name} behind {last}"));
            }
        }

        return seeds;
    }

    private static async Task<(string Copy, string Old)> FreeNamesAsync(WarehouseSession session, TableDefinition table, CancellationToken cancel)
    {
        string stem = string.Create(CultureInfo.InvariantCulture, $"etl_deep_copy_{table.Id}");
        List<object?[]> rows = await session.QueryAsync(
            "SELECT c.relname::varchar(256) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + $" WHERE n.nspname = {TableDefinitionCatalog.Text(table.Schema)} AND c.relname LIKE 'etl%'",
            [], cancel);
        HashSet<string> taken = rows.Select(row => (string)row[0]!).ToHashSet(StringComparer.Ordinal);
        string[] free = Enumerable.Range(0, rows.Count + 2)
            .Select(i => i == 0 ? stem : string.Create(CultureInfo.InvariantCulture, $"{stem}_{i}")).Where(name => !taken.Contains(name)).Take(2).ToArray();
        return (free[0], free[1]);
    }

    private static IEnumerable<string> Warnings(TableDefinition table, TableName name) =>
        from column in table.Columns
        where column.Identity is { IsByDefault: false }
        select $"Column {column.Name} of {name} becomes GENERATED BY DEFAULT AS IDENTITY: its values are kept and its numbers go on,"
            + " but plain IDENTITY does not take values from INSERT, so from now on the column accepts values too.";

    private static EtlException Refused(TableName table, IReadOnlyList<string> reasons) =>
        new(Fault.DeepCopyRefused, $"Table '{table}' cannot be copied: {string.Join("; ", reasons)}.", table.ToString());
}
