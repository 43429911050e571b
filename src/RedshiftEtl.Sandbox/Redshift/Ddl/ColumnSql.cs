using System.Globalization;
using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>Writes a column for the private PostgreSQL.</summary>
internal static class ColumnSql
{
    /// <summary>Writes name, type, identity, default, NOT NULL and the condition that stands for the type's limit.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="statement">The statement that has the default's tokens.</param>
    /// <param name="column">The column.</param>
    /// <param name="ordinal">A number that makes the condition's name unique in its table.</param>
    /// <param name="notNull">Whether the column is NOT NULL.</param>
    /// <param name="keepCase">enable_case_sensitive_identifier.</param>
    public static void Write(SqlText text, Statement statement, ColumnDefinition column, int ordinal, bool notNull, bool keepCase)
    {
        int at = statement.Tokens[0].Start;
        string name = Literal.QuoteName(column.Name);
        text.Add($"{name} {column.Type.Storage}", at);
        if (column.Identity is { } identity) text.Add(Identity(identity), at);
        if (column.Default is { } range)
        {
            text.Add(" DEFAULT ", at);
            new Rewriter(statement.Tokens, keepCase).Emit(range.From, range.To, text);
        }
        if (notNull) text.Add(" NOT NULL", at);
        if (column.Type.Limit(name) is { } limit) text.Add($" CONSTRAINT {Literal.QuoteName(ErrorWords.LimitName(ordinal, column.Type.Label))} CHECK ({limit})", at);
    }

    private static string Identity((long Seed, long Step, bool ByDefault) identity)
    {
        // PostgreSQL's sequences begin at 1 unless told otherwise.
        string bound = identity.Step > 0 ? $"MINVALUE {Math.Min(1, identity.Seed)}" : $"MAXVALUE {Math.Max(-1, identity.Seed)}";
        return string.Create(CultureInfo.InvariantCulture,
            $" GENERATED {(identity.ByDefault ? "BY DEFAULT" : "ALWAYS")} AS IDENTITY (START WITH {identity.Seed} INCREMENT BY {identity.Step} {bound})");
    }
}
