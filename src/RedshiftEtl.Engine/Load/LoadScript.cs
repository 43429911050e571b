using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Load;

/// <summary>What a statement of a load is for.</summary>
public enum LoadStep
{
    /// <summary>Creates the table.</summary>
    Create,

    /// <summary>Sees whether the table has rows.</summary>
    CheckEmpty,

    /// <summary>Deletes rows that are replaced.</summary>
    Delete,

    /// <summary>Adds a column that the extract has and the table lacks.</summary>
    AddColumn,

    /// <summary>Makes a temporary table.</summary>
    Stage,

    /// <summary>Loads the parts.</summary>
    Copy,

    /// <summary>Asks how many rows COPY loaded.</summary>
    Count,

    /// <summary>Sees whether a key is NULL.</summary>
    CheckNullKey,

    /// <summary>Deletes all rows of a key but the latest from the stage table.</summary>
    KeepLatest,

    /// <summary>Sees whether a key repeats.</summary>
    CheckDuplicateKey,

    /// <summary>Deletes the rows whose keys the extract says are gone.</summary>
    Remove,

    /// <summary>Deletes the rows that say so from the stage table.</summary>
    RemoveStaged,

    /// <summary>Deletes the rows that are replaced by key.</summary>
    Replace,

    /// <summary>Inserts from the stage table.</summary>
    Insert,

    /// <summary>Counts the rows whose key is in the table before MERGE.</summary>
    CountReplaced,

    /// <summary>Redshift's MERGE.</summary>
    Merge,

    /// <summary>Counts the rows whose key is in the table after MERGE.</summary>
    CountMerged,

    /// <summary>A statement of the user's, outside of a load.</summary>
    Query,
}

/// <summary>One statement of a load's transaction.</summary>
/// <param name="Step">What it is for.</param>
/// <param name="Sql">The statement for the server; it may hold keys.</param>
/// <param name="Shown">The statement for people: keys masked.</param>
/// <param name="Values">Values for <c>$1…</c>.</param>
/// <param name="Origin">The user's SQL that it comes from, and where in it; null for our own.</param>
/// <param name="Offset">Index of the statement in <paramref name="Origin"/>.</param>
public sealed record LoadStatement(
    LoadStep Step, string Sql, string Shown, IReadOnlyList<EtlParameter> Values, SqlText? Origin = null, int Offset = 0)
{
    /// <summary>Whether it is a DELETE, whose rows count.</summary>
    public bool IsDelete { get; init; }

    /// <summary>Whether EXPLAIN takes it.</summary>
    public bool IsExplainable { get; init; } = true;

    /// <summary>The error with the file and line of the user's SQL in front.</summary>
    /// <param name="error">The error.</param>
    /// <param name="session">How the session puts a label before the statement.</param>
    internal EtlException Locate(EtlException error, SessionSettings session)
    {
        if (Origin is null || error.Fault.IsTransient)
        {
            return error;
        }

        int position = (RedshiftError.Server(error)?.Position ?? 0) - (session.Label?.Length ?? 0);
        int lines = Sql.AsSpan(0, Math.Clamp(position - 1, 0, Sql.Length)).Count('\n');
        return new EtlException(
            error.Fault, $"{Origin.Describe(Offset, lines)}: {error.Message}", Origin.File ?? error.Target, error.InnerException, error.Advice);
    }

    /// <summary>The masked statement.</summary>
    public override string ToString() => Shown;
}

/// <summary>Writes the statements of a load, in order: the same for the plan that is shown and for the transaction that runs.</summary>
internal static class LoadScript
{
    /// <summary>First words of statements that would end the transaction or cannot run in one (fact sheet 3).</summary>
    private static readonly string[] s_refused =
        ["TRUNCATE", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "VACUUM", "COPY", "UNLOAD", "SAVEPOINT"];

    /// <summary>The statements from creating the table to deleting what is replaced.</summary>
    /// <exception cref="EtlException"><see cref="Fault.TableNotFound"/>, <see cref="Fault.ArgumentInvalid"/>, <see cref="Fault.StatementRefused"/>.</exception>
    public static List<LoadStatement> Prepare(LoadRequest request, bool tableExists)
    {
        var statements = new List<LoadStatement>();
        if (!tableExists)
        {
            if (request.Create is null)
            {
                throw new EtlException(Fault.TableNotFound, $"Table '{request.Table}' does not exist on '{request.Warehouse.Name}'.", request.Table.ToString());
            }

            statements.AddRange(FromUser(LoadStep.Create, request.Create, request.Parameters));
        }

        if (request.Mode == LoadMode.Append && request.Load == LoadKind.Initial && tableExists && !request.IsForced)
        {
            statements.Add(new LoadStatement(LoadStep.CheckEmpty, AnyRow(request.Table), AnyRow(request.Table), []));
        }

        if (request.Mode is LoadMode.Overwrite or LoadMode.Merge && request.Load == LoadKind.Initial && tableExists)
        {
            string sql = $"DELETE FROM {request.Table.Sql}";
            statements.Add(new LoadStatement(LoadStep.Delete, sql, sql, []) { IsDelete = true });
        }

        if (request.Mode == LoadMode.Overwrite && request.Load == LoadKind.Ongoing)
        {
            SqlText delete = request.Delete ?? throw new EtlException(Fault.ArgumentInvalid,
                $"Job '{request.Job}' overwrites, but has no SQL that deletes the rows to be replaced.", request.Job,
                advice: "Write a delete.sql into the job's folder, or give -DeleteSqlFile; to only add rows, use the mode Append.");
            statements.AddRange(FromUser(LoadStep.Delete, delete, request.Parameters));
        }

        return statements;
    }

    /// <summary>From the columns that are added to the last row: COPY into the target, or into a stage table and from there.</summary>
    /// <param name="request">The load.</param>
    /// <param name="target">The table as it is, create SQL and deletes done.</param>
    /// <param name="extract">The extract's columns.</param>
    /// <param name="copy">Writes a COPY into a table's columns: for the server, and for people.</param>
    /// <exception cref="EtlException"><see cref="Fault.ColumnMismatch"/>, <see cref="Fault.MergeKeyInvalid"/>.</exception>
    public static List<LoadStatement> Fill(LoadRequest request, TargetTable target, IReadOnlyList<EtlColumn> extract, Func<TableName, IReadOnlyList<string>, (string Sql, string Shown)> copy)
    {
        SchemaMatch match = SchemaMatch.Of(request, target, extract);
        StageTable? stage = StageTable.For(request, match, extract);
        List<LoadStatement> statements = match.Additions.Select(sql => new LoadStatement(LoadStep.AddColumn, sql, sql, [])).ToList();
        statements.AddRange((stage?.Create ?? []).Select(sql => new LoadStatement(LoadStep.Stage, sql, sql, [])));
        TableName into = stage?.Name ?? request.Table;
        (string copySql, string shown) = copy(into, stage?.Columns ?? match.Columns.OfType<string>().ToArray());
        statements.Add(new LoadStatement(LoadStep.Copy, copySql, shown, []));
        statements.Add(new LoadStatement(LoadStep.Count, "SELECT pg_last_copy_count()", "SELECT pg_last_copy_count()", []));
        string[] loaded = match.Columns.OfType<string>().ToArray();
        if (request.Merge is { } merge)
        {
            string? latest = merge.KeepLatest is { } name ? (stage?.Columns ?? loaded)[MergeColumns.Index(request, "KeepLatest", name, extract)] : null;
            var script = new MergeScript(request, MergeColumns.Key(request, match, extract), latest, loaded);
            statements.AddRange(script.Check(into.Sql));
            statements.AddRange(stage is null ? [] : script.Apply(stage.Name.Sql));
        }
        else if (stage is not null)
        {
            string list = string.Join(", ", loaded.Select(SqlLiteral.Identifier));
            string insert = $"INSERT INTO {request.Table.Sql} ({list}) SELECT {list} FROM {stage.Name.Sql}";
            statements.Add(new LoadStatement(LoadStep.Insert, insert, insert, []));
        }

        return statements;
    }

    /// <summary>Gives a row if the table has any.</summary>
    public static string AnyRow(TableName table) => $"SELECT 1 FROM {table.Sql} LIMIT 1";

    /// <summary>The mistake of a merge without a key.</summary>
    public static EtlException NoKey(string job) => new(
        Fault.MergeKeyInvalid, $"Job '{job}' merges, but has no Key.", job, advice: "Name the columns that identify a row: Key = 'id' in job.psd1, or -Key.");

    /// <summary>The statements of a user's SQL as they are sent, parameters bound.</summary>
    public static IEnumerable<LoadStatement> Bind(SqlText text, IReadOnlyList<EtlParameter> parameters) =>
        text.Statements.Select(statement => Bind(LoadStep.Query, text, statement, FirstWord(statement.Text, out _), parameters));

    private static IEnumerable<LoadStatement> FromUser(LoadStep step, SqlText text, IReadOnlyList<EtlParameter> parameters)
    {
        foreach (SqlStatement statement in text.Statements)
        {
            string word = FirstWord(statement.Text, out int offset);
            if (s_refused.Contains(word, StringComparer.OrdinalIgnoreCase))
            {
                throw new EtlException(Fault.StatementRefused,
                    $"{text.Describe(statement.Start + offset)}: {word.ToUpperInvariant()} cannot stand in a job's {step.ToString().ToLowerInvariant()} SQL.",
                    text.File ?? statement.Text,
                    advice: step == LoadStep.Delete && word.Equals("TRUNCATE", StringComparison.OrdinalIgnoreCase)
                        ? "Write DELETE FROM instead: TRUNCATE commits at once, so a failed load would leave the table empty."
                        : null);
            }

            yield return Bind(step, text, statement, word, parameters);
        }
    }

    /// <summary>Binds where the protocol can (fact sheet 8.1: not in DDL), else writes literals through the quoting door.</summary>
    private static LoadStatement Bind(LoadStep step, SqlText text, SqlStatement statement, string word, IReadOnlyList<EtlParameter> parameters)
    {
        string literal = text.Substitute(statement, name => SqlLiteral.Value(ValueOf(name, parameters), SqlDialect.Redshift));
        bool isData = word.ToUpperInvariant() is "DELETE" or "UPDATE" or "INSERT" or "SELECT" or "WITH";
        if (!isData || parameters.Any(parameter => parameter.Value is byte[]))
        {
            return new LoadStatement(step, literal, literal, [], text, statement.Start) { IsExplainable = isData };
        }

        var used = new List<EtlParameter>();
        string bound = text.Substitute(statement, name =>
        {
            int index = used.FindIndex(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
            {
                used.Add(new EtlParameter(name, ValueOf(name, parameters)));
                index = used.Count - 1;
            }

            return $"${index + 1}";
        });
        return new LoadStatement(step, bound, literal, used, text, statement.Start) { IsDelete = word.Equals("DELETE", StringComparison.OrdinalIgnoreCase) };
    }

    private static object? ValueOf(string name, IReadOnlyList<EtlParameter> parameters) =>
        (parameters.FirstOrDefault(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new EtlException(Fault.ParameterMissing, $"Parameter '@{name}' has no value.", name)).Value;

    private static string FirstWord(string sql, out int i)
    {
        i = 0;
        while (i < sql.Length)
        {
            if (char.IsWhiteSpace(sql[i]) || sql[i] == '(')
            {
                i++;
            }
            else if (sql.AsSpan(i).StartsWith("--"))
            {
                int end = sql.IndexOf('\n', i);
                i = end < 0 ? sql.Length : end + 1;
            }
            else if (sql.AsSpan(i).StartsWith("/*"))
            {
                int end = sql.IndexOf("*/", i + 2, StringComparison.Ordinal);
                i = end < 0 ? sql.Length : end + 2;
            }
            else
            {
                break;
            }
        }

        int stop = i;
        while (stop < sql.Length && (char.IsLetterOrDigit(sql[stop]) || sql[stop] == '_'))
        {
            stop++;
        }

        return sql[i..stop];
    }
}
