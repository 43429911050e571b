using System.Globalization;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using MySqlConnector;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract.MySql;

/// <summary>Turns what a MySQL or MariaDB server, the client and the network say into faults.</summary>
internal static partial class MySqlError
{
    /// <summary>MariaDB: a login by Unix socket was refused. The client has no name for it.</summary>
    private const MySqlErrorCode AccessDeniedWithoutPassword = (MySqlErrorCode)1698;

    /// <summary>MariaDB: somebody has killed the connection. The client has no name for it.</summary>
    private const MySqlErrorCode ConnectionKilled = (MySqlErrorCode)1927;

    /// <summary>An error while connecting.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="where">The connection, for the message.</param>
    /// <param name="name">The connection's name.</param>
    public static EtlException Connect(Exception error, string where, string name)
    {
        if (Cause<AuthenticationException>(error) is { } certificate)
        {
            return new EtlException(Fault.CertificateInvalid, $"{where}: {certificate.Message}", name, error);
        }

        return (error as MySqlException)?.ErrorCode switch
        {
            MySqlErrorCode.AccessDenied or AccessDeniedWithoutPassword or MySqlErrorCode.DatabaseAccessDenied or MySqlErrorCode.HostNotPrivileged or MySqlErrorCode.NotSupportedAuthMode =>
                new EtlException(Fault.LoginFailed, $"{where} refused the login: {error.Message}", name, error),
            MySqlErrorCode.UnknownDatabase => new EtlException(Fault.DatabaseNotFound, $"{where}: {error.Message}.", name, error),
            _ => new EtlException(Fault.ConnectionFailed, $"{where} could not be reached: {error.Message}", name, error),
        };
    }

    /// <summary>An error of the query or of the connection while it runs.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="where">The connection, for the message.</param>
    /// <param name="name">The connection's name.</param>
    /// <param name="query">The user's query.</param>
    public static EtlException Statement(Exception error, string where, string name, SourceQuery query)
    {
        if (error is not MySqlException server || Cause<IOException>(error) is not null || Cause<System.Net.Sockets.SocketException>(error) is not null)
        {
            return new EtlException(Fault.ConnectionFailed, $"The connection to {where} broke: {error.Message}", name, error);
        }

        Fault fault = server.ErrorCode switch
        {
            MySqlErrorCode.TableAccessDenied or MySqlErrorCode.ColumnAccessDenied or MySqlErrorCode.DatabaseAccessDenied or MySqlErrorCode.SpecifiedAccessDeniedError
                or MySqlErrorCode.PrecedureAccessDenied or MySqlErrorCode.AccessDenied => Fault.SqlDenied,
            MySqlErrorCode.LockDeadlock or MySqlErrorCode.LockWaitTimeout => Fault.TransactionConflict,
            MySqlErrorCode.ServerShutdown or ConnectionKilled or MySqlErrorCode.UnableToConnectToHost => Fault.ConnectionFailed,
            MySqlErrorCode.UnknownDatabase => Fault.SqlInvalid,
            _ when server.SqlState is ['4', '2', ..] or ['0', '7', ..] => Fault.SqlInvalid,
            _ => Fault.SqlFailed,
        };
        // The client prepares a statement without the comments before it, and the server counts lines from there.
        SqlStatement statement = query.Sql.Statements[0];
        int line = AtLine().Match(server.Message) is { Success: true } found ? int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture) - 1 : 0;
        return new EtlException(fault, string.Create(CultureInfo.InvariantCulture,
            $"{query.Sql.Describe(statement.Start + Leading().Match(statement.Text).Length, line)}: {where}: {server.Message} ({server.Number}, {server.SqlState})"), query.Sql.File ?? name, error);
    }

    private static T? Cause<T>(Exception? error)
        where T : Exception
    {
        while (error is not null and not T)
        {
            error = error.InnerException;
        }

        return (T?)error;
    }

    /// <summary>White space and comments at the start.</summary>
    [GeneratedRegex(@"\A(?:\s+|#[^\n]*|--(?=\s|\z)[^\n]*|/\*(?!!).*?\*/)*", RegexOptions.Singleline)]
    private static partial Regex Leading();

    [GeneratedRegex(@" at line (\d+)$")]
    private static partial Regex AtLine();
}
