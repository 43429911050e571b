using System.Globalization;

namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>The private server's postgresql.conf.</summary>
internal static class ServerSettings
{
    /// <summary>The file's text.</summary>
    /// <param name="folder">Where the server lives, and whether it is a throw-away.</param>
    /// <param name="port">The port that it listens on, or that its socket is named after.</param>
    public static string Text(DataFolder folder, int port)
    {
        string durable = folder.Fresh ? "off" : "on";
        string sockets = folder.SocketFolder is { } socket
            ? $"listen_addresses = ''\nunix_socket_directories = {Quote(socket)}\nunix_socket_permissions = 0700"
            : "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''";
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Written anew by the sandbox at every start.
            {sockets}
            port = {port}
            max_connections = 60
            password_encryption = 'scram-sha-256'
            fsync = {durable}
            full_page_writes = {durable}
            synchronous_commit = {durable}
            wal_level = minimal
            max_wal_senders = 0
            max_wal_size = 1GB
            shared_buffers = 64MB
            dynamic_shared_memory_type = {(OperatingSystem.IsWindows() ? "windows" : "mmap")}
            max_parallel_workers_per_gather = 0
            jit = off
            # Deleted rows stay until a user's VACUUM, so that SVV_TABLE_INFO shows the same each time.
            autovacuum = off
            timezone = 'UTC'
            log_timezone = 'UTC'
            lc_messages = 'C'
            # No statement in the log: it may carry a secret.
            log_min_messages = fatal
            log_min_error_statement = panic

            """);
    }

    private static string Quote(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
