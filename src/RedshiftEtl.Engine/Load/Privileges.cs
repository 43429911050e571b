using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl.Engine.Load;

/// <summary>The rights that a job's user needs on the warehouse (about_EtlSecurity lists them).</summary>
internal static class Privileges
{
    /// <summary>The GRANT statements that are lacking; empty when the user may do all that a run does.</summary>
    public static async Task<IReadOnlyList<string>> MissingAsync(WarehouseSession session, EtlJob job, TargetTable target, CancellationToken cancel)
    {
        string user = SqlLiteral.Identifier(session.Target.Username ?? "");
        var missing = new List<string>();
        string schema = job.Table.Schema ?? (string)(await session.ScalarAsync("SELECT current_schema()", [], cancel))!;
        await NeedSchemaAsync(schema, "USAGE");
        if (target.Exists)
        {
            string[] rights = job.Mode == LoadMode.Append ? ["SELECT", "INSERT"] : ["SELECT", "INSERT", "DELETE"];
            await NeedTableAsync(job.Table.Sql, rights);
        }
        else
        {
            await NeedSchemaAsync(schema, "CREATE");
        }

        string historySchema = TableName.Fold(session.Target.HistorySchema);
        bool hasSchema = await session.ScalarAsync($"SELECT 1 FROM pg_namespace WHERE nspname = {SqlLiteral.Text(historySchema, SqlDialect.Redshift)}", [], cancel) is not null;
        if (!hasSchema)
        {
            string database = session.Target.Database;
            if (!await HasAsync("database", SqlLiteral.Text(database, SqlDialect.Redshift), "CREATE"))
            {
                missing.Add($"GRANT CREATE ON DATABASE {SqlLiteral.Identifier(database)} TO {user}");
            }

            return missing;
        }

        await NeedSchemaAsync(historySchema, "USAGE");
        foreach ((HistoryTable table, string[] rights) in new[] { (HistoryTable.Run, new[] { "SELECT", "INSERT" }), (HistoryTable.Lease, ["SELECT", "INSERT", "UPDATE", "DELETE"]) })
        {
            if (await table.ExistsAsync(session, cancel))
            {
                await NeedTableAsync(table.In(session.Target), rights);
            }
            else
            {
                await NeedSchemaAsync(historySchema, "CREATE");
            }
        }

        return missing.Distinct().ToArray();

        async Task NeedSchemaAsync(string name, string right)
        {
            if (!await HasAsync("schema", SqlLiteral.Text(name, SqlDialect.Redshift), right))
            {
                missing.Add($"GRANT {right} ON SCHEMA {SqlLiteral.Identifier(name)} TO {user}");
            }
        }

        async Task NeedTableAsync(string name, string[] rights)
        {
            var lacking = new List<string>();
            foreach (string right in rights)
            {
                if (!await HasAsync("table", SqlLiteral.Text(name, SqlDialect.Redshift), right))
                {
                    lacking.Add(right);
                }
            }

            if (lacking.Count > 0)
            {
                missing.Add($"GRANT {string.Join(", ", lacking)} ON {name} TO {user}");
            }
        }

        async Task<bool> HasAsync(string kind, string name, string right)
        {
            try
            {
                return await session.ScalarAsync($"SELECT has_{kind}_privilege({name}, '{right}')", [], cancel) is true;
            }
            catch (EtlException e) when (e.Fault == Fault.SqlDenied)
            {
                // Who may not use the schema may not even ask for what is in it.
                return false;
            }
        }
    }
}
