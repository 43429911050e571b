using Npgsql;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Reads from PostgreSQL through the server's own COPY … TO STDOUT as CSV: the client only moves bytes.</summary>
internal sealed class PostgreSqlSource(PostgreSqlConnection connection) : ISource
{
    /// <summary>What a column's refused value is followed by in the server's error.</summary>
    public const string RefusedMarker = " cannot be loaded into Redshift, column ";

    /// <summary>Makes the server write the same text whatever its settings and its database's are.</summary>
    private static readonly string[] s_settings =
    [
        "SET LOCAL datestyle = 'ISO, YMD'", "SET LOCAL timezone = 'UTC'", "SET LOCAL intervalstyle = 'postgres'",
        "SET LOCAL extra_float_digits = 3", "SET LOCAL standard_conforming_strings = on",
    ];

    /// <inheritdoc/>
    public async Task<ISourceReader> OpenAsync(SourceQuery query, CsvDialect dialect, CancellationToken cancel)
    {
        SqlText sql = query.Sql;
        if (sql.Statements.Count != 1)
        {
            throw new EtlException(Fault.SqlInvalid, $"{sql.Describe(sql.Statements.Count > 1 ? sql.Statements[1].Start : 0)}: the query must be one statement, but there are {sql.Statements.Count}.", sql.File ?? connection.Name);
        }

        string text = sql.Substitute(sql.Statements[0], name => SqlLiteral.Value(
            query.Parameters.First(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value, SqlDialect.PostgreSql));
        NpgsqlConnection session = await ConnectAsync(cancel);
        try
        {
            await ExecuteAsync(session, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", cancel);
            foreach (string setting in s_settings)
            {
                await ExecuteAsync(session, setting, cancel);
            }

            IReadOnlyList<EtlColumn> columns = await DescribeAsync(session, text, sql, cancel);
            ColumnNames.Check(columns, connection.Name);
            return new PostgreSqlReader(session, connection, columns, Copy(text, columns, dialect, session.PostgreSqlVersion.Major >= 14), sql, dialect);
        }
        catch (Exception e) when (PostgreSqlError.IsDriver(e))
        {
            await session.DisposeAsync();
            throw PostgreSqlError.Statement(e, connection, sql, 0);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<string> TestAsync(CancellationToken cancel)
    {
        await using NpgsqlConnection session = await ConnectAsync(cancel);
        await using var command = new NpgsqlCommand("SELECT version()", session);
        try
        {
            return (string)(await command.ExecuteScalarAsync(cancel))!;
        }
        catch (Exception e) when (PostgreSqlError.IsDriver(e))
        {
            throw PostgreSqlError.Connect(e, connection);
        }
    }

    private static async Task<IReadOnlyList<EtlColumn>> DescribeAsync(NpgsqlConnection session, string text, SqlText sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(text, session);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SchemaOnly, cancel);
        var columns = new EtlColumn[reader.FieldCount];
        for (int i = 0; i < columns.Length; i++)
        {
            string type = reader.GetDataTypeName(i);
            columns[i] = new EtlColumn(reader.GetName(i), type, PostgreSqlTypes.RedshiftType(type));
        }

        return columns;
    }

    /// <summary>The COPY that streams the query. Its columns are named by number inside, so that their own names don't matter.</summary>
    private static string Copy(string text, IReadOnlyList<EtlColumn> columns, CsvDialect dialect, bool hasInfiniteNumeric)
    {
        string names = string.Join(", ", columns.Select((_, i) => $"\"{i + 1}\""));
        string expressions = string.Join(", ", columns.Select((column, i) => PostgreSqlTypes.Expression(
            column.SourceType, $"\"{i + 1}\"", SqlLiteral.Text(RefusedMarker + column.Name, SqlDialect.PostgreSql), hasInfiniteNumeric)));
        string marker = SqlLiteral.Text(dialect.NullMarker, SqlDialect.PostgreSql);
        return $"COPY (SELECT {expressions} FROM ({text}\n) AS q({names})) TO STDOUT (FORMAT csv, NULL {marker}, ENCODING 'UTF8')";
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancel)
    {
        NpgsqlConnection? session = null;
        try
        {
            session = new NpgsqlConnection(ConnectionString());
            await session.OpenAsync(cancel);
            return session;
        }
        catch (Exception e) when (PostgreSqlError.IsDriver(e) || e is ArgumentException)
        {
            if (session is not null)
            {
                await session.DisposeAsync();
            }

            throw PostgreSqlError.Connect(e, connection);
        }
    }

    private string ConnectionString()
    {
        var builder = new NpgsqlConnectionStringBuilder(connection.ConnectionString?.Reveal())
        {
            ApplicationName = "RedshiftEtl",
            CommandTimeout = 0,
            Pooling = false,
            Enlist = false,
            TcpKeepAlive = true,
            GssEncryptionMode = GssEncryptionMode.Disable,
            IncludeErrorDetail = true,
        };
        if (connection.Host is not null)
        {
            builder.Host = connection.Host;
            builder.Port = connection.Port;
        }

        builder.Database = connection.Database ?? builder.Database;
        builder.Username = connection.Username ?? builder.Username;
        builder.Password = connection.Password?.Reveal() ?? builder.Password;
        builder.RootCertificate = connection.RootCertificate ?? builder.RootCertificate;
        if (connection.SslMode is { } mode)
        {
            builder.SslMode = Enum.Parse<SslMode>(mode, ignoreCase: true);
        }

        return builder.ConnectionString;
    }

    private static async Task ExecuteAsync(NpgsqlConnection session, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
