using System.Globalization;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Copy.Statement;

/// <summary>The authorization clause of a COPY (redshift-facts.md 1.3).</summary>
/// <param name="Roles">The chain of roles; empty for the default role; null when keys are given.</param>
/// <param name="AccessKey">The access key id, or null.</param>
/// <param name="SecretKey">The secret access key, or null.</param>
/// <param name="SessionToken">The session token, or null.</param>
internal sealed record CopyAuthorization(IReadOnlyList<string>? Roles, string? AccessKey, string? SecretKey, string? SessionToken)
{
    private const string Form =
        "Invalid credentials. Must be of the format: credentials 'aws_iam_role=...' or 'aws_access_key_id=...;aws_secret_access_key=...[;token=...]'";

    /// <summary>IAM_ROLE default.</summary>
    public static CopyAuthorization DefaultRole { get; } = new([], null, null, null);

    /// <summary>IAM_ROLE 'arn[,arn…]'.</summary>
    /// <exception cref="BackendException">Not a list of role ARNs; 'default' in quotes is none either.</exception>
    public static CopyAuthorization FromRoles(string text)
    {
        string[] roles = text.Split(',');
        return roles.All(IsRole) ? new CopyAuthorization(roles, null, null, null) : throw CopyErrors.Syntax(Form);
    }

    /// <summary>[WITH] CREDENTIALS 'name=value;…'; names are case-sensitive and spaces aren't allowed.</summary>
    /// <exception cref="BackendException">A form that Redshift doesn't take.</exception>
    public static CopyAuthorization FromString(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in text.TrimEnd(';').Split(';'))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || part.Contains(' ', StringComparison.Ordinal) || !parts.TryAdd(part[..equals], part[(equals + 1)..]))
                throw CopyErrors.Syntax(Form);
        }
        if (parts.ContainsKey("master_symmetric_key"))
            throw CopyErrors.Lacking("client-side encryption (master_symmetric_key)");
        if (parts.Remove("aws_iam_role", out string? role))
            return parts.Count == 0 ? FromRoles(role) : throw CopyErrors.Syntax(Form);
        parts.Remove("token", out string? token);
        return parts.Remove("aws_access_key_id", out string? id) && parts.Remove("aws_secret_access_key", out string? secret) && parts.Count == 0
            ? new CopyAuthorization(null, id, secret, token)
            : throw CopyErrors.Syntax(Form);
    }

    /// <summary>Lets the statement in or not.</summary>
    /// <exception cref="BackendException">Not the sandbox's role or keys; the words are those of Redshift and S3. Secrets are never repeated.</exception>
    public void Check(SandboxKeys keys, CopyContext context, int processId)
    {
        if (Roles is not null)
            CheckRoles(keys, context, processId);
        else if (!string.Equals(AccessKey, keys.AccessKey, StringComparison.Ordinal))
            throw S3Error("The AWS Access Key Id you provided does not exist in our records.", "InvalidAccessKeyId", 403, context, processId);
        else if (!string.Equals(SecretKey, keys.SecretKey, StringComparison.Ordinal))
            throw S3Error("The request signature we calculated does not match the signature you provided. Check your key and signing method.", "SignatureDoesNotMatch", 403, context, processId);
        else if (SessionToken is not null)
            throw S3Error("The provided token is malformed or otherwise invalid.", "InvalidToken", 400, context, processId);
    }

    /// <summary>An error of S3 as COPY passes it on.</summary>
    public static BackendException S3Error(string message, string code, int status, CopyContext context, int processId) =>
        CopyErrors.Reported(
            string.Create(CultureInfo.InvariantCulture, $"S3ServiceException:{message},Status {status},Error {code},Rid SANDBOX,CanRetry 1"),
            8001, "S3 key being read : ", context.QueryId, "s3_utility.cpp:671", processId);

    private static bool IsRole(string text)
    {
        string[] parts = text.Split(':', 6);
        return parts.Length == 6 && parts[0] == "arn" && parts[1].StartsWith("aws", StringComparison.Ordinal) && parts[2] == "iam"
            && parts[4].Length == 12 && parts[4].All(char.IsAsciiDigit) && parts[5].StartsWith("role/", StringComparison.Ordinal)
            && parts[5].Length > "role/".Length && !text.Any(char.IsWhiteSpace);
    }

    private void CheckRoles(SandboxKeys keys, CopyContext context, int processId)
    {
        if (Roles!.Count == 0 && keys.Roles.Count == 0)
            throw CopyErrors.Reported("The cluster does not have a default IAM role.", 8001, "", context.QueryId, "xen_aws_credentials_mgr.cpp:402", processId);
        if (Roles.FirstOrDefault(role => !keys.Roles.Contains(role, StringComparer.Ordinal)) is { } unknown)
        {
            string user = $"arn:aws:redshift:{keys.Region}:123456789012:dbuser:sandbox/{context.UserName}";
            throw CopyErrors.Reported(
                $"User {user} is not authorized to assume IAM Role {unknown}", 8001, $"IAM Role={unknown}",
                context.QueryId, "xen_aws_credentials_mgr.cpp:402", processId);
        }
    }
}
