using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Load;

/// <summary>Turns what the driver throws into faults. Redshift's SQLSTATEs are coarse (XX000 for most of its own errors, fact sheet 6), so its words count too.</summary>
internal static class RedshiftError
{
    /// <summary>Whether the driver or the network raised it. On a connection that is gone, the driver says only that it is not open.</summary>
    public static bool IsDriver(Exception error, NpgsqlConnection connection) =>
        error is NpgsqlException or IOException or SocketException or TimeoutException
        || (error is InvalidOperationException && connection.State != System.Data.ConnectionState.Open);

    /// <summary>An error while connecting or logging in.</summary>
    public static EtlException Connect(Exception error, RedshiftConnection target)
    {
        string where = $"'{target.Name}' ({target.Target})";
        return Server(error) switch
        {
            { SqlState: "28P01" or "28000" } server => new EtlException(Fault.LoginFailed,
                $"Redshift {where} refused user '{target.Username}': {server.MessageText}.", target.Name, error),
            { SqlState: "3D000" } server => new EtlException(Fault.DatabaseNotFound, $"Redshift {where}: {server.MessageText}.", target.Name, error),
            { } server => new EtlException(Fault.ConnectionFailed, $"Redshift {where}: {server.MessageText}.", target.Name, error),
            null when Has<AuthenticationException>(error) => new EtlException(Fault.CertificateInvalid,
                $"Redshift {where}: the server's certificate could not be verified, which SslMode {target.SslMode} asks for.", target.Name, error),
            null when error.Message.Contains("No password", StringComparison.Ordinal) => new EtlException(Fault.LoginFailed,
                $"Redshift {where} asks for the password of '{target.Username}', and the connection has none.", target.Name, error),
            null when Find<SocketException>(error) is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData } => new EtlException(Fault.HostNotFound,
                $"Redshift {where} could not be found: {Innermost(error)}", target.Name, error),
            null => new EtlException(Fault.ConnectionFailed, $"Redshift {where} could not be reached: {Innermost(error)}", target.Name, error),
        };
    }

    /// <summary>An error of a statement.</summary>
    public static EtlException Statement(Exception error, RedshiftConnection target)
    {
        if (Server(error) is not { } server)
        {
            return new EtlException(Fault.ConnectionFailed, $"The connection to Redshift '{target.Name}' broke: {Innermost(error)}", target.Name, error);
        }

        string detail = server.Detail is { Length: > 0 } text ? $" {text}" : "";
        string message = $"Redshift '{target.Name}': {server.MessageText}{detail} ({server.SqlState})";
        return new EtlException(Classify(server, message, target), message, target.Name, error);
    }

    /// <summary>The server's own error, if it is one.</summary>
    public static PostgresException? Server(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is PostgresException server)
            {
                return server;
            }
        }

        return null;
    }

    private static Fault Classify(PostgresException server, string message, RedshiftConnection target)
    {
        // 1023 serializable violation, 1018 relation made after the snapshot: both pass when the whole transaction is repeated (fact sheet 3).
        if (server.SqlState is "40001" or "40P01"
            || message.Contains("1023", StringComparison.Ordinal) && message.Contains("erializable", StringComparison.Ordinal)
            || message.Contains("1018", StringComparison.Ordinal) && message.Contains("elation", StringComparison.Ordinal))
        {
            return Fault.TransactionConflict;
        }

        // One VACUUM at a time on a cluster (fact sheet 5); the words differ by version.
        if (message.Contains("VACUUM", StringComparison.OrdinalIgnoreCase) && (message.Contains("running", StringComparison.OrdinalIgnoreCase) || message.Contains("in progress", StringComparison.OrdinalIgnoreCase)))
        {
            return Fault.VacuumBusy;
        }

        return server.SqlState switch
        {
            "57014" => target.Session.StatementTimeout is null ? Fault.Stopped : Fault.TimedOut,
            "42501" => Fault.SqlDenied,
            "42P01" => Fault.TableNotFound,
            "28P01" or "28000" => Fault.LoginFailed,
            _ when server.SqlState.StartsWith("08", StringComparison.Ordinal) || server.SqlState.StartsWith("57P", StringComparison.Ordinal) => Fault.ConnectionFailed,
            _ when server.SqlState.StartsWith("42", StringComparison.Ordinal) || server.SqlState == "0A000" => Fault.SqlInvalid,
            _ => Fault.SqlFailed,
        };
    }

    private static bool Has<T>(Exception? error)
        where T : Exception => Find<T>(error) is not null;

    private static T? Find<T>(Exception? error)
        where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found)
            {
                return found;
            }
        }

        return null;
    }

    private static string Innermost(Exception error)
    {
        while (error is not SocketException && error.InnerException is { } inner)
        {
            error = inner;
        }

        return error.Message;
    }
}
