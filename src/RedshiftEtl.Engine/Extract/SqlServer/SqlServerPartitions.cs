using System.Data;
using System.Data.Common;
using System.Globalization;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Extract.SqlServer;

/// <summary>Snapshots of one state in SQL Server: a shared lock of the table waits for the transactions that have changed it and lets no other do so, while each session begins
/// its transaction under snapshot isolation and reads a row, at which the snapshot begins.</summary>
internal sealed class SqlServerPartitions : DbPartitions
{
    /// <inheritdoc/>
    public override void Hold(DbConnection leader, string table, CancellationToken cancel)
    {
        Execute(leader, string.Create(CultureInfo.InvariantCulture, $"SET LOCK_TIMEOUT {Patience * 1000}; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN TRANSACTION"), cancel);
        Execute(leader, $"SELECT TOP (1) 1 FROM {table} WITH (TABLOCK, HOLDLOCK)", cancel);
    }

    /// <inheritdoc/>
    public override void Release(DbConnection leader) => Execute(leader, "COMMIT TRANSACTION", CancellationToken.None);

    /// <inheritdoc/>
    public override void Pin(DbConnection opened, DbTransaction? transaction, string table, CancellationToken cancel)
    {
        if (transaction?.IsolationLevel != IsolationLevel.Snapshot)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"{table} cannot be read in partitions: its database allows no snapshot isolation.", table, null,
                "ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON, or leave PartitionColumn out.");
        }

        Execute(opened, $"SELECT TOP (1) 1 FROM {table}", cancel, transaction);
    }

    /// <inheritdoc/>
    protected override string AsText(string aggregate) => $"CONVERT(varchar(60), {aggregate}, 126)";

    /// <inheritdoc/>
    protected override string Literal(DateTime time) => string.Create(CultureInfo.InvariantCulture, $"CAST('{time:yyyy-MM-ddTHH:mm:ss}' AS datetime2)");
}
