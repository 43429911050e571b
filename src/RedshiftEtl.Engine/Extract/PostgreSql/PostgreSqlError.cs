using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>Turns what a PostgreSQL source's server and network say into faults.</summary>
internal static class PostgreSqlError
{
    /// <summary>Whether the server or the network raised it.</summary>
    public static bool IsForeign(Exception error) =>
        error is ServerError or SocketException or IOException or InvalidDataException or AuthenticationException or CryptographicException or ObjectDisposedException;

    /// <summary>An error while connecting.</summary>
    public static EtlException Connect(Exception error, PostgreSqlConnection connection)
    {
        string where = $"PostgreSQL '{connection.Name}' ({connection.Target})";
        return error switch
        {
            ServerError { SqlState: "28P01" or "28000" } => new EtlException(Fault.LoginFailed, $"{where} refused the login: {error.Message}.", connection.Name, error),
            ServerError { SqlState: "3D000" } => new EtlException(Fault.DatabaseNotFound, $"{where}: {error.Message}.", connection.Name, error),
            ServerError => new EtlException(Fault.ConnectionFailed, $"{where}: {error.Message}.", connection.Name, error),
            AuthenticationException or CryptographicException => new EtlException(Fault.CertificateInvalid, $"{where}: {error.Message}", connection.Name, error),
            _ => new EtlException(Fault.ConnectionFailed, $"{where} could not be reached: {error.Message}", connection.Name, error),
        };
    }

    /// <summary>An error of the query or of the connection while it runs.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="connection">The source.</param>
    /// <param name="query">The user's query.</param>
    /// <param name="offset">Characters (code points) before the user's statement in what was sent.</param>
    public static EtlException Statement(Exception error, PostgreSqlConnection connection, PostgreSqlQuery query, int offset)
    {
        if (error is not ServerError server)
        {
            return new EtlException(Fault.ConnectionFailed, $"The connection to PostgreSQL '{connection.Name}' ({connection.Target}) broke: {error.Message}", connection.Name, error);
        }

        Fault fault = server.SqlState switch
        {
            "42501" => Fault.SqlDenied,
            // A text that is no UTF-8, in a database that takes any bytes.
            "22021" => Fault.ValueInvalid,
            "40001" or "40P01" => Fault.TransactionConflict,
            "57P01" or "57P02" or "57P03" or "57P05" => Fault.ConnectionFailed,
            ['0', '8', ..] => Fault.ConnectionFailed,
            ['4', '2', ..] or "0A000" => Fault.SqlInvalid,
            _ => Fault.SqlFailed,
        };
        int character = server.Position - 1 - offset;
        string detail = string.Concat(new[] { server.Detail, server.Hint }.Where(text => text.Length > 0).Select(text => $" {text}"));
        return new EtlException(fault, string.Create(CultureInfo.InvariantCulture,
            $"{query.Describe(server.Position == 0 ? 0 : character)}: PostgreSQL '{connection.Name}': {server.Message}.{detail} ({server.SqlState})"), query.File ?? connection.Name, error);
    }
}
