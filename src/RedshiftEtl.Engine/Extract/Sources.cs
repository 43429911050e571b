using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract.AdoNet;
using RedshiftEtl.Engine.Extract.MySql;
using RedshiftEtl.Engine.Extract.Files;
using RedshiftEtl.Engine.Extract.PostgreSql;
using RedshiftEtl.Engine.Extract.Sqlite;
using RedshiftEtl.Engine.Extract.SqlServer;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Which source reads which connection.</summary>
internal static class Sources
{
    /// <summary>The source for a connection.</summary>
    public static ISource Of(SourceConnection connection) => connection switch
    {
        PostgreSqlConnection postgreSql => new PostgreSqlSource(postgreSql),
        SqliteConnection sqlite => new SqliteSource(sqlite),
        SqlServerConnection sqlServer => new SqlServerSource(sqlServer),
        MySqlConnection mySql => new MySqlSource(mySql),
        AdoNetConnection adoNet => new AdoNetSource(adoNet),
        FileConnection files => new FileSource(files),
        _ => throw new EtlException(Fault.ConnectionTypeMismatch, $"A {connection.Type} connection cannot be read from.", connection.Name),
    };
}

/// <summary>Looks at sources without reading rows.</summary>
public static class SourceTest
{
    /// <summary>Opens and closes the connection and returns what answered.</summary>
    /// <exception cref="EtlException">It cannot be used.</exception>
    public static Task<string> RunAsync(SourceConnection connection, CancellationToken cancel) => Sources.Of(connection).TestAsync(cancel);

    /// <summary>The columns that a query gives; no row is read.</summary>
    /// <exception cref="EtlException">The source refused the query, or its columns cannot be a table's.</exception>
    public static async Task<IReadOnlyList<EtlColumn>> DescribeAsync(SourceConnection connection, SourceQuery query, CancellationToken cancel)
    {
        await using ISourceReader reader = await Sources.Of(connection).OpenAsync(query with { Partition = null }, CsvDialect.Default, cancel);
        return reader.Columns;
    }
}
