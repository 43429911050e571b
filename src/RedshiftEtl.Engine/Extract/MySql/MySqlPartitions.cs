using System.Data.Common;
using System.Globalization;
using MySqlConnector;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Extract.MySql;

/// <summary>Snapshots of one state in MySQL and MariaDB, as their backup programs take them: FLUSH TABLES … WITH READ LOCK waits for the transactions that have changed the table
/// and lets no other begin to, while each session does START TRANSACTION WITH CONSISTENT SNAPSHOT.</summary>
internal sealed class MySqlPartitions : DbPartitions
{
    /// <inheritdoc/>
    public override void Hold(DbConnection leader, string table, CancellationToken cancel)
    {
        Execute(leader, string.Create(CultureInfo.InvariantCulture, $"SET SESSION lock_wait_timeout = {Patience}"), cancel);
        using DbCommand command = leader.CreateCommand();
        command.CommandText = $"SHOW CREATE TABLE {table}";
        using (DbDataReader row = command.ExecuteReader())
        {
            bool isSnapshot = row.Read() && row.GetName(0) == "Table" && row.GetString(1).Contains("ENGINE=InnoDB", StringComparison.OrdinalIgnoreCase);
            if (!isSnapshot)
            {
                throw new EtlException(Fault.ArgumentInvalid, $"{table} cannot be read in partitions: only tables of the engine InnoDB have snapshots.", table, advice: "Name a table that is no view, or leave PartitionColumn out.");
            }
        }

        try
        {
            Execute(leader, $"FLUSH TABLES {table} WITH READ LOCK", cancel);
        }
        catch (MySqlException e) when (e.ErrorCode is MySqlErrorCode.SpecifiedAccessDeniedError or MySqlErrorCode.TableAccessDenied or MySqlErrorCode.DatabaseAccessDenied)
        {
            throw new EtlException(Fault.SqlDenied, $"The moment at which all partitions of {table} begin needs a lock: {e.Message}", table, e,
                "GRANT RELOAD ON *.* and LOCK TABLES on the table's database to the user, or leave PartitionColumn out.");
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.LockWaitTimeout)
        {
            throw new EtlException(Fault.TransactionConflict, string.Create(CultureInfo.InvariantCulture,
                $"Transactions kept {table} busy for {Patience} s, so that there was no moment at which all partitions could begin."), table, e, "Run it again when nothing writes for long, or leave PartitionColumn out.");
        }
    }

    /// <inheritdoc/>
    public override void Release(DbConnection leader) => Execute(leader, "UNLOCK TABLES", CancellationToken.None);

    /// <inheritdoc/>
    public override void Pin(DbConnection opened, DbTransaction? transaction, string table, CancellationToken cancel)
    {
        // WITH CONSISTENT SNAPSHOT has done it.
    }

    /// <inheritdoc/>
    protected override string AsText(string aggregate) => $"CAST({aggregate} AS CHAR)";

    /// <inheritdoc/>
    protected override string Literal(DateTime time) => string.Create(CultureInfo.InvariantCulture, $"TIMESTAMP'{time:yyyy-MM-dd HH:mm:ss}'");
}
