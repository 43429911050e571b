using System.Globalization;
using System.Security.Authentication;
using Microsoft.Data.SqlClient;

namespace RedshiftEtl.Engine.Extract.SqlServer;

/// <summary>Turns what SQL Server, its client and the network say into faults.</summary>
internal static class SqlServerError
{
    /// <summary>An error while connecting.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="where">The connection, for the message.</param>
    /// <param name="name">The connection's name.</param>
    public static EtlException Connect(Exception error, string where, string name) =>
        HasCause<AuthenticationException>(error)
            ? new EtlException(Fault.CertificateInvalid, $"{where}: {error.Message}", name, error,
                "Give the server a certificate that this machine trusts. TrustServerCertificate = $true takes any, and then nobody knows who answers.")
            : new EtlException(ConnectFault((error as SqlException)?.Number ?? 0), $"{where} could not be connected: {error.Message}", name, error);

    /// <summary>An error of the query or of the connection while it runs.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="where">The connection, for the message.</param>
    /// <param name="name">The connection's name.</param>
    /// <param name="query">The user's query.</param>
    public static EtlException Statement(Exception error, string where, string name, SourceQuery query)
    {
        if (error is not SqlException server)
        {
            return new EtlException(error is IOException or InvalidOperationException ? Fault.ConnectionFailed : Fault.SqlFailed, $"{where}: {error.Message}", name, error);
        }

        // Lines are counted from the statement's first; a procedure's own lines are not the file's.
        int line = server.LineNumber > 0 && string.IsNullOrEmpty(server.Procedure) ? server.LineNumber - 1 : 0;
        return new EtlException(StatementFault(server.Number, server.Class), string.Create(CultureInfo.InvariantCulture,
            $"{query.Sql.Describe(query.Sql.Statements[0].Start, line)}: {where}: {server.Message} ({server.Number}, severity {server.Class})"), query.Sql.File ?? name, error);
    }

    /// <summary>The fault of an error number of a login.</summary>
    public static Fault ConnectFault(int number) => number switch
    {
        18456 or 18452 or 18470 or 18486 or 18487 or 18488 or 4064 => Fault.LoginFailed,
        4060 or 911 => Fault.DatabaseNotFound,
        _ => Fault.ConnectionFailed,
    };

    /// <summary>The fault of an error of a statement.</summary>
    /// <param name="number">The error's number.</param>
    /// <param name="severity">Its severity: 14 is a missing right, 15 what cannot be parsed, from 20 on the connection is gone.</param>
    public static Fault StatementFault(int number, byte severity) => (number, severity) switch
    {
        (1205 or 1222 or 3960 or 3961, _) => Fault.TransactionConflict,
        (229 or 230 or 262 or 297 or 300 or 916, _) => Fault.SqlDenied,
        // Of the client: time ran out, the connection is closed.
        (-2 or -1 or 53 or 64 or 121 or 233 or 10053 or 10054 or 10060 or 10061, _) => Fault.ConnectionFailed,
        // Names and types that do not resolve have severity 16, as have errors of the data.
        (102 or 137 or 195 or 206 or 207 or 208 or 209 or 2812 or 402 or 4104 or 4121 or 8117 or 8120 or 8155 or 911, _) => Fault.SqlInvalid,
        (_, 14) => Fault.SqlDenied,
        (_, 15) => Fault.SqlInvalid,
        (_, >= 20) => Fault.ConnectionFailed,
        _ => Fault.SqlFailed,
    };

    private static bool HasCause<T>(Exception? error)
        where T : Exception
    {
        while (error is not null and not T)
        {
            error = error.InnerException;
        }

        return error is T;
    }
}
