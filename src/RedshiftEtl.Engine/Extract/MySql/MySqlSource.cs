using System.Data.Common;
using MySqlConnector;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Extract.MySql;

/// <summary>Reads from MySQL or MariaDB: a prepared statement, whose rows come unbent in the binary protocol, in one consistent snapshot.</summary>
internal sealed class MySqlSource : DbSource
{
    /// <summary>Instants in UTC; and a server that waits while the parts are held up, as mysqldump has it.</summary>
    private const string Settings = "SET SESSION time_zone = '+00:00', net_write_timeout = 86400, net_read_timeout = 86400, wait_timeout = 86400";

    private const string Snapshot = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

    /// <summary>Modes in which quotes and backslashes mean something else than where the parameters were found; and the names that stand for several modes.</summary>
    private static readonly string[] s_otherModes = ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI", "DB2", "MAXDB", "MSSQL", "ORACLE", "POSTGRESQL"];

    private readonly Define.MySqlConnection _connection;

    /// <summary>Takes the connection.</summary>
    public MySqlSource(Define.MySqlConnection connection)
        : base(connection)
    {
        _connection = connection;
        MySqlRowData.Require();
    }

    /// <inheritdoc/>
    protected override Action<DbConnection> CutOff => MySqlSocket.Close;

    /// <inheritdoc/>
    protected override DbPartitions Partitions { get; } = new MySqlPartitions();

    /// <inheritdoc/>
    protected override DbConnection Create() => new MySqlConnector.MySqlConnection(MySqlSettings.ConnectionString(_connection));

    /// <inheritdoc/>
    protected override DbTransaction? Begin(DbConnection opened, List<string> remarks)
    {
        Execute(opened, Settings);
        string[] modes = ((string)Scalar(opened, "SELECT @@sql_mode")!).Split(',');
        if (modes.Intersect(s_otherModes, StringComparer.OrdinalIgnoreCase).Any())
        {
            Execute(opened, $"SET SESSION sql_mode = '{string.Join(',', modes.Except(s_otherModes, StringComparer.OrdinalIgnoreCase))}'");
        }

        foreach (string limit in TimeLimits(opened))
        {
            Execute(opened, $"SET SESSION {limit} = 0");
        }

        Execute(opened, Snapshot);
        return null;
    }

    /// <inheritdoc/>
    protected override DbCommand CreateCommand(DbConnection opened, SourceQuery query)
    {
        DbCommand command = opened.CreateCommand();
        DbParameters.Bind(command, query, "?", Set);
        return command;
    }

    /// <inheritdoc/>
    protected override DbDataReader Execute(DbCommand command)
    {
        command.Prepare();
        return command.ExecuteReader();
    }

    /// <inheritdoc/>
    protected override ISourceReader CreateReader(DbSession session, DbDataReader rows, SourceQuery query, CsvDialect dialect, IReadOnlyList<string> remarks)
    {
        var reader = (MySqlDataReader)rows;
        MySqlDbColumn[] described = reader.FieldCount == 0 ? [] : reader.GetColumnSchema().Cast<MySqlDbColumn>().ToArray();
        MySqlMapping[] mappings = described.Select(column => MySqlTypes.Map(column, _connection.TreatTinyAsBoolean)).ToArray();
        EtlColumn[] columns = mappings.Select((mapping, i) => new EtlColumn(reader.GetName(i), mapping.SourceType, mapping.RedshiftType)).ToArray();
        ColumnNames.Check(columns, _connection.Name);
        var row = new MySqlRow(reader, mappings.Select(mapping => mapping.Write).ToArray());
        return new DbRowReader(session, rows, columns, row.Write, dialect, query.Rules, error => StatementError(error, query)) { Remarks = remarks };
    }

    /// <inheritdoc/>
    protected override string Product(DbConnection opened) => $"{_connection.Product} {Scalar(opened, "SELECT VERSION()")}";

    /// <inheritdoc/>
    protected override EtlException ConnectError(Exception error) => MySqlError.Connect(error, Where, _connection.Name);

    /// <inheritdoc/>
    protected override EtlException StatementError(Exception error, SourceQuery query) => MySqlError.Statement(error, Where, _connection.Name, query);

    /// <summary>The names of what ends a query that takes long, which an extract may: each product and version has its own.</summary>
    private static List<string> TimeLimits(DbConnection opened)
    {
        using DbCommand command = opened.CreateCommand();
        command.CommandText = "SHOW SESSION VARIABLES WHERE variable_name IN ('max_statement_time', 'max_execution_time')";
        using DbDataReader rows = command.ExecuteReader();
        var names = new List<string>();
        while (rows.Read())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }

    private static void Set(DbParameter target, object? value) => target.Value = value switch
    {
        null => DBNull.Value,
        Guid guid => guid.ToString("D"),
        // The session's time zone is UTC, and a column without a zone has no other.
        DateTimeOffset time => time.UtcDateTime,
        _ => value,
    };

    private static void Execute(DbConnection opened, string sql)
    {
        using DbCommand command = opened.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(DbConnection opened, string sql)
    {
        using DbCommand command = opened.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
