using RedshiftEtl.Sandbox.Redshift.Ddl;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>Decides by a statement's first words what becomes of it.</summary>
internal static class Translator
{
    /// <summary>The plan for a statement.</summary>
    /// <exception cref="BackendException">Redshift, or the sandbox, doesn't take the statement.</exception>
    public static Plan Translate(Statement statement, SessionState state)
    {
        var first = statement.Tokens[0];
        if (state.IsServerless) RefuseProvisioned(statement);
        if (first.IsSymbol("(")) return Query(statement, state);
        if (first.Kind != TokenKind.Word) throw Lexer.Unexpected(first);
        return Literal.Fold(first.Raw.ToString()) switch
        {
            "select" => TableCreation.FindInto(statement) is { } into ? TableCreation.PlanSelectInto(statement, into, state) : Query(statement, state),
            "with" or "values" or "explain" or "fetch" or "close" or "execute" or "deallocate" => Query(statement, state),
            "prepare" or "declare" => Query(statement, state),
            "insert" => DataChanges.Insert(statement, state),
            "update" => DataChanges.Update(statement, state),
            "delete" => DataChanges.Delete(statement, state),
            "merge" => DataChanges.Merge(statement, state),
            "begin" or "start" or "commit" or "end" or "rollback" or "abort" => TransactionStatements.Plan(statement),
            "savepoint" or "release" => throw new BackendException("0A000", $"SQL command \"{statement.Text}\" not supported."),
            "set" => Settings.Set(statement, state),
            "reset" => Settings.Reset(statement, state),
            "show" => ShowStatements.Plan(statement),
            "copy" => CopyStatements.Plan(statement),
            "create" => LateViews.Around(statement, Creation.Plan(statement, state)),
            "alter" => LateViews.Around(statement, Alteration.Plan(statement, state)),
            "drop" => LateViews.Around(statement, Removal.Plan(statement, state)),
            "truncate" => TransactionStatements.Truncate(statement),
            "lock" => TransactionStatements.Lock(statement),
            "vacuum" => Maintenance.Vacuum(statement),
            "analyze" or "analyse" => Maintenance.Analyze(statement),
            "comment" => Comments.Plan(statement, state),
            "grant" or "revoke" => Privileges.Plan(statement),
            "call" => Query(statement, state),
            "unload" => throw Rewriter.Lacking(first, "UNLOAD"),
            "cancel" => Cancel(statement),
            "listen" or "notify" or "unlisten" or "discard" or "cluster" or "reindex" or "checkpoint" or "load" or "do" or "security" or "import" or "refresh" =>
                throw new BackendException("0A000", $"SQL command \"{statement.Text}\" not supported."),
            _ => throw Lexer.Unexpected(first),
        };
    }

    private static ForwardPlan Query(Statement statement, SessionState state) => new(Rewriter.Rewrite(statement, state.CaseSensitive));

    /// <summary>Redshift Serverless has no STL, STV, SVL and SVCS objects (redshift-facts 6). A name counts where a relation stands.</summary>
    private static void RefuseProvisioned(Statement statement)
    {
        for (int i = 1; i < statement.Tokens.Count - 1; i++)
        {
            var token = statement.Tokens[i];
            if (token.IsName && CatalogNames.IsProvisionedOnly(Literal.Name(token)) && statement.Tokens[i - 1] is var before && (before.IsAny("from", "join", "table") || before.IsSymbol(",") || before.IsSymbol(".")) && !statement.Tokens[i + 1].IsSymbol("."))
                throw new BackendException("42P01", $"relation \"{Literal.Name(token)}\" does not exist");
        }
    }

    private static ForwardPlan Cancel(Statement statement)
    {
        var cursor = statement.Cursor();
        int at = cursor.Take().Start;
        int process = cursor.TakeInteger();
        return new ForwardPlan(new SqlText().Add($"SELECT pg_cancel_backend({process})", at));
    }
}
