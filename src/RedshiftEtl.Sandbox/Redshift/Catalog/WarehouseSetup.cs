using System.Reflection;
using RedshiftEtl.Sandbox.Redshift.Sql;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Catalog;

/// <summary>Makes a fresh private PostgreSQL look like Redshift inside: types, functions, system views, user, database.</summary>
internal static class WarehouseSetup
{
    private const string ScriptFolder = ".Redshift.Catalog.Scripts.";

    /// <summary>Prepares the server; one that was prepared before keeps its data and gets the user's new password.</summary>
    /// <param name="server">The private PostgreSQL.</param>
    /// <param name="user">The superuser that clients log in as.</param>
    /// <param name="password">Its password.</param>
    /// <param name="database">The database that clients connect to.</param>
    /// <param name="scripts">SQL of other parts of the sandbox, run once, after this part's own.</param>
    /// <param name="cancel">Ends the preparation.</param>
    public static async Task PrepareAsync(BackendAddress server, string user, string password, string database, IReadOnlyList<string> scripts, CancellationToken cancel)
    {
        bool exists = await RunAsync(server, "postgres", $"SELECT 1 FROM pg_database WHERE datname = {Literal.Quote(database)}", cancel).ConfigureAwait(false);
        bool prepared = await RunAsync(server, "template1", "SELECT 1 FROM pg_namespace WHERE nspname = 'rs_catalog'", cancel).ConfigureAwait(false);
        if (!prepared)
        {
            string all = string.Join('\n', Scripts().Concat(scripts));
            await RunAsync(server, "template1", all, cancel).ConfigureAwait(false);
        }
        string role = Literal.QuoteName(user);
        // The hash is made here, so that the password isn't in any log of the server.
        string hash = Literal.Quote(Md5Password.Stored(user, password));
        string verb = await RunAsync(server, "postgres", $"SELECT 1 FROM pg_roles WHERE rolname = {Literal.Quote(user)}", cancel).ConfigureAwait(false) ? "ALTER" : "CREATE";
        await RunAsync(server, "postgres", $"{verb} ROLE {role} SUPERUSER LOGIN PASSWORD {hash}", cancel).ConfigureAwait(false);
        if (!exists) await RunAsync(server, "postgres", $"CREATE DATABASE {Literal.QuoteName(database)} OWNER {role} TEMPLATE template1", cancel).ConfigureAwait(false);
    }

    private static IEnumerable<string> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.Contains(ScriptFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }

    /// <summary>Runs SQL on a connection of its own; returns whether it gave a row.</summary>
    private static async Task<bool> RunAsync(BackendAddress server, string database, string sql, CancellationToken cancel)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["client_min_messages"] = "warning", ["standard_conforming_strings"] = "on" };
        await using var connection = await BackendConnection.OpenAsync(server, database, settings, cancel).ConfigureAwait(false);
        await connection.Writer.Begin('Q').Text(sql).End().FlushAsync(cancel).ConfigureAwait(false);
        bool any = false;
        BackendException? failure = null;
        while (await connection.Reader.ReadAsync(cancel).ConfigureAwait(false) is { } message)
        {
            if (message.Type == 'D') any = true;
            if (message.Type == 'E') failure = ErrorFields.Parse(message.Body.Span).ToException();
            if (message.Type == 'Z') break;
        }
        return failure is null ? any : throw failure;
    }
}
