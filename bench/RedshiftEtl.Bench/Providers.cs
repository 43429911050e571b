using System.Data.Common;
using MySqlConnector;
using Npgsql;

namespace RedshiftEtl.Bench;

/// <summary>The providers that a script would read by.</summary>
internal static class Providers
{
    /// <summary>Opens «postgresql:host:port:database:user», «mysql:host:port:database:user» or «memory».</summary>
    public static DbConnection Open(string source)
    {
        string[] words = source.Split(':');
        DbConnection connection = words[0] switch
        {
            "memory" => MemoryProvider.Instance.CreateConnection(),
            "mysql" => new MySqlConnection($"Server={words[1]};Port={words[2]};Database={words[3]};User ID={words[4]};SslMode=None;Pooling=false"),
            _ => new NpgsqlConnection($"Host={words[1]};Port={words[2]};Database={words[3]};Username={words[4]};SSL Mode=Disable;Pooling=false"),
        };
        connection.Open();
        return connection;
    }

    /// <summary>Runs a query for as long as it takes.</summary>
    public static DbDataReader Read(DbConnection connection, string query)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = query;
        command.CommandTimeout = 0;
        return command.ExecuteReader();
    }
}
