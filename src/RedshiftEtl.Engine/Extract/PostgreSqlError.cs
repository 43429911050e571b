using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Turns what the driver throws at a PostgreSQL source into faults.</summary>
internal static class PostgreSqlError
{
    /// <summary>Whether the driver or the network raised it.</summary>
    public static bool IsDriver(Exception error) => error is NpgsqlException or IOException or SocketException or TimeoutException;

    /// <summary>An error while connecting.</summary>
    public static EtlException Connect(Exception error, PostgreSqlConnection connection)
    {
        string where = $"PostgreSQL '{connection.Name}' ({connection.Target})";
        return error switch
        {
            PostgresException { SqlState: "28P01" or "28000" } server => new EtlException(Fault.LoginFailed, $"{where} refused the login: {server.MessageText}.", connection.Name, error),
            PostgresException { SqlState: "3D000" } server => new EtlException(Fault.DatabaseNotFound, $"{where}: {server.MessageText}.", connection.Name, error),
            PostgresException server => new EtlException(Fault.ConnectionFailed, $"{where}: {server.MessageText}.", connection.Name, error),
            _ when error.GetBaseException() is AuthenticationException => new EtlException(Fault.CertificateInvalid, $"{where}: {error.GetBaseException().Message}", connection.Name, error),
            ArgumentException => new EtlException(Fault.DefinitionInvalid, $"The connection string of '{connection.Name}' is not valid for PostgreSQL.", connection.Name),
            _ when error.Message.Contains("No password", StringComparison.Ordinal) => new EtlException(Fault.LoginFailed, $"{where} asks for a password, and the connection has none.", connection.Name, error),
            _ => new EtlException(Fault.ConnectionFailed, $"{where} could not be reached: {error.GetBaseException().Message}", connection.Name, error),
        };
    }

    /// <summary>An error of the query.</summary>
    /// <param name="error">What the driver threw.</param>
    /// <param name="connection">The source.</param>
    /// <param name="sql">The user's SQL.</param>
    /// <param name="offset">Characters before the user's statement in what was sent.</param>
    public static EtlException Statement(Exception error, PostgreSqlConnection connection, SqlText sql, int offset)
    {
        if (error is not PostgresException server)
        {
            return new EtlException(Fault.ConnectionFailed, $"The connection to PostgreSQL '{connection.Name}' broke: {error.GetBaseException().Message}", connection.Name, error);
        }

        int refused = server.MessageText.IndexOf(PostgreSqlSource.RefusedMarker, StringComparison.Ordinal);
        if (refused >= 0)
        {
            int quote = server.MessageText.IndexOf('"', StringComparison.Ordinal) + 1;
            string column = server.MessageText[(refused + PostgreSqlSource.RefusedMarker.Length)..].TrimEnd('"');
            return new EtlException(Fault.ValueInvalid, $"Column '{column}' has the value {server.MessageText[quote..refused]}, which cannot be loaded into Redshift.", column, error);
        }

        string sent = server.InternalQuery ?? "";
        int lines = sql.Statements[0].Text.AsSpan(0, Math.Clamp(server.Position - 1 - offset, 0, sql.Statements[0].Text.Length)).Count('\n');
        string detail = $"{(server.Detail is { Length: > 0 } d ? $" {d}" : "")}{(server.Hint is { Length: > 0 } h ? $" {h}" : "")}";
        Fault fault = server.SqlState switch
        {
            "42501" => Fault.SqlDenied,
            "57014" => Fault.Stopped,
            "40001" or "40P01" => Fault.TransactionConflict,
            _ when sent.Length == 0 && (server.SqlState.StartsWith("08", StringComparison.Ordinal) || server.SqlState.StartsWith("57P", StringComparison.Ordinal)) => Fault.ConnectionFailed,
            _ when server.SqlState.StartsWith("42", StringComparison.Ordinal) || server.SqlState == "0A000" => Fault.SqlInvalid,
            _ => Fault.SqlFailed,
        };
        return new EtlException(fault,
            $"{sql.Describe(sql.Statements[0].Start, lines)}: PostgreSQL '{connection.Name}': {server.MessageText}.{detail} ({server.SqlState})", sql.File ?? connection.Name, error);
    }
}
