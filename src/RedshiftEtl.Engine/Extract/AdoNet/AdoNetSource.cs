using System.Data.Common;
using System.Security.Authentication;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>Reads through any ADO.NET provider.</summary>
internal sealed class AdoNetSource(AdoNetConnection connection) : DbSource(connection)
{
    private static readonly string[] s_usernameKeywords = ["User ID", "User Id", "Username", "UID", "User"];
    private static readonly string[] s_passwordKeywords = ["Password", "PWD"];

    /// <inheritdoc/>
    protected override DbConnection Create()
    {
        DbProviderFactory factory = ProviderLoader.Load(connection);
        try
        {
            DbConnection created = factory.CreateConnection() ?? throw new NotSupportedException();
            created.ConnectionString = ConnectionString(factory);
            return created;
        }
        catch (Exception e) when (IsForeign(e) || e is TypeInitializationException or DllNotFoundException)
        {
            // The message of a wrong connection string may quote it, and with it a password.
            string reason = e is TypeInitializationException or DllNotFoundException ? $" The provider cannot start: {(e.InnerException ?? e).Message}" : "";
            throw new EtlException(Fault.DefinitionInvalid, $"The connection string of '{connection.Name}' is not valid for {connection.Factory}.{reason}", connection.Name);
        }
    }

    /// <inheritdoc/>
    protected override DbTransaction? Begin(DbConnection opened, List<string> remarks)
    {
        if (connection.IsolationLevel is { } isolation)
        {
            return opened.BeginTransaction(isolation);
        }

        remarks.Add("No IsolationLevel is set: the query runs outside of a transaction, as consistent as the source makes one statement.");
        return null;
    }

    /// <inheritdoc/>
    protected override DbCommand CreateCommand(DbConnection opened, SourceQuery query)
    {
        DbCommand command = opened.CreateCommand();
        // Oracle's provider binds by place, whatever the names, unless it is told otherwise.
        command.GetType().GetProperty("BindByName", typeof(bool))?.SetValue(command, connection.ParameterPrefix != "?");
        DbParameters.Bind(command, query, connection.ParameterPrefix, DbParameters.Set);
        return command;
    }

    /// <inheritdoc/>
    protected override ISourceReader CreateReader(DbSession session, DbDataReader rows, SourceQuery query, CsvDialect dialect, IReadOnlyList<string> remarks)
    {
        IReadOnlyList<DbColumn> described = rows.FieldCount == 0 ? [] : rows.GetColumnSchema();
        FieldMapping[] mappings = described.Select(column => AdoNetTypes.Map(column, rows.GetType())).ToArray();
        EtlColumn[] columns = described.Select((column, i) => new EtlColumn(rows.GetName(i), column.DataTypeName ?? "", mappings[i].RedshiftType)).ToArray();
        ColumnNames.Check(columns, connection.Name);
        var row = new FieldRow(rows, mappings.Select(mapping => mapping.Encoder).ToArray());
        return new DbRowReader(session, rows, columns, row.Write, dialect, query.Rules, error => StatementError(error, query)) { Remarks = remarks };
    }

    /// <inheritdoc/>
    protected override string Product(DbConnection opened)
    {
        string version;
        try
        {
            version = opened.ServerVersion;
        }
        catch (NotSupportedException)
        {
            version = "";
        }

        return $"{connection.Factory} {version}".TrimEnd();
    }

    /// <inheritdoc/>
    protected override EtlException ConnectError(Exception error) => new(
        error switch
        {
            AuthenticationException => Fault.CertificateInvalid,
            DbException { SqlState: ['2', '8', ..] } => Fault.LoginFailed,
            DbException { SqlState: "3D000" } => Fault.DatabaseNotFound,
            _ => Fault.ConnectionFailed,
        },
        $"{Where} could not be connected: {error.Message}", connection.Name, error);

    /// <inheritdoc/>
    protected override EtlException StatementError(Exception error, SourceQuery query)
    {
        Fault fault = error switch
        {
            // Codes of the SQL standard, where the provider gives them.
            DbException { SqlState: "42501" } => Fault.SqlDenied,
            DbException { SqlState: ['4', '2', ..] or ['0', 'A', ..] or ['0', '7', ..] } => Fault.SqlInvalid,
            DbException { SqlState: ['4', '0', ..] } => Fault.TransactionConflict,
            DbException { SqlState: ['0', '8', ..] } => Fault.ConnectionFailed,
            DbException { SqlState: ['2', '8', ..] } => Fault.LoginFailed,
            IOException or System.Net.Sockets.SocketException => Fault.ConnectionFailed,
            _ => Fault.SqlFailed,
        };
        return new EtlException(fault, $"{query.Sql.Describe(query.Sql.Statements[0].Start)}: {Where}: {error.Message}", query.Sql.File ?? connection.Name, error);
    }

    /// <summary>The connection string with user and password in it.</summary>
    private string ConnectionString(DbProviderFactory factory)
    {
        string text = connection.ConnectionString?.Reveal() ?? "";
        if (connection.Username is null && connection.Password is null)
        {
            return text;
        }

        DbConnectionStringBuilder builder = factory.CreateConnectionStringBuilder() ?? new DbConnectionStringBuilder();
        builder.ConnectionString = text;
        if (connection.Username is { } username)
        {
            builder[connection.UsernameKeyword ?? Known(builder, s_usernameKeywords)] = username;
        }

        if (connection.Password is { } password)
        {
            builder[connection.PasswordKeyword ?? Known(builder, s_passwordKeywords)] = password.Reveal();
        }

        return builder.ConnectionString;
    }

    /// <summary>The keyword that the provider knows; of a provider that knows any, the first.</summary>
    private static string Known(DbConnectionStringBuilder builder, string[] keywords) => keywords.FirstOrDefault(builder.ContainsKey) ?? keywords[0];
}
