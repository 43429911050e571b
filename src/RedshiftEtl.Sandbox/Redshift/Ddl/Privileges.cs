using RedshiftEtl.Sandbox.Redshift.Session;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Ddl;

/// <summary>GRANT and REVOKE (redshift-facts 4.1).</summary>
internal static class Privileges
{
    private static readonly HashSet<string> s_lacking = new(StringComparer.OrdinalIgnoreCase) { "assumerole", "share", "alter", "vacuum", "analyze", "explain", "ignore", "model", "rls", "masking" };

    /// <summary>The plan: PostgreSQL's own, without the words USER, GROUP and ROLE before names.</summary>
    public static Plan Plan(Statement statement)
    {
        var text = new SqlText();
        var tokens = statement.Tokens;
        bool toNames = false;
        for (int i = 0; i < tokens.Count - 1; i++)
        {
            var token = tokens[i];
            if (!toNames && token.Kind == TokenKind.Word && s_lacking.Contains(token.Raw.ToString()) && i < 12 && !tokens[i - 1].Is("on")) throw Rewriter.Lacking(token, $"GRANT {token.Raw.ToString().ToUpperInvariant()}");
            if (i == 1 && token.Is("role")) continue;
            if (token.IsAny("to", "from")) toNames = true;
            if (i > 0) text.Copy(statement.Source, tokens[i - 1].End, token.Start);
            if (toNames && token.IsAny("group", "role", "user") && tokens[i + 1].IsName) continue;
            if (token.Kind == TokenKind.QuotedName) text.Add(Literal.QuoteName(Literal.Name(token)), token.Start);
            else if (token.Kind == TokenKind.Word && token.Raw[0] == '#') text.Add(Literal.QuoteName(Literal.Name(token)), token.Start);
            else text.Copy(statement.Source, token.Start, token.End);
        }
        return new ForwardPlan(text);
    }
}
