using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>The search path as the client sets it, and as the private PostgreSQL needs it.</summary>
internal static class SearchPath
{
    /// <summary>Redshift's default.</summary>
    public static IReadOnlyList<string> Default { get; } = ["$user", "public"];

    private static readonly HashSet<string> s_system = new(StringComparer.Ordinal) { "pg_catalog", "rs_catalog", "rs_system" };

    /// <summary>The sandbox's catalog before PostgreSQL's before the client's schemas.</summary>
    public static string ForBackend(IEnumerable<string> schemas) =>
        string.Join(", ", schemas.Where(schema => !s_system.Contains(schema)).Prepend("pg_catalog").Prepend("rs_system").Prepend("rs_catalog").Select(Literal.QuoteName));
}
