using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Extract.SqlServer;

/// <summary>Reads from SQL Server through Microsoft.Data.SqlClient's typed getters, under snapshot isolation where the database allows it.</summary>
internal sealed class SqlServerSource(SqlServerConnection connection) : DbSource(connection)
{
    /// <summary>Of the current database: its name, whether it allows snapshot isolation, and whether each statement sees a snapshot anyway.</summary>
    private const string SnapshotState = "SELECT name, snapshot_isolation_state, is_read_committed_snapshot_on FROM sys.databases WHERE database_id = DB_ID()";

    /// <inheritdoc/>
    protected override DbPartitions Partitions { get; } = new SqlServerPartitions();

    /// <inheritdoc/>
    protected override DbConnection Create() => new SqlConnection(SqlServerSettings.ConnectionString(connection));

    /// <inheritdoc/>
    protected override DbTransaction? Begin(DbConnection opened, List<string> remarks)
    {
        (string database, bool isAllowed, bool isPerStatement) = ReadSnapshotState(opened);
        if (isAllowed)
        {
            return opened.BeginTransaction(IsolationLevel.Snapshot);
        }

        if (!isPerStatement)
        {
            remarks.Add($"The database '{database}' allows no snapshot isolation: rows that change while the query runs may be seen before or after the change. ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON would give one snapshot.");
        }

        return null;
    }

    /// <inheritdoc/>
    protected override DbCommand CreateCommand(DbConnection opened, SourceQuery query)
    {
        DbCommand command = opened.CreateCommand();
        DbParameters.Bind(command, query, "@", SetParameter);
        return command;
    }

    /// <inheritdoc/>
    protected override ISourceReader CreateReader(DbSession session, DbDataReader rows, SourceQuery query, CsvDialect dialect, IReadOnlyList<string> remarks)
    {
        for (int i = 0; i < rows.FieldCount; i++)
        {
            // By its name first: of a type of the CLR the client can describe no more without the server's own assembly.
            SqlServerTypes.Require(rows.GetName(i), rows.GetDataTypeName(i));
        }

        IReadOnlyList<DbColumn> described = rows.FieldCount == 0 ? [] : rows.GetColumnSchema();
        SqlServerMapping[] mappings = described.Select(SqlServerTypes.Map).ToArray();
        EtlColumn[] columns = mappings.Select((mapping, i) => new EtlColumn(rows.GetName(i), mapping.SourceType, mapping.RedshiftType)).ToArray();
        ColumnNames.Check(columns, connection.Name);
        var row = new FieldRow(rows, mappings.Select(mapping => mapping.Encoder).ToArray());
        return new DbRowReader(session, rows, columns, row.Write, dialect, query.Rules, error => StatementError(error, query)) { Remarks = remarks };
    }

    /// <inheritdoc/>
    protected override string Product(DbConnection opened)
    {
        using DbCommand command = opened.CreateCommand();
        command.CommandText = "SELECT @@VERSION";
        string version = (string)command.ExecuteScalar()!;
        return version.Split('\n')[0].Trim();
    }

    /// <inheritdoc/>
    protected override EtlException ConnectError(Exception error) => SqlServerError.Connect(error, Where, connection.Name);

    /// <inheritdoc/>
    protected override EtlException StatementError(Exception error, SourceQuery query) => SqlServerError.Statement(error, Where, connection.Name, query);

    /// <summary>Sets a value with its type: left to itself the client would send times as DATETIME, which has a third of the digits.</summary>
    public static void SetParameter(DbParameter target, object? value)
    {
        var parameter = (SqlParameter)target;
        if (value is DateTime or DateOnly or TimeOnly or DateTimeOffset)
        {
            parameter.SqlDbType = value switch
            {
                DateOnly => SqlDbType.Date,
                TimeOnly => SqlDbType.Time,
                DateTimeOffset => SqlDbType.DateTimeOffset,
                _ => SqlDbType.DateTime2,
            };
        }

        DbParameters.Set(parameter, value);
    }

    private static (string Database, bool IsAllowed, bool IsPerStatement) ReadSnapshotState(DbConnection opened)
    {
        using DbCommand command = opened.CreateCommand();
        command.CommandText = SnapshotState;
        using DbDataReader row = command.ExecuteReader();
        return row.Read() ? (row.GetString(0), row.GetByte(1) == 1, row.GetBoolean(2)) : ("", false, false);
    }
}
