using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Load;

/// <summary>How COPY may read the stage: one of the forms of fact sheet 1.3.</summary>
/// <param name="Sql">The clause for the server. It may hold keys: never shown.</param>
/// <param name="Shown">The clause for people, keys masked.</param>
public sealed record CopyAuthorization(string Sql, string Shown)
{
    /// <summary>By role: <c>default</c> is a bare word, an ARN (or a chain of them) is quoted.</summary>
    public static CopyAuthorization Role(string role)
    {
        string clause = role.Equals("default", StringComparison.OrdinalIgnoreCase)
            ? "IAM_ROLE default"
            : $"IAM_ROLE {SqlLiteral.Text(role, SqlDialect.Redshift)}";
        return new CopyAuthorization(clause, clause);
    }

    /// <summary>By keys, with the session token of temporary ones.</summary>
    public static CopyAuthorization Keys(string accessKey, string secretKey, string? sessionToken)
    {
        string token = string.IsNullOrEmpty(sessionToken) ? "" : $" SESSION_TOKEN {SqlLiteral.Text(sessionToken, SqlDialect.Redshift)}";
        return new CopyAuthorization(
            $"ACCESS_KEY_ID {SqlLiteral.Text(accessKey, SqlDialect.Redshift)} SECRET_ACCESS_KEY {SqlLiteral.Text(secretKey, SqlDialect.Redshift)}{token}",
            $"ACCESS_KEY_ID '********' SECRET_ACCESS_KEY '********'{(token.Length == 0 ? "" : " SESSION_TOKEN '********'")}");
    }

    /// <summary>The masked form.</summary>
    public override string ToString() => Shown;
}
