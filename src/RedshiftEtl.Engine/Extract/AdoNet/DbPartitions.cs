using System.Data.Common;
using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>How several sessions of a source come to see one state of a table: for the moment in which their snapshots begin, another session lets no change of it commit.</summary>
internal abstract class DbPartitions
{
    /// <summary>Seconds to wait for the moment, 1 or more: as long as it waits, writers may wait behind it.</summary>
    protected const int Patience = 30;

    /// <summary>Keeps changes of a table from being committed until <see cref="Release"/>.</summary>
    /// <param name="leader">A session of its own.</param>
    /// <param name="table">The quoted table.</param>
    /// <param name="cancel">Stops the wait for it.</param>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: there is no snapshot of such a table.</exception>
    public abstract void Hold(DbConnection leader, string table, CancellationToken cancel);

    /// <summary>Lets changes go on.</summary>
    public abstract void Release(DbConnection leader);

    /// <summary>Makes a snapshot begin now, where beginning the transaction does not.</summary>
    public abstract void Pin(DbConnection opened, DbTransaction? transaction, string table, CancellationToken cancel);

    /// <summary>SQL that gives an aggregate of the column as text that .NET reads: digits, or a date with its time.</summary>
    protected abstract string AsText(string aggregate);

    /// <summary>A date and time in SQL.</summary>
    protected abstract string Literal(DateTime time);

    /// <summary>The conditions that split the table: each row meets exactly one of them. One that always holds when there is nothing to cut.</summary>
    /// <param name="opened">A session in the snapshot.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="column">The quoted column.</param>
    /// <param name="table">The quoted table.</param>
    /// <param name="count">The number of ranges wanted.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: the column's type has no ranges.</exception>
    public IReadOnlyList<string> Conditions(DbConnection opened, DbTransaction? transaction, string column, string table, int count, CancellationToken cancel)
    {
        using DbCommand command = opened.CreateCommand();
        using CancellationTokenRegistration stop = StopOn(command, cancel);
        command.CommandTimeout = 0;
        command.Transaction = transaction;
        command.CommandText = $"SELECT MIN({column}) AS low, {AsText($"MIN({column})")} AS low_text, {AsText($"MAX({column})")} AS high_text FROM {table}";
        using DbDataReader row = command.ExecuteReader();
        Type type = row.GetFieldType(0);
        bool isTime = type == typeof(DateTime) || type == typeof(DateTimeOffset) || type.Name == "MySqlDateTime";
        if (!isTime && Type.GetTypeCode(type) is not (>= TypeCode.SByte and <= TypeCode.Decimal) && type.Name != "MySqlDecimal")
        {
            throw new EtlException(Fault.ArgumentInvalid, $"The partition column {column} is of type {row.GetDataTypeName(0)}; ranges are made of numbers, dates and timestamps.", column);
        }

        if (!row.Read() || row.IsDBNull(1))
        {
            return ["1 = 1"];
        }

        string[] cuts = isTime ? TimeCuts(row.GetString(1), row.GetString(2), count) : NumberCuts(row.GetString(1), row.GetString(2), count);
        return Join(column, cuts);
    }

    /// <summary>NULL, and what lies below all cuts, is in the first range; the cuts need not be exact for each value to be in one range only.</summary>
    internal static IReadOnlyList<string> Join(string column, IReadOnlyList<string> cuts) => cuts.Count == 0
        ? ["1 = 1"]
        : Enumerable.Range(0, cuts.Count + 1).Select(i =>
            i == 0 ? $"{column} < {cuts[0]} OR {column} IS NULL"
            : i == cuts.Count ? $"{column} >= {cuts[i - 1]}"
            : $"{column} >= {cuts[i - 1]} AND {column} < {cuts[i]}").ToArray();

    /// <summary>Numbers below are cut as decimals: what lies between two of them fits into one. A cut of greater ones need not be exact.</summary>
    private const decimal LargestExact = 1e27m;

    /// <summary>Values between two numbers, as SQL; fewer where they are too close.</summary>
    internal static string[] NumberCuts(string low, string high, int count)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (decimal.TryParse(low, NumberStyles.Float, culture, out decimal from) && decimal.TryParse(high, NumberStyles.Float, culture, out decimal to)
            && Math.Max(Math.Abs(from), Math.Abs(to)) < LargestExact)
        {
            return Enumerable.Range(1, count - 1).Select(i => Math.Round(from + ((to - from) / count * i), 6)).Where(cut => cut > from && cut <= to)
                .Distinct().Select(cut => cut.ToString("0.######", culture)).ToArray();
        }

        double first = double.Parse(low, NumberStyles.Float, culture);
        double last = double.Parse(high, NumberStyles.Float, culture);
        return Enumerable.Range(1, count - 1).Select(i => first + ((last / count) - (first / count)) * i).Where(cut => cut > first && cut <= last)
            .Distinct().Select(cut => cut.ToString("E16", culture)).ToArray();
    }

    private string[] TimeCuts(string low, string high, int count)
    {
        // A zero date is none for .NET; it lies below all cuts.
        DateTime from = Parse(low, new DateTime(1000, 1, 1));
        DateTime to = Parse(high, from);
        return Enumerable.Range(1, count - 1).Select(i => from + TimeSpan.FromSeconds(Math.Round((to - from).TotalSeconds / count * i))).Where(cut => cut > from && cut <= to)
            .Distinct().Select(Literal).ToArray();

        static DateTime Parse(string text, DateTime otherwise) =>
            DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time) ? DateTime.SpecifyKind(time, DateTimeKind.Unspecified) : otherwise;
    }

    /// <summary>Runs a command that has no rows of interest.</summary>
    protected static void Execute(DbConnection opened, string sql, CancellationToken cancel, DbTransaction? transaction = null)
    {
        using DbCommand command = opened.CreateCommand();
        using CancellationTokenRegistration stop = StopOn(command, cancel);
        command.CommandText = sql;
        command.CommandTimeout = 0;
        command.Transaction = transaction;
        command.ExecuteScalar();
    }

    /// <summary>Has the server stop a command; from a thread of its own, since a provider may have to connect a second time for it.</summary>
    private static CancellationTokenRegistration StopOn(DbCommand command, CancellationToken cancel) => cancel.Register(() => Task.Run(() =>
    {
        try
        {
            command.Cancel();
        }
        catch (Exception e) when (DbSource.IsForeign(e))
        {
            // What cannot be cancelled has ended, or ends with its connection.
            _ = e;
        }
    }, CancellationToken.None));
}
