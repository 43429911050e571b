using System.Globalization;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>Writes the statements of a deep copy, in order: the same for the plan that is shown and for the transaction that runs.</summary>
internal static class DeepCopyScript
{
    /// <summary>All statements from BEGIN to COMMIT.</summary>
    /// <param name="table">The table.</param>
    /// <param name="views">The views that are bound to it, each after those it reads.</param>
    /// <param name="copy">A free name for the copy.</param>
    /// <param name="old">A free name for the table when the copy takes its place.</param>
    /// <param name="seeds">Where the identity columns go on, by column.</param>
    /// <param name="user">The user that runs it, who owns what it creates.</param>
    public static IEnumerable<DeepCopyStatement> Build(
        TableDefinition table, IReadOnlyList<BoundView> views, string copy, string old, IReadOnlyDictionary<string, long> seeds, string user)
    {
        string name = Name(table.Schema, table.Name);
        string copyName = Name(table.Schema, copy);
        yield return new DeepCopyStatement(DeepCopyStep.Begin, "BEGIN");
        yield return new DeepCopyStatement(DeepCopyStep.Lock, $"LOCK TABLE {name}");
        yield return Change(Create(table, copyName, seeds));
        if (table.Sort == TableSort.None)
        {
            // CREATE TABLE has no word for it: without a key it means AUTO (fact sheet 7.1).
            yield return Change($"ALTER TABLE {copyName} ALTER SORTKEY NONE");
        }

        string columns = Names(table.Columns.Select(column => column.Name));
        yield return Change($"INSERT INTO {copyName} ({columns}) SELECT {columns} FROM {name}");
        foreach (DeepCopyStatement comparison in DeepCopyComparison.Build(table.Columns, name, copyName))
        {
            yield return comparison;
        }

        foreach (string sql in Swap(table, views, name, copyName, old)
            .Concat(Properties(table, name, user))
            .Concat(views.SelectMany(view => Recreate(view, user))))
        {
            yield return Change(sql);
        }

        yield return new DeepCopyStatement(DeepCopyStep.Commit, "COMMIT");
    }

    /// <summary>CREATE TABLE as the table is, under another name (fact sheet 7.1). Under ENCODE AUTO no encoding is named, since one that is would turn it off; else each is.
    /// Keys come later, when their names are free.</summary>
    internal static string Create(TableDefinition table, string name, IReadOnlyDictionary<string, long> seeds)
    {
        string columns = string.Join(",\n", table.Columns.Select(column => $"    {Column(column, seeds, table.IsEncodeAuto)}"));
        string dist = table.DistStyle == "KEY"
            ? $"\nDISTSTYLE KEY DISTKEY ({SqlLiteral.Identifier(table.Columns.First(column => column.IsDistKey).Name)})"
            : $"\nDISTSTYLE {table.DistStyle}";
        string sort = table.Sort switch
        {
            TableSort.Compound => $"\nCOMPOUND SORTKEY ({Names(table.SortKey)})",
            TableSort.Interleaved => $"\nINTERLEAVED SORTKEY ({Names(table.SortKey)})",
            TableSort.Auto => "\nSORTKEY AUTO",
            _ => "",
        };
        return $"CREATE TABLE {name} (\n{columns}\n){(table.IsBackedUp ? "" : "\nBACKUP NO")}{dist}{sort}{(table.IsEncodeAuto ? "\nENCODE AUTO" : "")}";
    }

    /// <summary>GRANT statements that give the rights again: one per grantee, set of columns and grant option.</summary>
    internal static IEnumerable<string> Grants(IReadOnlyList<TableGrant> grants, string name)
    {
        foreach (IGrouping<(string GranteeKind, string Grantee, string? Column, bool IsGrantable), TableGrant> group in
            grants.GroupBy(grant => (grant.GranteeKind, grant.Grantee, grant.Column, grant.IsGrantable)))
        {
            // RULE and TRIGGER are no words of Redshift's GRANT: who has them was given ALL.
            bool isAll = group.Key.Column is null && group.Any(grant => grant.Privilege is "RULE" or "TRIGGER");
            string column = group.Key.Column is null ? "" : $" ({SqlLiteral.Identifier(group.Key.Column)})";
            string what = isAll ? "ALL" : string.Join(", ", group.Select(grant => grant.Privilege + column));
            string grantee = group.Key.GranteeKind switch
            {
                "public" => "PUBLIC",
                "group" => $"GROUP {SqlLiteral.Identifier(group.Key.Grantee)}",
                "role" => $"ROLE {SqlLiteral.Identifier(group.Key.Grantee)}",
                _ => SqlLiteral.Identifier(group.Key.Grantee),
            };
            yield return $"GRANT {what} ON TABLE {name} TO {grantee}{(group.Key.IsGrantable ? " WITH GRANT OPTION" : "")}";
        }
    }

    private static string Column(TableColumn column, IReadOnlyDictionary<string, long> seeds, bool isEncodeAuto)
    {
        string filled = column.Identity is { } identity
            ? string.Create(CultureInfo.InvariantCulture, $" GENERATED BY DEFAULT AS IDENTITY({seeds.GetValueOrDefault(column.Name, identity.Seed)}, {identity.Step})")
            : column.Default is { } expression ? $" DEFAULT {expression}" : "";
        string collation = column.Collation is null ? "" : $" COLLATE {column.Collation}";
        return $"{SqlLiteral.Identifier(column.Name)} {column.Type}{filled}{(isEncodeAuto ? "" : $" ENCODE {column.Encoding}")}{collation}{(column.IsNotNull ? " NOT NULL" : "")}";
    }

    /// <summary>The old table goes out of the way before it is dropped, so that a view or key that came meanwhile stops the whole here.</summary>
    private static IEnumerable<string> Swap(TableDefinition table, IReadOnlyList<BoundView> views, string name, string copyName, string old)
    {
        foreach (BoundView view in views.Reverse())
        {
            yield return $"DROP VIEW {Name(view.Schema, view.Name)}";
        }

        yield return $"ALTER TABLE {name} RENAME TO {SqlLiteral.Identifier(old)}";
        yield return $"ALTER TABLE {copyName} RENAME TO {SqlLiteral.Identifier(table.Name)}";
        yield return $"DROP TABLE {Name(table.Schema, old)}";
    }

    private static IEnumerable<string> Properties(TableDefinition table, string name, string user)
    {
        foreach (TableConstraint key in table.Constraints)
        {
            string kind = key.Kind switch { 'p' => "PRIMARY KEY", 'u' => "UNIQUE", _ => "FOREIGN KEY" };
            string parent = key.Parent is null ? "" : $" REFERENCES {Name(key.ParentSchema!, key.Parent)} ({Names(key.ParentColumns)})";
            yield return $"ALTER TABLE {name} ADD CONSTRAINT {SqlLiteral.Identifier(key.Name)} {kind} ({Names(key.Columns)}){parent}";
            if (key.Comment is not null)
            {
                yield return $"COMMENT ON CONSTRAINT {SqlLiteral.Identifier(key.Name)} ON {name} IS {TableDefinitionCatalog.Text(key.Comment)}";
            }
        }

        if (table.Comment is not null)
        {
            yield return $"COMMENT ON TABLE {name} IS {TableDefinitionCatalog.Text(table.Comment)}";
        }

        foreach (TableColumn column in table.Columns.Where(column => column.Comment is not null))
        {
            yield return $"COMMENT ON COLUMN {name}.{SqlLiteral.Identifier(column.Name)} IS {TableDefinitionCatalog.Text(column.Comment!)}";
        }

        if (table.Owner != user)
        {
            yield return $"ALTER TABLE {name} OWNER TO {SqlLiteral.Identifier(table.Owner)}";
        }

        // After the owner, who is then the one that grants.
        foreach (string grant in Grants(table.Grants, name))
        {
            yield return grant;
        }
    }

    private static IEnumerable<string> Recreate(BoundView view, string user)
    {
        string name = Name(view.Schema, view.Name);
        yield return $"CREATE VIEW {name} ({Names(view.Columns.Select(column => column.Name))}) AS {view.Query}";
        if (view.Comment is not null)
        {
            yield return $"COMMENT ON VIEW {name} IS {TableDefinitionCatalog.Text(view.Comment)}";
        }

        foreach (BoundViewColumn column in view.Columns.Where(column => column.Comment is not null))
        {
            yield return $"COMMENT ON COLUMN {name}.{SqlLiteral.Identifier(column.Name)} IS {TableDefinitionCatalog.Text(column.Comment!)}";
        }

        if (view.Owner != user)
        {
            // Redshift changes a view's owner by ALTER TABLE.
            yield return $"ALTER TABLE {name} OWNER TO {SqlLiteral.Identifier(view.Owner)}";
        }

        foreach (string grant in Grants(view.Grants, name))
        {
            yield return grant;
        }
    }

    private static DeepCopyStatement Change(string sql) => new(DeepCopyStep.Change, sql);

    private static string Name(string schema, string name) => $"{SqlLiteral.Identifier(schema)}.{SqlLiteral.Identifier(name)}";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(SqlLiteral.Identifier));
}
