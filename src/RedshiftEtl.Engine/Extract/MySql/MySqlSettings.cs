using MySqlConnector;

namespace RedshiftEtl.Engine.Extract.MySql;

/// <summary>MySqlConnector's connection string: the connection's own properties over its string, and what an extract needs over both.</summary>
internal static class MySqlSettings
{
    /// <summary>The string, with the password in it.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/>: an unknown keyword or value.</exception>
    public static string ConnectionString(Define.MySqlConnection connection)
    {
        try
        {
            var builder = new MySqlConnectionStringBuilder(connection.ConnectionString?.Reveal() ?? "");
            if (connection.Host is { } host)
            {
                builder.Server = host;
                builder.Port = (uint)connection.Port;
                builder.ConnectionProtocol = Path.IsPathRooted(host) ? MySqlConnectionProtocol.UnixSocket : builder.ConnectionProtocol;
            }

            builder.Database = connection.Database ?? builder.Database;
            builder.UserID = connection.Username ?? builder.UserID;
            builder.Password = connection.Password?.Reveal() ?? builder.Password;
            builder.SslMode = connection.SslMode is { } mode ? Enum.Parse<MySqlSslMode>(mode, ignoreCase: true) : builder.SslMode;
            builder.SslCa = connection.RootCertificate ?? builder.SslCa;
            builder.ApplicationName = "RedshiftEtl";
            builder.Pooling = false;
            builder.AutoEnlist = false;
            builder.DefaultCommandTimeout = 0;
            builder.Keepalive = builder.Keepalive == 0 ? 60 : builder.Keepalive;
            // A server could else ask for any file of this machine.
            builder.AllowLoadLocalInfile = false;
            // Parameters are found before MySqlConnector looks for some of its own.
            builder.AllowUserVariables = true;
            builder.IgnorePrepare = false;
            // The width of TINYINT(1) shows as a type of its own; CHAR(36) stays text.
            builder.TreatTinyAsBoolean = true;
            builder.GuidFormat = MySqlGuidFormat.None;
            return builder.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or InvalidOperationException or OverflowException)
        {
            // The message may quote the string, and with it a password.
            throw new EtlException(Fault.DefinitionInvalid, $"The connection string or SslMode of '{connection.Name}' is not valid for MySQL.", connection.Name);
        }
    }
}
