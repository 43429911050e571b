using System.Globalization;
using Microsoft.Data.SqlClient;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract.SqlServer;

/// <summary>SqlClient's connection string: the connection's own properties over its string, and what an extract needs over both.</summary>
internal static class SqlServerSettings
{
    /// <summary>The string, with the password in it.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/>: an unknown keyword or value, or a way to log in that the module does not bring.</exception>
    public static string ConnectionString(SqlServerConnection connection)
    {
        try
        {
            var builder = new SqlConnectionStringBuilder(connection.ConnectionString?.Reveal() ?? "");
            if (connection.Host is { } host)
            {
                builder.DataSource = connection.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{host},{port}") : host;
            }

            builder.InitialCatalog = connection.Database ?? builder.InitialCatalog;
            builder.UserID = connection.Username ?? builder.UserID;
            builder.Password = connection.Password?.Reveal() ?? builder.Password;
            builder.IntegratedSecurity = connection.IntegratedSecurity ?? builder.IntegratedSecurity;
            builder.TrustServerCertificate = connection.TrustServerCertificate ?? builder.TrustServerCertificate;
            builder.Encrypt = connection.Encrypt is { } encrypt ? SqlConnectionEncryptOption.Parse(encrypt) : builder.Encrypt;
            builder.ApplicationIntent = connection.ApplicationIntent is { } intent ? Enum.Parse<ApplicationIntent>(intent, ignoreCase: true) : builder.ApplicationIntent;
            builder.ApplicationName = "RedshiftEtl";
            builder.Pooling = false;
            builder.Enlist = false;
            builder.MultipleActiveResultSets = false;
            // Set on the command too; a string's own would come back with every new command.
            builder.CommandTimeout = 0;
            return builder.Authentication is SqlAuthenticationMethod.NotSpecified or SqlAuthenticationMethod.SqlPassword
                ? builder.ConnectionString
                : throw new EtlException(Fault.DefinitionInvalid, $"'{connection.Name}': Authentication={builder.Authentication} needs Microsoft's Azure packages, which the module does not bring.",
                    connection.Name, null, "Use a SQL login or IntegratedSecurity; or Type = 'AdoNet' with a SqlClient that has those packages beside it.");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException or OverflowException or NotSupportedException)
        {
            // The message may quote the string, and with it a password.
            throw new EtlException(Fault.DefinitionInvalid, $"The connection string of '{connection.Name}' is not valid for SQL Server.", connection.Name);
        }
    }
}
